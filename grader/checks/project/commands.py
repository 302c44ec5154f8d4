"""Lines of shell, as READMEs and workflows have them → commands that are understood; no shell sees them."""

from __future__ import annotations

import re
import shlex
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct, structs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_COMMANDS = 60
SHOWN = 160


class CommandKind(StrEnum):
    """What becomes of a command."""

    INSTALL = "install"
    RUN = "run"
    TEST = "test"
    ENTER = "enter"
    DONE = "done"
    """Understood and not needed: the sandbox is a fresh clone and a new environment already."""
    UNTRIED = "untried"


class Command(Struct, frozen=True, kw_only=True):
    """One command.

    Attributes:
        text: As written, one line.
        line: Where, in its file.
        why: For what is not tried or not needed: the reason.
        only_if: A file without which it is skipped.
        forgiven: True if its failure is ignored: ``|| true``.
    """

    kind: CommandKind
    text: str
    line: int
    argv: tuple[str, ...] = ()
    variables: dict[str, str] = {}
    folder: str = ""
    why: str = ""
    only_if: str = ""
    forgiven: bool = False


_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_PROMPT = re.compile(r"^\s*(?:\([\w.-]+\)\s*)?(?:\$|>>?|PS [^>]*>)\s+(?=\S)")
_IF_FILE = re.compile(r"^if \[\[? -[fe] (\S+) \]\]?; then (.+?);? fi$")
_FORGIVEN = re.compile(r"\s*\|\|\s*(?:true|:|exit 0|echo\b.*)$")
_PLACEHOLDER = re.compile(r"path/to|/path|your[-_ ]|\.\.\.|…|[<{](?:\w|\s|-)+[>}]", re.IGNORECASE)
_WRAPPERS = (("uv", "run"), ("poetry", "run"), ("pipenv", "run"), ("pdm", "run"), ("hatch", "run"))
_CLONE = "the sandbox has a fresh clone already"
_NEW = "the sandbox is a new environment already"
_NOT_NEEDED = [
    *(
        (start, _NEW)
        for start in (["source"], ["."], ["conda", "create"], ["conda", "activate"], ["virtualenv"])
    ),
    *((start, _NEW) for start in (["python", "-m", "venv"], ["python", "-m", "virtualenv"], ["uv", "venv"])),
    *(([name], "it changes nothing") for name in ("ls", "tree", "pwd", "cat", "echo", "which", "deactivate")),
]


def read_commands(lines: Iterable[tuple[int, str]], *, strict: bool = True) -> list[Command]:
    """The commands of some lines.

    Args:
        lines: Number and text.
        strict: Whether every line must be a command; else what doesn't look like one is passed over.
    """
    found: list[Command] = []
    for number, line in _joined(lines):
        text = _PROMPT.sub("", line).strip()
        if not text or text.startswith("#") or len(found) >= MOST_COMMANDS:
            continue
        found += [
            c
            for c in _line(text, number)
            if strict or c.kind is not CommandKind.UNTRIED or _PROMPT.match(line)
        ]
    return found


def has_prompt(line: str) -> bool:
    """Whether a line shows a shell's prompt."""
    return _PROMPT.match(line) is not None


def _joined(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Lines that end in a backslash go on in the next one."""
    start, held = 0, ""
    for number, line in lines:
        start = start if held else number
        if line.rstrip().endswith("\\") and len(held) < 2_000:
            held += line.rstrip()[:-1] + " "
            continue
        yield start, held + line
        held = ""
    if held:
        yield start, held


def _line(text: str, number: int) -> Iterator[Command]:
    condition = _IF_FILE.match(text)
    if condition:
        for command in _line(condition[2].rstrip("; "), number):
            yield structs.replace(command, only_if=condition[1])
        return
    forgiven = _FORGIVEN.search(text) is not None
    plain = _FORGIVEN.sub("", text)
    try:
        tokens = list(_tokens(plain))
    except ValueError:
        tokens = []
    if tokens[:2] == ["git", "clone"]:  # whatever its address looks like
        yield Command(kind=CommandKind.DONE, text=text[:SHOWN], line=number, argv=("clone",), why=_CLONE)
    elif why := _why_not(plain, tokens):
        yield Command(kind=CommandKind.UNTRIED, text=text[:SHOWN], line=number, why=why)
    else:
        for part in _split(tokens):
            shown = plain if part == tokens else ""
            yield structs.replace(_command(part, number, shown), forgiven=forgiven)


def _why_not(text: str, tokens: list[str]) -> str:
    """Why a line is not tried at all; empty if it may be."""
    if not tokens:
        return "its quotes don't pair"
    if _PLACEHOLDER.search(text):
        return "it has a placeholder for the reader to fill in"
    if any("$" in t or "`" in t or (t != "&&" and set(t) <= set("()<>|&")) for t in tokens):
        return "it needs a shell: pipes, redirections, variables"
    return ""


def _split(tokens: list[str]) -> Iterator[list[str]]:
    """The commands of a line: between ``&&`` and ``;``."""
    part: list[str] = []
    for token in (*tokens, ";"):
        if token not in {"&&", ";"}:
            part.append(token)
        elif part:
            yield part
            part = []


def _tokens(text: str) -> Iterator[str]:
    lexer = shlex.shlex(text, posix=True, punctuation_chars="();<>|&")
    lexer.whitespace_split = True
    lexer.commenters = "#"
    return lexer


def _command(words: list[str], number: int, text: str) -> Command:
    variables: dict[str, str] = {}
    text = (text or shlex.join(words))[:SHOWN]
    words = words[1:] if words[0] in {"sudo", "time", "env"} and len(words) > 1 else words
    if words[0] == "export" and all(_ASSIGNMENT.match(w) for w in words[1:]):
        pairs = dict(w.split("=", 1) for w in words[1:])
        return Command(
            kind=CommandKind.DONE, text=text, line=number, variables=pairs, why="set for what follows"
        )
    while words and _ASSIGNMENT.match(words[0]):
        name, _, variables[name] = words[0].partition("=")
        words = words[1:]
    for wrapper in _WRAPPERS:
        if tuple(words[:2]) == wrapper:
            words = words[2:]
    if tuple(words[:2]) == ("uv", "pip"):
        words = words[1:]
    kind, argv, why = _understand(words)
    return Command(kind=kind, text=text, line=number, argv=tuple(argv), variables=variables, why=why)


def _understand(words: list[str]) -> tuple[CommandKind, list[str], str]:  # noqa: C901, PLR0911 - one line per kind
    """What a command is, what to run for it, and why not if so."""
    if not words:
        return CommandKind.DONE, [], "set for what follows"
    name = re.sub(r"^(python|pip)3?(\.\d+)?$", r"\1", words[0].removesuffix(".exe"))
    line = ["python" if name == "py" else name, *words[1:]]
    if line[:3] == ["python", "-m", "pip"]:
        line = line[2:]
    if line[:2] == ["coverage", "run"]:
        line = ["python", *line[2:]]
    for start, why in _NOT_NEEDED:
        if line[: len(start)] == start:
            return CommandKind.DONE, line[1:2], why
    match line:
        case ["pip", "install", *rest]:
            return CommandKind.INSTALL, rest, ""
        case ["cd", *rest]:
            return CommandKind.ENTER, rest[:1], ""
        case ["pytest" | "py.test", *rest]:
            return CommandKind.TEST, ["pytest", *rest], ""
        case ["python", "-m", "pytest" | "unittest", *_]:
            return CommandKind.TEST, line, ""
        case ["python", *_]:
            return CommandKind.RUN, line, ""
        case ["tox" | "nox" | "make" | "just" | "task", *_]:
            return CommandKind.UNTRIED, line, f"{name} is not in the sandbox"
    return CommandKind.UNTRIED, [], "only pip, python and pytest are tried"


def may_test(command: Command) -> bool:
    """Whether a command that isn't tried may well run tests: ``make test``, ``tox``."""
    return command.kind is CommandKind.UNTRIED and (
        command.argv[:1] in {("tox",), ("nox",)} or bool(command.argv and "test" in " ".join(command.argv))
    )
