"""A code block → the lines of it that a reader types: without prompts, without sample output, each with its number.

What is left out here never runs, and what is left in is for a real bash to understand: nothing in this file reads
shell. A block that is for another system, or is no shell at all, says so in one word.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.checks.project.blocks import Block

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


SHELLS = frozenset(
    """
    bash sh shell zsh fish ksh console terminal shell-session shellsession sh-session bash-session commandline
    command-line cli $ shellscript posix-shell doscon linux
    """.split()
)
WINDOWS = frozenset(
    ["cmd", "bat", "batch", "dosbatch", "powershell", "pwsh", "ps1", "ps", "posh", "winbatch"]
)
UNNAMED = frozenset(["", "text", "txt", "plaintext", "plain", "none", "output", "code", "default"])
PROGRAMS = frozenset(
    """
    pip pip3 python python3 py pytest uv uvx poetry pipenv pdm hatch rye pixi conda mamba micromamba tox nox
    make git cd source . export mkdir cp mv rm ls cat echo bash sh zsh chmod curl wget tar unzip sudo apt
    apt-get brew docker docker-compose npm npx node yarn cmake ruff black mypy flake8 pylint isort coverage
    pre-commit jupyter ipython streamlit flask uvicorn gunicorn django-admin tensorboard torchrun accelerate
    wandb kaggle gh virtualenv deactivate pwd touch set unset env time which just task invoke gcc pyenv dvc
    twine sphinx-build mkdocs huggingface-cli choco winget scoop test true man tree head tail grep find open
    start dir code dnf yum pacman snap pipx asdf nvidia-smi printf type alias nohup sed awk pushd popd nvm
    rustup cargo go ./configure jupyter-lab jupyter-notebook python2 pybabel read ssh scp rsync sbatch srun
    module pip-compile pip-sync
    """.split()
)
KEYWORDS = frozenset(
    """
    if then else elif fi for while until do done case esac function { } [[ [ ! (
    """.split()
)
SURE = re.compile(
    r"^(?:pip3?|uvx?|poetry|conda|mamba|pytest|make|tox|nox|git|cd|docker|source|pipenv|pdm|hatch|npm)\s+\S"
    r"|^python[\d.]*\s+(?:-m\s+)?[\w./-]+|^pytest$|^tox$|^nox$|^make$"
)
"""A line that can be nothing but a command, even in a block that calls itself something else."""
LONGEST = 200
"""Lines that one command may run on for."""

_NAME = r"(?:\([\w.@ -]{1,40}\)\s*)?"
_PROMPTS = (
    re.compile(
        r"^\s*➜\s+[\w.~/-]{1,60}\s+(?:git:\([^)]{0,60}\)\s*[✗✔]?\s*)(?=\S)|^\s*➜\s+~[\w./-]{0,60}\s+(?=\S)"
    ),
    re.compile(rf"^\s*{_NAME}\[?[\w.-]{{1,40}}@[\w.-]{{1,60}}[^$#%>]{{0,80}}[$#%>]\s+(?=\S)"),
    re.compile(rf"^\s*{_NAME}(?:bash|sh|zsh)?(?:-[\d.]+)?[$](?:>\s*|\s+)(?=\S)"),
    re.compile(
        rf"^\s*(?![\d.,]+\s?%){_NAME}(?:[\w.~/-]{{0,60}}\s?)?[$%\u276f\u279c\u03bb\u00bb](?:>)?\s+(?=\S)"
    ),
)
_ANGLE = re.compile(rf"^\s*{_NAME}>{{1,2}}\s+(?=\S)")
_SECOND = re.compile(r"^\s*> ?")
_WINDOWS = re.compile(rf"^\s*{_NAME}(?:PS(?:\s[^>]{{0,120}})?|[A-Za-z]:[\\/][^>]{{0,120}})>\s*(?=\S)")
_PYTHON = re.compile(r"^\s*(?:>>>|\.\.\.(?:\s|$)|In \[\d*\]:)")
_GLUED = re.compile(r"^\s*\$(?=(?:pip3?|python3?|cd|git|uv|make|pytest|source|conda|poetry)\s)")
_BARE = re.compile(r"^\s*\([\w.-]{1,40}\)\s+(?=\S)")
_BANG = re.compile(r"^\s*[!%](?=(?:pip3?|python3?|cd|git|uv|bash|pytest)\s)")
_GOES_ON = re.compile(r"^\s*(?:for|while|until|if|case|function)\b|(?:\||&&|\bdo|\bthen|\{|\()\s*$")
_HERE = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")
_ONLY_WINDOWS = re.compile(
    r"[\\/][Ss]cripts[\\/](?:[Aa]ctivate|python|pip)|\.(?:bat|ps1|cmd|exe)\b|^\s*(?:set\s+\w+=|\$env:|"
    r"[A-Z][a-z]+-[A-Z][a-zA-Z]+\b|"
    r"choco\s|winget\s|scoop\s|copy\s|del\s|dir$|dir\s|start\s|::|REM\s)|^\w+\\\w|\s\.\\\w"
)
_LAUNCHER = re.compile(r"^(\s*)py\s+(?:-[23](?:\.\d+)?\s+)?(?=-m\b|\S+\.py\b)")
"""Python as Windows calls it: a reader knows its name on his system."""
_ONLY_MAC = re.compile(r"^\s*(?:brew|open|xcode-select|port)\s")
_OUTPUT = re.compile(
    r"^\s*(?:[A-Z][a-z]+\b.*(?:[:.…]|\d)|[\[|+=*•✓✔√│├└╔║>{<-]|\d|\.\.\.|#{5,}|-{3,}|Traceback|Epoch|"
    r"loss|INFO|WARNING)"
)
_DRAWING = re.compile(r"[├└│]──|[─═]{3,}|^\s*(?:\|\s+)*[|`+\\]-{2,}\s*\S")
_REQUIREMENT = re.compile(r"\s*[\w.-]+(?:\[[\w, -]+\])?\s*(?:[<>=~!]=|>)\s*\d[\w.*]*\b.*")
"""``numpy >= 1.21``: a list of what is needed, in a block that calls itself shell."""


class Line(Struct, frozen=True):
    """What is typed on one line, and where that stands."""

    number: int
    text: str


class Typed(Struct, frozen=True, kw_only=True):
    """What a reader types of one block.

    Attributes:
        block: Where it is from.
        lines: In order; sample output and prompts are gone.
        system: ``windows`` or ``macos`` if it runs nowhere else; empty for all others.
    """

    block: Block
    lines: tuple[Line, ...]
    system: str = ""

    @property
    def script(self) -> str:
        """The lines as one text, each where it stands in the block."""
        return "\n".join(line.text for line in self.lines)


def typed(block: Block) -> Typed | None:
    """What a reader types of a block; ``None`` if it is no shell's.

    A block with a prompt is a session: what has no prompt is what the program printed. Without one, a block that
    says it is shell is shell, and another one is if its lines begin like commands.
    """
    lines = [Line(block.line + i, text.rstrip()) for i, text in enumerate(block.lines)]
    found, system = _session(lines)
    if not found and not any(_PYTHON.match(line.text) for line in lines):
        found = _plain(lines, block)
        system = "windows" if block.language in WINDOWS else ""
    found = [Line(line.number, _LAUNCHER.sub(r"\1python ", line.text)) for line in found if line.text.strip()]
    commands = [line for line in found if not is_comment(line.text)]
    if not commands:
        return None
    if system == "windows" and not any(_ONLY_WINDOWS.search(line.text) for line in commands):
        system = ""  # the same on every system
    if all(_ONLY_WINDOWS.search(line.text) for line in commands):
        system = "windows"
    elif all(_ONLY_MAC.search(line.text) for line in commands):
        system = "macos"
    return Typed(block=block, lines=tuple(found), system=system)


def is_comment(line: str) -> bool:
    """Whether bash would do nothing for it."""
    return line.lstrip().startswith("#")


def is_for_another_system(line: str) -> str:
    r"""The system that one line is for, if it can't be for this one: ``.venv\\Scripts\\activate``."""
    code = line.split("  #", maxsplit=1)[0]
    return "Windows" if _ONLY_WINDOWS.search(code) else "macOS" if _ONLY_MAC.search(code) else ""


def begins_like_a_command(line: str) -> bool:
    """Whether a line begins with a program that everybody knows, a path, an assignment or a word of the shell's."""
    words = line.split()
    while words and re.fullmatch(r"[A-Za-z_]\w*=\S*", words[0]):
        words = words[1:]
    if not words:
        return "=" in line
    first = words[0].rstrip(";")
    name = re.sub(r"^(python|pip)3?\.\d+$", r"\1", first)
    return name in PROGRAMS or first in KEYWORDS or re.match(r"(?:\.{1,2}|~)?/\w", first) is not None


# ── Sessions: with prompts ────────────────────────────────────────────────────────────────────────────────


def _session(lines: Sequence[Line]) -> tuple[list[Line], str]:
    """The lines behind prompts with what they run on into; and the system that the prompts are of."""
    angle = [line for line in lines if line.text.strip()]
    only_angles = bool(angle) and _ANGLE.match(angle[0].text) is not None
    found: list[Line] = []
    system = ""
    rest = iter(lines)
    for line in rest:
        text, which = _unprompted(line.text, angles=only_angles)
        if text is None:
            continue
        system = which or system
        found.append(Line(line.number, text))
        found += _run_on(text, rest)
        while not only_angles and _GOES_ON.search(text):  # bash's second prompt
            more = lines[found[-1].number - lines[0].number + 1 :][:1]
            if not more or not _ANGLE.match(more[0].text):
                break
            next(rest, None)
            found.append(Line(more[0].number, _SECOND.sub("", more[0].text)))
    return found, system


def _unprompted(text: str, *, angles: bool) -> tuple[str | None, str]:
    """A line without its prompt, or ``None`` if it has none; and ``windows`` if the prompt says so."""
    if _PYTHON.match(text):
        return None, ""
    if found := _WINDOWS.match(text):
        return text[found.end() :], "windows"
    for prompt in (*_PROMPTS, _GLUED, _BANG, *((_ANGLE,) if angles else ())):
        if found := prompt.match(text):
            return text[found.end() :], ""
    if (found := _BARE.match(text)) and begins_like_a_command(text[found.end() :]):
        return text[found.end() :], ""
    return None, ""


def _run_on(text: str, rest: Iterator[Line]) -> Iterator[Line]:
    """The lines that a command goes on in: after a backslash, in a here-document, in open quotes."""
    ends = _HERE.search(text)
    for _ in range(LONGEST):
        if not (ends or text.endswith("\\") or _opens(text)):
            return
        line = next(rest, None)
        if line is None:
            return
        more = _SECOND.sub("", line.text)
        yield Line(line.number, more)
        if ends:
            ends = None if more.strip() == ends[2] else ends
            text = ""
        else:
            text = f"{text}\n{more}" if _opens(text) else more


def _opens(text: str) -> bool:
    """Whether a quote is left open, as far as that can be seen without a shell."""
    quote = ""
    letters = iter(text)
    for letter in letters:
        if letter == "\\" and quote != "'":
            next(letters, "")
        elif letter in "'\"":
            quote = "" if quote == letter else quote or letter
        elif letter == "#" and not quote:
            return False
    return bool(quote)


# ── Without prompts ───────────────────────────────────────────────────────────────────────────────────────


def _plain(lines: Sequence[Line], block: Block) -> list[Line]:
    told = [line for line in lines if line.text.strip() and not is_comment(line.text)]
    if not told or any(_DRAWING.search(line.text) for line in told):
        return []
    if any(_REQUIREMENT.fullmatch(line.text) for line in told) and not any(map(_is_sure, told)):
        return []
    if block.language in SHELLS | WINDOWS:
        return _without_output(lines)
    if block.language in UNNAMED and not block.is_inline:
        return _without_output(lines, strict=True) if begins_like_a_command(told[0].text) else []
    sure = all(map(_is_sure, told))
    text = "\n".join(line.text for line in told)
    is_word = block.is_inline and text.strip().isalpha()  # ``pytest``: as Python it is a name
    return list(lines) if sure and (is_word or not _is_python(text)) else []


def _without_output(lines: Sequence[Line], *, strict: bool = False) -> list[Line]:
    """What is left when sample output is cut; ``strict``: all that doesn't begin like a command is output."""
    found: list[Line] = []
    indented = min((len(t.text) - len(t.text.lstrip()) for t in lines if t.text.strip()), default=0)
    depth = 0
    rest = iter(lines)
    for line in rest:
        text = line.text[indented:]
        words = text.replace(";", " ; ").split()
        looks = begins_like_a_command(text) or is_comment(text) or depth > 0
        printed = strict or (found and _OUTPUT.match(text) and not _ONLY_WINDOWS.search(text))
        if not looks and printed:
            continue
        depth += sum(w in {"if", "for", "while", "until", "case", "{"} for w in words[:1])
        depth -= sum(w in {"fi", "done", "esac", "}"} for w in words)
        depth = max(0, depth)
        found.append(Line(line.number, text))
        found += _run_on(text, rest)
    return found


def _is_sure(line: Line) -> bool:
    return SURE.match(line.text.strip()) is not None and not _REQUIREMENT.fullmatch(line.text)


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
