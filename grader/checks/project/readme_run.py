"""Commands followed as a stranger would: in order, in a new environment, until one fails."""

from __future__ import annotations

import posixpath
import re
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.checks.project.commands import Command, CommandKind
from grader.checks.project.packages import Plan, plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from grader.checks.project.sandbox import ProjectSandbox, Ran

    _Make = Callable[..., "Step"]

INSTALL_SECONDS = 60.0


class Result(StrEnum):
    """What became of a step."""

    WORKED = "worked"
    LONG = "was still running when its time was up, without an error"
    PASSED_OVER = "not tried"
    FAILED = "failed"


class Step(Struct, frozen=True, kw_only=True):
    """One command, and what became of it.

    Attributes:
        why: For what was passed over: the reason. For what failed: what went wrong, in a sentence.
        hint: What to do about it.
        output: The last lines that it printed: hostile text.
    """

    command: Command
    result: Result
    why: str = ""
    hint: str = ""
    output: str = ""


class ReadmeRun:
    """A stranger at work.

    Args:
        sandbox: Where.
        seconds: For each command; one that still runs by then, without an error, is taken to work.
        prose: The text around the commands: files that it speaks of are the reader's to bring.
    """

    def __init__(self, sandbox: ProjectSandbox, *, seconds: float, prose: str = "") -> None:
        self._sandbox = sandbox
        self._seconds = seconds
        self._prose = prose
        self._folder = ""
        self._cloned = False
        self._variables: dict[str, str] = {}
        self._unknown: set[str] = set()
        self.notes: list[str] = []

    def follow(self, commands: Iterable[Command]) -> list[Step]:
        """Every step up to the first that failed."""
        steps: list[Step] = []
        for command in commands:
            steps.append(self._step(command))
            if steps[-1].result is Result.FAILED:
                break
        return steps

    def _step(self, command: Command) -> Step:
        def step(result: Result, why: str = "", hint: str = "", output: str = "") -> Step:
            return Step(command=command, result=result, why=why, hint=hint, output=output)

        folder = (
            posixpath.normpath(posixpath.join(self._folder, command.folder)).removeprefix(".").lstrip("/")
        )
        if (
            command.only_if
            and posixpath.normpath(posixpath.join(folder, command.only_if)) not in self._sandbox.texts
        ):
            return step(Result.PASSED_OVER, f"there is no {command.only_if}")
        match command.kind:
            case CommandKind.UNTRIED:
                return step(Result.PASSED_OVER, command.why)
            case CommandKind.DONE:
                self._cloned = self._cloned or command.argv == ("clone",)
                self._variables |= command.variables if not command.argv else {}
                return step(Result.WORKED)
            case CommandKind.ENTER:
                return self._enter(command, step)
            case CommandKind.INSTALL:
                return self._install(command, folder, step)
        ran = self._sandbox.run(
            command.argv, seconds=self._seconds, folder=folder, variables=self._variables | command.variables
        )
        if ran.worked:
            return step(Result.WORKED)
        if ran.status is None:
            return step(Result.LONG)
        return self._explain(command, ran, step)

    def _enter(self, command: Command, step: _Make) -> Step:
        place = command.argv[0] if command.argv else ""
        target = posixpath.normpath(posixpath.join(self._folder, place)).removeprefix(".").lstrip("/")
        if (
            target.startswith("../")
            or any(path.startswith(f"{target}/") for path in self._sandbox.texts)
            or not target
        ):
            self._folder = "" if target.startswith("../") else target
            return step(Result.WORKED)
        if self._cloned and not self._folder:  # the clone's own folder, whatever it is called
            self._cloned = False
            return step(Result.WORKED)
        return step(
            Result.FAILED, f"There is no folder {place}.", "Write the path as it is in the repository."
        )

    def _install(self, command: Command, folder: str, step: _Make) -> Step:
        found = plan(command.argv, folder, self._sandbox.texts, self._sandbox.index())
        if found.missing:
            return step(
                Result.FAILED, f"There is no {found.missing} to install from.", "Commit it, or fix the path."
            )
        if found.slips:
            asked, meant = found.slips[0]
            return step(Result.FAILED, f"There is no package {asked}.", f"Did you mean {meant}?")
        self._remember(found)
        for argv in found.commands:
            ran = self._sandbox.run(argv, seconds=INSTALL_SECONDS, folder=folder, index=True)
            if not ran.worked:
                return step(Result.FAILED, "pip could not install this.", output=ran.last_lines)
        if not found.commands and found.unknown:
            return step(Result.PASSED_OVER, f"the sandbox's package index has no {', '.join(found.unknown)}")
        return step(Result.WORKED)

    def _remember(self, found: Plan) -> None:
        self._unknown |= {name.lower().replace("-", "_") for name in found.unknown}
        if found.roots:
            self._variables["PYTHONPATH"] = ":".join(found.roots)
        if found.unknown:
            self.notes.append(
                f"Not tried to install, since the sandbox's index lacks it: {', '.join(found.unknown)}."
            )
        if found.moved:
            self.notes.append(f"Installed in another version than asked for: {', '.join(found.moved)}.")

    def _explain(self, command: Command, ran: Ran, step: _Make) -> Step:
        """What a failure means; what it can't be blamed for is passed over."""
        said = ran.output
        lacks = re.search(r"No module named '?([\w.]+)", said)
        if lacks and lacks[1].partition(".")[0].lower() in self._unknown:
            return step(Result.PASSED_OVER, f"it needs {lacks[1]}, which the sandbox's index lacks")
        if re.search(r"URLError|ConnectionError|name resolution|Network is unreachable|gaierror", said):
            return step(Result.PASSED_OVER, "it needs the network, and the sandbox has none")
        absent = re.search(r"No such file or directory: '([^']+)'", said)
        if absent and self._speaks_of(absent[1], command):
            return step(Result.PASSED_OVER, f"it needs {absent[1][:60]}, which the reader has to bring")
        output = ran.last_lines
        if lacks:
            name = lacks[1].partition(".")[0]
            own = any(
                path.split("/")[-1] == f"{name}.py" or path.startswith(f"{name}/")
                for path in self._sandbox.texts
            )
            hint = (
                "The module is in the repository: say from which folder to run this."
                if own
                else f"Install {name} first: `pip install {name}`, or a requirements.txt that lists it."
            )
            return step(Result.FAILED, f"Python finds no module {name}: no command before this installs it."
                        if not own else f"Python finds no module {name}.", hint, output)  # fmt: skip
        if "can't open file" in said or "file or directory not found" in said or "no such folder" in said:
            return step(
                Result.FAILED,
                "It names a file that is not there.",
                "Write the path as it is in the repository.",
                output,
            )
        if ran.status == 127:
            return step(Result.FAILED, f"There is no program {command.argv[0]}.",
                        f"Install {command.argv[0]} before this line.", output)  # fmt: skip
        if command.kind is CommandKind.TEST:
            why = {1: "Tests fail.", 5: "No tests are found."}.get(ran.status or 0, "The tests can't be run.")
            return step(Result.FAILED, why, output=output)
        return step(Result.FAILED, f"It ended with exit status {ran.status}.", output=output)

    def _speaks_of(self, path: str, command: Command) -> bool:
        name = posixpath.basename(path.rstrip("/"))
        others = [line for line in self._prose.splitlines() if command.text not in line]
        return len(name) > 2 and any(name in line or path in line for line in others)


def failed(steps: Sequence[Step]) -> Step | None:
    """The step that failed, if one did."""
    return steps[-1] if steps and steps[-1].result is Result.FAILED else None
