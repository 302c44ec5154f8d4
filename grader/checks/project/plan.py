"""A README's blocks → what a stranger does, step by step; where it offers alternatives, one that works is enough.

Alternatives are told by what a reader goes by: "or" before a block or in a comment, sections side by side that are
named after tools or systems (``### Using conda``, ``#### Windows``), and tabs with such names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.checks.project import markdown, plain_text, rst
from grader.checks.project.blocks import check_size
from grader.checks.project.command_words import installs, is_told, runs_code
from grader.checks.project.typed import Line, Typed, is_comment, is_for_another_system, typed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import ModuleType

PYTHON = frozenset({"python", "py", "python3", "pycon", "ipython"})
MOST_COMMANDS = 120
TOOLS = {
    "pip": r"\bpip3?\b|\bvenv\b|\bvirtualenv\b|\bpypi\b",
    "uv": r"\buv\b",
    "poetry": r"\bpoetry\b",
    "conda": r"\bconda\b|\bmamba\b|\bminiconda\b|\banaconda\b|\bmicromamba\b",
    "docker": r"\bdocker\b|\bcontainer\b|\bpodman\b|\bdevcontainer\b",
    "pipenv": r"\bpipenv\b",
    "pdm": r"\bpdm\b",
    "hatch": r"\bhatch\b",
    "pixi": r"\bpixi\b",
    "nix": r"\bnix\b",
    "source": r"\bfrom source\b|\bgit clone\b|\bclone\b|\bdevelop(?:ment|er)?\b",
    "colab": r"\bcolab\b|\bkaggle notebook\b",
    "make": r"\bmake(?:file)?\b",
    "gpu": r"\bgpu\b|\bcuda\b",
    "cpu": r"\bcpu\b",
}
SYSTEMS = {
    "linux": r"\blinux\b|\bubuntu\b|\bdebian\b|\bunix\b|\bwsl\b|\bposix\b",
    "macos": r"\bmac(?:os)?\b|\bos ?x\b|\bhomebrew\b|\bapple\b|\bm1\b",
    "windows": r"\bwindows\b|\bpowershell\b|\bcmd(?:\.exe)?\b|\bwin(?:32|64)?\b",
}
LAST = ("conda", "docker", "nix", "pixi", "colab", "gpu", "pipenv", "pdm", "hatch")
"""Tools that are tried when nothing else works: this environment may lack them."""
_OR = re.compile(
    r"^\W*(?:\d+[.)]\s*)?(?:or\b|alternative(?:ly)?\b|otherwise\b|alternativ\b|if you (?:prefer|use|"
    r"don't|do not|are)\b)",
    re.IGNORECASE,
)
_OPTION = re.compile(
    r"\b(?:option|method|variant|alternative|approach|way)\s*(?:\d+|[A-Da-d]\b|:)?", re.IGNORECASE
)
_OR_COMMENT = re.compile(r"^\s*#+\s*(?:or\b|alternative(?:ly)?\b|otherwise\b|\(?or\)?:)", re.IGNORECASE)
_NOT_TO_DO = re.compile(
    r"\b(?:contribut\w*|publish\w*|releas\w*|deploy\w*|uninstall\w*|troubleshoot\w*|faq|citation|citing|"
    r"license|"
    r"changelog|roadmap|clean(?:ing)? ?up|known issues|pull requests?|benchmarks?)\b",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"path[/\\]to|/path\b|\w\.\[[a-z_ ]+\](?=\s|$)|"
    r"\byour[-_ ]|[-_/]your\b|\.\.\.|…|<[A-Za-z][\w .-]*>|(?<![\w.\"'*])\[[a-z][\w -]*(?:\|[\w "
    r"-]+)*\]|\bYOUR|_HERE\b|"
    r"\s\[-{1,2}\w|\{[A-Za-z_ -]+\}(?!\s*[;}])|\bxxx+\b|\b(?:file|script)_?name\.py\b",
    re.IGNORECASE,
)
_ACTIVATE = re.compile(
    r"^\s*(?:source\s+|\.\s+|call\s+|&\s*)?(?:\.[\\/])?([\w.-]+)[\\/][Ss]cripts[\\/][Aa]ctivate(?:\.bat|"
    r"\.ps1|\.fish)?\s*(?:#.*)?$"
)
_ALIKE = re.compile(r"[^a-z0-9]+")
_CLONES = re.compile(r"\b(?:git|gh repo) clone\b")


class LineGroup(Struct, frozen=True, kw_only=True):
    """Lines to type one after the other, and where they stand.

    Attributes:
        lines: In order, comments among them.
        heading: The innermost heading that they stand under.
        is_aside: They stand in a sentence, and blocks say how to run the code: what a reader may do if he has to.
        is_said: They stand in a sentence, and no block says how to run the code: what a reader does.
    """

    lines: tuple[Line, ...]
    heading: str = ""
    is_aside: bool = False
    is_said: bool = False

    @property
    def commands(self) -> tuple[Line, ...]:
        """The lines that are no comments."""
        return tuple(line for line in self.lines if not is_comment(line.text))


class Alternatives(Struct, frozen=True, kw_only=True):
    """Alternatives: the first that works is enough. Most choices have one."""

    options: tuple[tuple[LineGroup, ...], ...]


class Passed(Struct, frozen=True, kw_only=True):
    """A line that is not typed, and why: ``it is for Windows``."""

    line: Line
    why: str


class Plan(Struct, frozen=True, kw_only=True):
    """All that a README tells a reader to do.

    Attributes:
        choices: In order.
        passed: What of it is not typed.
        clones: The addresses that it clones, as written.
        enters: The folders that it changes into, as written, in order.
        shows_python: It has blocks of Python code.
    """

    choices: tuple[Alternatives, ...]
    passed: tuple[Passed, ...] = ()
    clones: tuple[str, ...] = ()
    enters: tuple[str, ...] = ()
    shows_python: bool = False

    @property
    def commands(self) -> tuple[Line, ...]:
        """Every line that may be typed, asides left out."""
        parts = (p for choice in self.choices for option in choice.options for p in option if not p.is_aside)
        return tuple(line for part in parts for line in part.commands)


def find_readme(texts: Mapping[str, str]) -> str:
    """The README's path: at the top, or where GitHub looks next; empty if there is none."""
    for folder in ("", ".github/", "docs/"):
        named = [
            p
            for p in texts
            if p.startswith(folder) and re.fullmatch(r"readme(\.\w+)?", p[len(folder) :], re.IGNORECASE)
        ]
        if named:
            order = {".md": 0, ".markdown": 0, ".rst": 1, ".txt": 2}
            return min(named, key=lambda p: (order.get(p[len(folder) + 6 :].lower(), 3), p))
    return ""


def read_plan(text: str, path: str = "README.md") -> Plan:
    """What a README tells a reader to do.

    Args:
        text: The whole of it.
        path: Its name says what it is: ``.rst`` is reStructuredText, ``.md`` Markdown, all else plain text.

    Raises:
        TooMuch: It is larger than anybody's README.
    """
    passed: list[Passed] = []
    check_size(text)
    blocks = _parser(path).read_blocks(text)
    found = [t for block in blocks if (t := typed(block)) is not None]
    said = not any(runs_code(line.text) for t in found if not t.block.is_inline for line in t.lines)
    unix = any("bin/activate" in line.text for t in found for line in t.lines)
    choices = _Choices(said=said)
    count = 0
    for one in found:
        lines = list(_kept(one, passed, unix=unix, said=said))
        count += len(lines)
        if count > MOST_COMMANDS:
            passed += [Passed(line=line, why=f"only {MOST_COMMANDS} lines are tried") for line in lines]
        elif any(not is_comment(line.text) for line in lines):
            choices.add(one, lines)
    words = [line.text for t in found for line in t.lines if said or not t.block.is_inline]
    enters = (
        m[1].strip("'\"") for text in words for m in re.finditer(r"(?:^|&&\s*|;\s*)\s*cd\s+([^\s;&]+)", text)
    )
    return Plan(
        choices=tuple(choices.finished()),
        passed=tuple(passed),
        clones=tuple(address for text in words if (address := cloned(text)[0])),
        enters=tuple(folder for folder in enters if not has_placeholder(folder)),
        shows_python=any(block.language in PYTHON and not block.is_inline for block in blocks),
    )


def _parser(path: str) -> ModuleType:
    """What reads a file of this name."""
    if path.lower().endswith((".rst", ".rest")):
        return rst
    return markdown if path.lower().endswith((".md", ".markdown", ".mdown", ".mkd")) else plain_text


def cloned(text: str) -> tuple[str, str]:
    """What a line clones, and into which folder: address and folder, each empty if the line names none."""
    found = re.search(r"(?:^|[;&|(]\s*|\s)git\s+clone\s+([^;&|]*)", text)
    if found is None:
        return "", ""
    words = [word.strip("'\"") for word in re.sub(r"(?:^|\s)#.*", "", found[1]).split()]
    at = next(
        (i for i, w in enumerate(words) if not w.startswith("-") and re.search(r"[/:<]|\.git$", w)), None
    )
    if at is None:
        return "", ""
    after = [word for word in words[at + 1 :] if not word.startswith("-")]
    address = words[at]
    while address.startswith("<") and ">" not in address and after:  # ``<address of this repository>``
        address = f"{address} {after.pop(0)}"
    return address, after[0] if after else ""


def has_placeholder(text: str) -> bool:
    """Whether a reader has to fill something in: ``path/to/data``, ``<your name>``."""
    code = re.sub(r"(^|\s)#.*", "", text)
    return _PLACEHOLDER.search(code) is not None


def _kept(one: Typed, passed: list[Passed], *, unix: bool, said: bool) -> Iterator[Line]:
    """The lines that are typed here; the others go to ``passed``, and what only speaks of a program nowhere."""
    if any(_NOT_TO_DO.search(h) for h in one.block.headings[1:]):
        passed += [
            Passed(line=x, why=f"it stands under “{one.block.headings[-1][:60]}”")
            for x in one.lines
            if not is_comment(x.text)
        ]
        return
    if one.block.is_inline and not (is_told(one.script, one.block.before) if said else installs(one.script)):
        return
    for line in one.lines:
        why = ""
        if is_comment(line.text):
            pass
        elif (other := is_for_another_system(line.text)) or (one.system and unix):
            here = _ACTIVATE.match(line.text)
            if here and not unix:  # a reader knows what that is called on his system
                yield Line(line.number, f"source {here[1]}/bin/activate")
                continue
            why = f"it is for {other or one.system}"
        elif re.match(
            r"\s*git (?:push|commit|add|checkout -b|remote add|flow|tag|init|pull|rebase|merge|fetch)\b",
            line.text,
        ):
            why = "it changes the repository itself"
        elif not re.match(r"\s*cd\s|.*git clone", line.text) and has_placeholder(line.text):
            why = "it has a placeholder for the reader to fill in"
        if why:
            passed.append(Passed(line=line, why=why))
        else:
            yield line


# ── Alternatives ──────────────────────────────────────────────────────────────────────────────────────────


class _Option(Struct, kw_only=True):
    """One way of several, while the README is still being read."""

    names: frozenset[str]
    under: tuple[str, ...]
    parts: list[LineGroup]


class _Choices:
    """Blocks in order → choices.

    Args:
        said: What stands in sentences is typed, too.
    """

    def __init__(self, *, said: bool) -> None:
        self._said = said
        self._groups: list[list[_Option]] = []

    def add(self, one: Typed, lines: Sequence[Line]) -> None:
        """One block, as another step or as another way of the step before it."""
        heading = one.block.headings[-1] if one.block.headings else ""
        segments = _segments(lines)
        for number, segment in enumerate(segments):
            part = LineGroup(
                lines=tuple(segment),
                heading=heading,
                is_aside=one.block.is_inline and not self._said,
                is_said=one.block.is_inline and self._said,
            )
            if number:
                self._also(_Option(names=frozenset(), under=one.block.headings, parts=[part]))
            else:
                self._place(one, part)

    def finished(self) -> Iterator[Alternatives]:
        """What was found; of alternatives, what this environment lacks comes last."""
        for group in self._groups:
            ranked = sorted(group, key=lambda option: _rank(option.names))
            yield Alternatives(options=tuple(tuple(option.parts) for option in ranked))

    def _place(self, one: Typed, part: LineGroup) -> None:
        heading, under = part.heading, one.block.headings
        label = one.block.before.splitlines()[0] if len(one.block.before) < 60 and one.block.before else ""
        names = _names(heading)
        is_option = bool(names) or _OPTION.search(heading) is not None
        last = self._groups[-1][-1] if self._groups else None
        if part.is_aside or last is None:
            self._groups.append(
                [_Option(names=names if is_option else frozenset(), under=under, parts=[part])]
            )
            return
        if (
            is_option
            and last.under == under
            and last.names == names
            and not (_OR.match(one.block.before) or _names(label))
        ):
            if len(self._groups[-1]) > 1:
                last.parts.append(part)  # a section with several blocks is one way
            else:
                self._groups.append([_Option(names=names, under=under, parts=[part])])
            return
        beside = (
            is_option
            and last.under[:-1] == under[:-1]
            and last.under != under
            and _exclude(last.names, names)
        )
        said_or = _OR.match(one.block.before) is not None and last.under[:1] == under[:1]
        own = _names(label)
        labelled = bool(own) and last.under == under and _exclude(last.names, own)
        if beside:
            self._merge(last.under)
        option = _Option(names=own or names, under=under, parts=[part])
        if beside or said_or or labelled:
            self._groups[-1].append(option)
        else:
            self._groups.append([option])

    def _merge(self, under: tuple[str, ...]) -> None:
        """The steps of the section before become one way."""
        same: list[_Option] = []
        while self._groups and len(self._groups[-1]) == 1 and self._groups[-1][0].under == under:
            same.insert(0, self._groups.pop()[0])
        if same:
            parts = [part for option in same for part in option.parts]
            self._groups.append([_Option(names=same[0].names, under=under, parts=parts)])

    def _also(self, option: _Option) -> None:
        self._groups[-1].append(option)


def _segments(lines: Sequence[Line]) -> list[list[Line]]:
    """A block's lines, cut where a comment says "or"."""
    found: list[list[Line]] = [[]]
    for line in lines:
        if _OR_COMMENT.match(line.text) and any(not is_comment(x.text) for x in found[-1]):
            found.append([])
        found[-1].append(line)
    segments = [segment for segment in found if any(not is_comment(x.text) for x in segment)]
    return _with_shared_tail(segments)


def _with_shared_tail(segments: list[list[Line]]) -> list[list[Line]]:
    """Of several ways to clone, what follows the last belongs to each: ``cd`` into the clone."""
    if len(segments) < 2 or not all(_CLONES.search(line.text) for line in map(_first, segments)):
        return segments
    last = segments[-1]
    tail = last[last.index(_first(last)) + 1 :]
    return [[*segment, *tail] for segment in segments[:-1]] + [last]


def _first(segment: Sequence[Line]) -> Line:
    return next(line for line in segment if not is_comment(line.text))


def _names(text: str) -> frozenset[str]:
    """The tools and systems that a heading or label names."""
    lower = text.lower()
    return frozenset(name for name, pattern in (TOOLS | SYSTEMS).items() if re.search(pattern, lower))


def _exclude(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two labels are of ways that exclude each other: different tools, different systems."""
    return bool(one) and bool(other) and one != other and not (one < other or other < one)


def _rank(names: frozenset[str]) -> int:
    """Linux and what says nothing first, then what is rarer."""
    if "windows" in names and "linux" not in names:
        return 30
    if "macos" in names and "linux" not in names:
        return 20
    return 10 + LAST.index(next(n for n in LAST if n in names)) if names & set(LAST) else 0
