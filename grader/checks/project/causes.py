"""A command that failed → why, as far as its output tells: the repository's fault or not.

Only what a repository alone can repair is its fault, and only with evidence: a file that it doesn't have, a module
that nothing installs, a line of its own that raises. The network, a GPU, data that a reader brings, keys, our
limits and our Python are not. What matches no rule is left to a person.
"""

from __future__ import annotations

import ast
import difflib
import posixpath
import re
import sys
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.checks.project import signs as signs_of
from grader.checks.project.surroundings import is_spoken_of
from grader.checks.reader import reader

if TYPE_CHECKING:
    from grader.checks.project.sandbox import Ran
    from grader.checks.project.surroundings import Surroundings

TELLING, WIDTH = 10, 200
MOST_OUTPUT = 80_000
CLOSE = 0.84
"""From this likeness on, the name of no program is taken for a slip of the keys."""


class Whose(StrEnum):
    """Who can do something about a failure."""

    THEIRS = "the repository's"
    SURROUNDINGS = "the surroundings'"
    UNKNOWN = "unknown"


class FailureCause(Struct, frozen=True, kw_only=True):
    """Why a command failed.

    Attributes:
        why: A sentence.
        hint: What to do about it.
        lines: The lines of the output that tell: hostile text.
        is_certain: Nothing that went wrong before could have caused it.
    """

    whose: Whose
    why: str
    hint: str = ""
    lines: str = ""
    is_certain: bool = False


_NOBODYS = [(re.compile("|".join(signs), re.MULTILINE), why) for why, *signs in signs_of.NOBODYS]
_FOR_SURE = [(re.compile("|".join(signs)), why, hint) for why, hint, *signs in signs_of.THEIRS]
_FRAME = re.compile(r'^(?:\s*File "([^"\n]+)", line \d+|([^\s:]+\.py):\d+: in )', re.MULTILINE)
_OTHER_INDEX = re.compile(
    r"--(?:extra-)?index(?:-url)?\b|\s-i\s+http|--find-links|\s-f\s+http|^\s*\[\[tool\.(?:uv\.index|poetry\.source)\]\]",
    re.MULTILINE,
)
_LISTS = re.compile(r"(?:^|/)(?:requirements[\w.-]*\.txt|pyproject\.toml|Pipfile)$")
_IS_CODE = re.compile(r"\.(?:py|sh|toml|cfg|ipynb)$|requirements|[Mm]akefile|environment")
"""Files that only a repository can bring, whatever its README says about them."""


@reader("what a command printed")
def cause_of(ran: Ran, known: Surroundings) -> FailureCause:
    """Why a command failed."""
    output = _plain(ran.output)[-MOST_OUTPUT:]
    for rule in (_theirs_for_sure, _nobodys, _missing_module, _missing_program, _theirs):
        found = rule(ran, output, known)
        if found is not None:
            return found
    why = f"it ended with exit status {ran.status}, and its output does not say why"
    return FailureCause(whose=Whose.UNKNOWN, why=why, lines=_telling(output, None))


@reader("what a command printed")
def asked_for(output: str, prose: str) -> list[str]:
    """What installs the modules that were not found and that a README asks for in words."""
    found = []
    for module in dict.fromkeys(re.findall(r"No module named '?\"?(\w+)", output)):
        package = signs_of.PACKAGE_OF.get(module, module)
        names = {module, package, *signs_of.CALLED.get(module, ())}
        if any(is_spoken_of(name, prose, install=True) for name in names):
            found.append(f"python -m pip install -q {package}")
    return found


# ── Nobody's ──────────────────────────────────────────────────────────────────────────────────────────────


def _nobodys(ran: Ran, output: str, _known: Surroundings) -> FailureCause | None:
    if ran.status in {137, -9} or (ran.status in {-11, 139, -7, 135, 134, -6} and "Traceback" not in output):
        return _surroundings("it was killed: a limit of the sandbox, most likely", output, None)
    errors = [line for line in output.splitlines() if signs_of.ERROR_LINE.match(line)]
    for pattern, why in _NOBODYS:
        for line in reversed(errors[-60:]):
            if pattern.search(line[:2_000]):
                return _surroundings(why, output, line)
    if re.search(r"KeyError: '[A-Z][A-Z0-9_]*'", output):
        return _surroundings("it needs a variable that the reader has to set", output, "KeyError")
    return None


def _surroundings(why: str, output: str, line: str | None) -> FailureCause:
    return FailureCause(whose=Whose.SURROUNDINGS, why=why, lines=_telling(output, line))


# ── Theirs ────────────────────────────────────────────────────────────────────────────────────────────────


def _theirs_for_sure(ran: Ran, output: str, known: Surroundings) -> FailureCause | None:
    """What the repository lacks or can't be read: nothing that happened before matters."""
    for pattern, why, hint in _FOR_SURE:
        if found := pattern.search(output):
            lines = _telling(output, found[0])
            return FailureCause(whose=Whose.THEIRS, why=why, hint=hint, lines=lines, is_certain=True)
    return (
        _unusable_script(ran, output, known)
        or _no_package(ran, output, known)
        or _syntax(output, known)
        or _missing_file(ran, output, known)
    )


def _unusable_script(ran: Ran, output: str, known: Surroundings) -> FailureCause | None:
    """A script of the repository that nobody can start as it was committed."""
    found = re.search(
        r"(?<![\w./-])(?=[\d.]{0,20}[A-Za-z_/-])([\w./-]{1,300}): (?:\S{1,200}: )?"
        r"(?:bad interpreter|cannot execute: required file)",
        output,
    )
    name = known.file_of(found[1].removeprefix("./")) if found else ""
    if found and name and known.texts.get(name, "").partition("\n")[0].endswith("\r"):
        why = f"{name} can't be started: its first line ends as on Windows."
        hint = "Commit it with Unix line ends: `*.sh text eol=lf` in .gitattributes."
        lines = _telling(output, found[0])
        return FailureCause(whose=Whose.THEIRS, why=why, hint=hint, lines=lines, is_certain=True)
    found = re.search(r"(?<![\w./-])([\w./-]+): Permission denied", output)
    name = known.file_of(found[1].removeprefix("./")) if found else ""
    if found and name and ran.status == 126:
        why, hint = f"{name} may not be executed.", f"Run `git update-index --chmod=+x {name}`, and commit."
        lines = _telling(output, found[0])
        return FailureCause(whose=Whose.THEIRS, why=why, hint=hint, lines=lines, is_certain=True)
    return None


def _no_package(ran: Ran, output: str, known: Surroundings) -> FailureCause | None:
    """A package that no index has: asked from outside, whatever the output says."""
    if _OTHER_INDEX.search(
        "\n".join([ran.text, *(known.texts[p] for p in sorted(known.texts) if _LISTS.search(p))])
    ):
        return None  # what another index has, ours can't say
    for pattern in signs_of.NO_PACKAGE:
        for found in list(re.finditer(pattern, output))[:3]:
            if known.has_package(found[1]) is False:
                return FailureCause(
                    whose=Whose.THEIRS,
                    why=f"There is no package {found[1][:60]} to install.",
                    hint="Correct its name: packages are often called otherwise than their modules.",
                    lines=_telling(output, found[0]),
                    is_certain=True,
                )
    return None


def _syntax(output: str, known: Surroundings) -> FailureCause | None:
    """A file of the repository that is no Python: for us neither."""
    found = re.search(r"(?:SyntaxError|IndentationError|TabError): .*", output)
    frames = list(re.finditer(r'File "([^"\n]+)", line (\d+)', output[: found.start()] if found else ""))
    if not found or not frames:
        return None
    name = known.file_of(frames[-1][1])
    if not name or name not in known.texts:
        return None
    try:
        ast.parse(known.texts[name])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        newer = re.search(
            r">=?\s*3\.(\d+)",
            "\n".join(known.texts.get(f, "") for f in ("pyproject.toml", "setup.cfg", "setup.py")),
        )
        if (
            (newer and int(newer[1]) > sys.version_info.minor)
            or "f-string" in found[0]
            or "match" in found[0]
        ):
            return _surroundings("a newer Python may read what ours can't", output, found[0])
        why = f"{name}, line {frames[-1][2]}, is no Python: {found[0][:120]}"
        return FailureCause(whose=Whose.THEIRS, why=why, lines=_telling(output, found[0]), is_certain=True)
    return None


def _missing_file(ran: Ran, output: str, known: Surroundings) -> FailureCause | None:
    """A file that the command names and the repository doesn't have."""
    for pattern in signs_of.NO_FILE:
        found = re.search(pattern, output, re.MULTILINE)
        if not found:
            continue
        path = found[1].rstrip("/")
        name = posixpath.basename(path)
        if (
            not name
            or path.startswith(("http", "/usr", "/etc", "/dev", "/opt"))
            or name not in ran.text + " " + _script_words(known, ran)
        ):
            continue
        if known.home and path.startswith("/") and not path.startswith(known.home):
            continue
        if "activate" in name or (
            not _IS_CODE.search(name) and "cd" not in ran.text.split() and known.speaks_of(name)
        ):
            return _surroundings(f"it needs {name[:60]}, which the reader has to bring", output, found[0])
        beside = sorted(p for p in known.files if posixpath.basename(p) == name)
        hint = (
            f"It is {beside[0]}: write the path as it is in the repository."
            if beside
            else "Commit it, or correct the path."
        )
        why = f"It names {path[-80:]}, which is not there."
        return FailureCause(
            whose=Whose.THEIRS, why=why, hint=hint, lines=_telling(output, found[0]), is_certain=True
        )
    return None


def _script_words(known: Surroundings, ran: Ran) -> str:
    return (
        " ".join(text for name, text in known.texts.items() if name in {"Makefile", "tox.ini", "noxfile.py"})[
            :20_000
        ]
        if ran.text
        else known.prose
    )


def _missing_module(_ran: Ran, output: str, known: Surroundings) -> FailureCause | None:
    every = re.findall(r"No module named '?\"?([\w.]+)", output)
    if not every:
        return None
    module = next((m for m in every if not known.has_module(m)), every[0])
    top = module.partition(".")[0]
    line = _telling(
        output, f"No module named '{module}" if f"named '{module}" in output else "No module named"
    )
    if (
        top in signs_of.NEEDS_SYSTEM
        or top in sys.stdlib_module_names
        or top in {"distutils", "imp", "asyncore", "pkg_resources"}
    ):
        return FailureCause(whose=Whose.SURROUNDINGS, why=f"this Python has no {top}", lines=line)
    if known.has_module(module):
        parts = module.replace(".", "/")
        there = any(
            p in known.files
            for prefix in ("", "src/")
            for p in (f"{prefix}{parts}.py", f"{prefix}{parts}/__init__.py")
        )
        hint = "The module is in the repository: say from which folder to run this, or install the package first."
        if (
            not there
            and "." in module
            and any(p.endswith((f"/{top}/__init__.py", f"{top}/__init__.py")) for p in known.files)
        ):
            hint = f"{module} is imported and not in the repository: commit it, or correct the import."
        return FailureCause(
            whose=Whose.THEIRS, why=f"Python finds no module {module}.", hint=hint, lines=line
        )
    package = signs_of.PACKAGE_OF.get(top, top)
    if any(known.speaks_of(n, install=True) for n in (package, top, *signs_of.CALLED.get(top, ()))):
        return FailureCause(
            whose=Whose.UNKNOWN, why=f"it needs {top}, which the README asks for in words only", lines=line
        )
    if _is_asked_for_by_a_library(output, top):
        why = f"an installed library finds no module {top}; which of the two should bring it can't be told"
        return FailureCause(whose=Whose.UNKNOWN, why=why, lines=line)
    if known.installed_by:
        why = f"it needs {top}, and {known.installed_by}"
        return FailureCause(whose=Whose.UNKNOWN, why=why, lines=line)
    return FailureCause(
        whose=Whose.THEIRS,
        why=f"Python finds no module {top}: nothing before this installs it.",
        hint=f"Install {package} first: `pip install {package}`, or a requirements.txt that lists it.",
        lines=line,
    )


def _is_asked_for_by_a_library(output: str, module: str) -> bool:
    """Whether every import of a module that is not there stands in a library, as the tracebacks say."""
    asks = [
        frames[-1]
        for found in re.finditer(rf"No module named '?\"?{re.escape(module)}\b", output)
        if (frames := _FRAME.findall(output, max(0, found.start() - 4_000), found.start()))
    ]
    return bool(asks) and all("-packages/" in "".join(frame) for frame in asks)


def _missing_program(_ran: Ran, output: str, known: Surroundings) -> FailureCause | None:
    found = next((m for pattern in signs_of.NO_PROGRAM if (m := re.search(pattern, output))), None)
    if found is None:
        return None
    name = posixpath.basename(found[1])
    lines = _telling(output, found[0])
    if "/" in found[1] or name.endswith((".py", ".sh")):
        there = any(posixpath.basename(p) == name for p in known.files)
        why = f"It runs {found[1][-80:]}, which is not there."
        return FailureCause(
            whose=Whose.UNKNOWN if there else Whose.THEIRS, why=why, lines=lines, is_certain=not there
        )
    own = re.search(
        rf"^\s*[\"']?{re.escape(name)}[\"']?\s*=", known.texts.get("pyproject.toml", ""), re.MULTILINE
    )
    package = signs_of.PYTHON_PROGRAMS.get(name)
    if own:
        hint = "Say how to install the package before this line: `pip install .`."
        return FailureCause(
            whose=Whose.THEIRS,
            why=f"There is no program {name}: nothing before this installs it.",
            hint=hint,
            lines=lines,
        )
    meant = difflib.get_close_matches(name, [*signs_of.PYTHON_PROGRAMS, "python", "pip"], 1, CLOSE)
    if meant and package is None and name not in signs_of.SYSTEM_PROGRAMS:
        why, hint = f"There is no program {name}.", f"Did you mean {meant[0]}?"
        return FailureCause(whose=Whose.THEIRS, why=why, hint=hint, lines=lines, is_certain=True)
    if package is None or name in signs_of.SYSTEM_PROGRAMS:
        whose = Whose.SURROUNDINGS if name in signs_of.SYSTEM_PROGRAMS else Whose.UNKNOWN
        return FailureCause(whose=whose, why=f"the sandbox has no program {name[:60]}", lines=lines)
    if known.speaks_of(package, install=True):
        return FailureCause(
            whose=Whose.UNKNOWN,
            why=f"it needs {package}, which the README asks for in words only",
            lines=lines,
        )
    if known.installed_by:
        why = f"it needs {package}, and {known.installed_by}"
        return FailureCause(whose=Whose.UNKNOWN, why=why, lines=lines)
    return FailureCause(
        whose=Whose.THEIRS,
        why=f"There is no program {name}: nothing before this installs it.",
        hint=f"Install {package} before this line.",
        lines=lines,
    )


def _theirs(ran: Ran, output: str, known: Surroundings) -> FailureCause | None:
    """Tests that fail, arguments that a script doesn't know, lines of the repository that raise."""
    if found := re.search(
        r"^=+ .*\b[1-9]\d* (?:failed|errors?)\b.*=+$|^FAILED \((?:failures|errors)=.*\)$|^[1-9]\d* "
        r"(?:failed|errors?)\b.*",
        output,
        re.MULTILINE,
    ):
        return FailureCause(whose=Whose.THEIRS, why="Tests fail.", lines=_telling(output, found[0]))
    if found := re.search(r"no tests ran|^Ran 0 tests|NO TESTS RAN", output, re.MULTILINE):
        return FailureCause(
            whose=Whose.THEIRS, why="No tests are found.", lines=_telling(output, found[0]), is_certain=True
        )
    if (
        ran.status == 2
        and (found := re.search(r"usage: (\S+\.py)", output))
        and any(posixpath.basename(p) == posixpath.basename(found[1]) for p in known.files)
    ):
        hint = "Write the command as the script wants it."
        return FailureCause(
            whose=Whose.THEIRS,
            why=f"{found[1]} does not know these arguments.",
            hint=hint,
            lines=_telling(output, "error:"),
            is_certain=True,
        )
    return _raised(output, known)


def _raised(output: str, known: Surroundings) -> FailureCause | None:
    """A traceback: theirs if its innermost line is."""
    ends = list(
        re.finditer(
            r"^(?:E\s+)?([A-Za-z_][\w.]*(?:Error|Exception|Warning|Iteration))\b(?:: (.*))?$",
            output,
            re.MULTILINE,
        )
    )
    if not ends:
        return None
    last = ends[-1]
    frames = list(re.finditer(r'File "([^"\n]+)", line (\d+)', output[: last.start()]))
    if not frames:
        return None
    name = known.file_of(frames[-1][1])
    kind, message = last[1].rpartition(".")[2], (last[2] or "")[:160]
    lines = _telling(output, last[0])
    if kind == "FileNotFoundError" and (missing := re.search(r"'([^'\n]+)'", message)):
        base = posixpath.basename(missing[1].rstrip("/"))
        own = any(posixpath.basename(p) == base for p in known.files)
        if known.speaks_of(base) or known.speaks_of_data(missing[1]):
            return FailureCause(
                whose=Whose.SURROUNDINGS,
                why=f"it needs {base[:60]}, which the reader has to bring",
                lines=lines,
            )
        hint = (
            "Its path holds in another folder: make it relative to the file."
            if own
            else "Commit it, or say in the README where to get it."
        )
        return FailureCause(
            whose=Whose.THEIRS,
            why=f"It opens {missing[1][-80:]}, which is not there.",
            hint=hint,
            lines=lines,
        )
    if not name:
        return FailureCause(
            whose=Whose.UNKNOWN, why=f"a library raised {kind}, and why can't be told", lines=lines
        )
    if (
        kind == "ImportError"
        and (source := re.search(r"from '([\w.]+)'", message))
        and not known.has_module(source[1])
    ):
        return FailureCause(
            whose=Whose.UNKNOWN,
            why=f"{source[1]} has not what {name} imports: its version, most likely",
            lines=lines,
        )
    return FailureCause(whose=Whose.THEIRS, why=f"{name}, line {frames[-1][2]}, raises {kind}.", lines=lines)


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text.replace("\r\n", "\n").replace("\r", "\n"))


def _telling(output: str, needle: str | None) -> str:
    """The lines around what tells, or the last ones."""
    lines = [line.rstrip()[:WIDTH] for line in output.splitlines() if line.strip()]
    at = next(
        (i for i in range(len(lines) - 1, -1, -1) if needle and needle.splitlines()[0][:WIDTH] in lines[i]),
        None,
    )
    if at is None:
        return "\n".join(lines[-TELLING:])
    return "\n".join(lines[max(0, at - TELLING + 3) : at + 3])
