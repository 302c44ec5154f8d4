"""A stranger follows a README: what he types, in one bash, and what became of each line."""

from __future__ import annotations

import re
import time
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from grader.checks.project.causes import FailureCause, Whose, cause_of
from grader.checks.project.command_words import runs_code
from grader.checks.project.plan import cloned, has_placeholder
from grader.checks.project.pythons import versions_for
from grader.checks.project.reading_order import brings_packages, installing_first
from grader.checks.project.signs import COULD_NOT_BE_HAD, OTHER_PYTHON
from grader.checks.project.surroundings import Surroundings, prose_of
from grader.checks.project.todays import todays
from grader.checks.project.typed import Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.checks.project.plan import LineGroup, Plan
    from grader.checks.project.sandbox import ProjectSandbox, Ran

INSTALL_SECONDS = 420.0
_SYNCS = re.compile(r"\b(?:uv sync|poetry install)\b")
_RUNS_IN_PROJECT = re.compile(r"\s*(?:uv|poetry) run\s")
_INSTALLS = re.compile(
    r"\b(?:install|sync|lock|venv|virtualenv|conda|env create|develop|build|clone|download|apt|apt-get|"
    r"tox|nox|make|uvx?|poetry)\b"
)
_ENTERS = re.compile(r"cd +[\w.-]+/?")
"""Into a folder: where nothing is cloned before, the repository's own."""
_CHECKS_STYLE = re.compile(
    r"^\s*(?:uv run |uvx |poetry run |python -m )?(?:ruff|black|flake8|pylint|isort|mypy|pyright|"
    r"pre-commit|bandit|codespell)\b"
)


class Result(StrEnum):
    """What became of a line."""

    WORKED = "worked"
    RAN_ON = "was still running when its time was up, without an error"
    FAILED = "failed"


class CommandRun(Struct, frozen=True, kw_only=True):
    """One command of a README.

    Attributes:
        line: In the README.
        cause: Why it failed, if it did.
        is_aside: It stands in a sentence; its failure means nothing.
    """

    line: int
    text: str
    result: Result
    output: str = ""
    cause: FailureCause | None = None
    is_aside: bool = False

    @property
    def runs(self) -> bool:
        """Whether it runs code, as far as its words tell."""
        return runs_code(self.text)


class ReadmeRun(Struct, frozen=True, kw_only=True):
    """A README, followed.

    Attributes:
        steps: What was typed, of the alternatives only the one that counts.
        stopped: Why it was not followed to its end; empty if it was.
        notes: What a reader of the report should know.
    """

    steps: tuple[CommandRun, ...]
    stopped: str = ""
    notes: tuple[str, ...] = ()


class Stranger:
    """Follows one README in one sandbox.

    Args:
        sandbox: Where.
        readme: The README's text.
        plan: What it tells him to do.
        seconds: For each command that doesn't install; one that still runs then is taken to work.
        total_seconds: For all of it.
    """

    def __init__(
        self, sandbox: ProjectSandbox, readme: str, plan: Plan, *, seconds: float, total_seconds: float
    ) -> None:
        self._sandbox = sandbox
        self._plan = plan
        self._prose = prose_of(readme, [line.text for line in plan.commands])
        self._seconds = seconds
        self._until = time.monotonic() + total_seconds
        self._notes: list[str] = []
        self._folder = ""
        self._stopped = ""

    def follow(self) -> ReadmeRun:
        """Type all that there is to type, until something fails by the repository's fault."""
        beginning = arrive(self._sandbox.url, self._plan)
        self._folder = self._sandbox.settle(
            name=beginning.name,
            urls=beginning.urls,
            cloned=beginning.cloned,
            inside=beginning.inside,
            pythons=versions_for(self._sandbox.texts),
        )
        self._home = self._folder.rsplit("/", 1)[0] if beginning.inside else self._folder
        self._beginning = beginning
        steps: list[CommandRun] = []
        for choice in installing_first(self._plan.choices):
            tried = self._choose(choice.options)
            steps += tried
            if self._stopped or any(
                s.cause and s.cause.whose is Whose.THEIRS for s in tried if not s.is_aside
            ):
                break
        return ReadmeRun(steps=tuple(steps), stopped=self._stopped, notes=tuple(self._notes))

    def _choose(self, options: Sequence[Sequence[LineGroup]]) -> list[CommandRun]:
        """The first option that works; if none does, the one that fails for the least of reasons."""
        start = self._folder
        tried: list[list[CommandRun]] = []
        for number, option in enumerate(options):
            if number and self._folder != start and start:
                self._sandbox.script(f"cd -- '{start}'", seconds=10)
                self._folder = start
            steps = [step for part in option for step in self._type(part)]
            bad = [s for s in steps if s.cause is not None and not s.is_aside]
            if not bad or self._stopped:
                return steps
            tried.append(steps)
        order = {Whose.SURROUNDINGS: 0, Whose.UNKNOWN: 1, Whose.THEIRS: 2}
        return min(tried, key=lambda steps: max(order[s.cause.whose] for s in steps if s.cause is not None))

    def _type(self, part: LineGroup) -> Iterator[CommandRun]:
        """The lines of one part; after a failure that is not the repository's, those that follow it too."""
        lines = list(self._lines(part))
        while lines and not self._stopped:
            left = self._until - time.monotonic()
            if left < 1:
                self._stopped = "the time for the whole README was up"
                return
            each = [self._patience(line.text, lines[:n]) for n, line in enumerate(lines)]
            played = self._sandbox.script(_text(lines), seconds=left, each=each, stop=True)
            for ran in played.commands:
                step = self._step(ran, lines, part)
                yield step
                if step.cause is not None and step.cause.whose is Whose.THEIRS and not part.is_aside:
                    return
            if played.ended:
                self._stopped = f"line {_number(lines, played.unfinished)} ended the shell itself"
                return
            if not played.unfinished:
                return
            last = played.commands[-1] if played.commands else None
            if last is None or last.status in (0, None):
                self._stopped = "the time for the whole README was up"
                return
            lines = lines[last.line - 1 + last.text.count("\n") + 1 :]

    @property
    def _installed_by(self) -> str:
        """By what else than its commands a reader may have its packages, in words."""
        dockerfile = next((p for p in self._sandbox.texts if p.rsplit("/", 1)[-1] == "Dockerfile"), "")
        speaks = re.search(r"\bdocker|\bcontainer", self._prose, re.IGNORECASE)
        if dockerfile and speaks and not any(map(brings_packages, self._plan.choices)):
            return f"the README speaks of a container; {dockerfile} makes one"
        return ""

    def _step(self, ran: Ran, lines: Sequence[Line], part: LineGroup) -> CommandRun:
        self._folder = ran.folder or self._folder
        text, number = ran.text.strip(), _number(lines, ran.line)
        step = CommandRun(
            line=number, text=text, result=Result.WORKED, output=ran.output, is_aside=part.is_aside
        )
        if ran.worked:
            return step
        if ran.status is None and _INSTALLS.search(text) and not runs_code(text):
            slow = FailureCause(
                whose=Whose.SURROUNDINGS, why="it did not end in the time that there is for installing"
            )
            return structs.replace(step, result=Result.FAILED, cause=slow)
        if ran.status is None:
            return structs.replace(step, result=Result.RAN_ON, cause=None)
        known = Surroundings(
            texts=self._sandbox.texts,
            prose=self._prose,
            home=self._home,
            installed_by=self._installed_by,
            has_package=self._sandbox.has_package,
        )
        cause = cause_of(ran, known)
        if _CHECKS_STYLE.match(text) and cause.whose is Whose.THEIRS:
            cause = FailureCause(
                whose=Whose.SURROUNDINGS, why="it checks style, and finds something", lines=cause.lines
            )
        elif has_placeholder(text) and cause.whose is Whose.THEIRS:
            cause = FailureCause(
                whose=Whose.UNKNOWN, why="it has something for the reader to fill in", lines=cause.lines
            )
        elif _ENTERS.fullmatch(text) and not self._plan.clones and cause.whose is Whose.THEIRS:
            cause = FailureCause(
                whose=Whose.UNKNOWN,
                why=f"{cause.why.rstrip('.')}; it may be what the clone was called",
                lines=cause.lines,
            )
        elif part.is_said and cause.whose is Whose.THEIRS:
            cause = FailureCause(
                whose=Whose.UNKNOWN, why=f"{cause.why}; it stands in a sentence", lines=cause.lines
            )
        command = todays(text, self._sandbox.texts) if cause.why in (COULD_NOT_BE_HAD, OTHER_PYTHON) else ""
        if command and "Could not find a version" not in ran.output:  # such a version may never have been
            (again,) = self._sandbox.script(command, seconds=INSTALL_SECONDS).commands[:1]
            if again.worked:
                self._notes.append(
                    f"Line {number}: its versions can't be had for this Python; the same packages were installed "
                    "as they are today."
                )
        return structs.replace(step, result=Result.FAILED, cause=cause)

    def _lines(self, part: LineGroup) -> Iterator[Line]:
        """What is typed of a part: placeholders filled in, and `cd` into the clone where the README forgets it."""
        for line in part.lines:
            text = filled_in(line.text, self._beginning, f"{self._home}/{self._beginning.name}")
            yield Line(line.number, text)
            address, folder = cloned(text)
            is_package = (
                "__init__.py" in self._sandbox.texts
            )  # the clone itself: it works from the folder above
            if address in self._beginning.urls and not self._beginning.enters and not is_package:
                name = folder or _last(address)
                self._notes.append(
                    f"After `git clone` the stranger went into {name}: the README leaves that out."
                )
                yield Line(line.number, f"cd -- '{name}'")

    def _patience(self, text: str, before: Sequence[Line]) -> float:
        """How long a line may take; ``uv run`` installs only where nothing before it did."""
        if _RUNS_IN_PROJECT.match(text) and any(_SYNCS.search(line.text) for line in before):
            return self._seconds
        return INSTALL_SECONDS if _INSTALLS.search(text) else self._seconds


class Arrival(Struct, frozen=True, kw_only=True):
    """Where a stranger begins.

    Attributes:
        name: What the clone is called.
        address: What a reader writes where the README leaves it to him.
        urls: The addresses under which it is found.
        cloned: It is cloned already: the README doesn't.
        inside: He stands in the clone.
        enters: The README says to go into the clone, or he stands there.
    """

    name: str
    address: str = ""
    urls: tuple[str, ...] = ()
    cloned: bool = True
    inside: bool = True
    enters: bool = True


def arrive(url: str, plan: Plan) -> Arrival:
    """Where the README finds its reader: at home if it clones or goes into the clone, else in the clone."""
    own = _last(url) or "repository"
    address = url if _is_remote(url) else f"https://localhost/student/{own}"
    given = tuple(c for c in dict.fromkeys(plan.clones) if is_own(c, url, only=len(set(plan.clones)) == 1))
    urls = tuple(dict.fromkeys(_without_placeholders(clone, address) for clone in given))
    if urls:
        names = {_last(clone).lower() for clone in urls}
        enters = any(
            e.rstrip("/").rsplit("/", 1)[-1].lower() in names or e.rstrip("/").lower().endswith(tuple(names))
            for e in plan.enters
        )
        enters = enters or len(plan.enters) > 0
        return Arrival(name=own, address=address, urls=urls, cloned=False, inside=False, enters=enters)
    first = plan.enters[0].strip("/") if plan.enters and _is_first(plan) else ""
    if first and not plan.clones and _alike(first) == _alike(own):
        return Arrival(name=first.rsplit("/", 1)[-1], inside=False)
    return Arrival(name=own)


def filled_in(text: str, arrival: Arrival, clone: str) -> str:
    """A line that clones, with the reader's own address where it has ``<placeholders>``; so for ``cd <folder>``.

    Args:
        text: The line.
        arrival: Where the reader began.
        clone: The folder of his clone, if there is one yet.
    """
    if text.strip().startswith("cd ") and has_placeholder(text):
        return f"[ ! -d '{clone}' ] || cd -- '{clone}'"
    address, _ = cloned(text)
    if not address or "<" not in address:
        return text
    return text.replace(address, _without_placeholders(address, arrival.address))


def _without_placeholders(address: str, own: str) -> str:
    if "/" not in re.sub(r"<[^>]*>", "", address) and own:
        return own
    return re.sub(
        r"<[^>/]*>(?=\.git$|$)", _last(own) or "repository", re.sub(r"<[^>/]*>(?=/)", "student", address)
    )


def _is_remote(url: str) -> bool:
    return re.match(r"(?:https?|ssh|git)://|[\w.-]+@[\w.-]+:", url) is not None


def is_own(clone: str, url: str, *, only: bool) -> bool:
    """Whether an address that a README clones is the repository itself.

    It is if owner or name are its own, if it has a placeholder, or if the repository came from a folder and
    nothing else is cloned.
    """
    if has_placeholder(clone) or re.search(
        r"[/:](?:you|user|username|owner|me|name|student|yourname|org)/", clone, re.IGNORECASE
    ):
        return True
    if _alike(_last(clone)) == _alike(_last(url)):
        return True
    return only and (not _is_remote(url) or _owner(clone) == _owner(url) != "")


def _is_first(plan: Plan) -> bool:
    """Whether the first thing that is typed is ``cd``."""
    return bool(plan.commands) and plan.commands[0].text.strip().startswith("cd ")


def _last(url: str) -> str:
    return re.sub(r"\.git$", "", url.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1])


def _owner(url: str) -> str:
    parts = re.split(r"[/:]", url.rstrip("/"))
    return parts[-2].lower() if len(parts) > 2 else ""


def _alike(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.lower())


def _text(lines: Sequence[Line]) -> str:
    return "\n".join(line.text for line in lines)


def _number(lines: Sequence[Line], line: int) -> int:
    return lines[min(max(line, 1), len(lines)) - 1].number
