"""A lab's checks against code of ours, in this very process: thousands of seeds in minutes.

What a check asks crosses the same wire format and is answered by the same worker code as always. What is missing
is all that is there for strangers: the judge's process, the sandbox, the clock.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import sys
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from grader import wire
from grader.checks import Evidence, KnownMistakes
from grader.checks.failure import CheckFailed
from grader.judge.plugin import explanation
from grader.judge.reference import Reference
from grader.judge.student import Student
from grader.judge_service import visible
from grader.plan import plan
from grader.records import Outcome
from grader.sandbox import filling
from grader.worker.child import Server
from grader.worker.tools import Tools
from tests.suites import COURSE, Suite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from grader.records import Finding

sys.dont_write_bytecode = True  # files of one name and one second would be taken for each other
SYS_PATH = tuple(sys.path)


class Told(NamedTuple):
    """What became of one check."""

    outcome: Outcome
    finding: Finding | None
    evidence: Evidence
    waited_for: str = ""


class InProcess:
    """One lab's checks.

    Args:
        suite: The lab.
    """

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self.checks = _ordered(suite)
        self._reference = Reference(suite.folder)
        self._known = KnownMistakes(suite.folder, suite.mistakes)

    @contextlib.contextmanager
    def submission(self, texts: Mapping[str, str]) -> Iterator[Submission]:
        """A submission, in a folder of its own for each environment."""
        lab = self.suite.lab
        files = {f"{lab.folder}/{path}": text.encode() for path, text in texts.items()}
        job = plan(lab, files, seed="0")
        with tempfile.TemporaryDirectory() as folder:
            for environment in {m.environment for m in job.modules}:
                (place := Path(folder, environment)).mkdir()
                filling.fill(place, visible(files, job.modules, environment))
            yield Submission(self, job.modules, Path(folder))
            sys.path[:] = SYS_PATH

    def needed(self, only: Iterable[str]) -> list[str]:
        """These checks, each after what it needs."""
        wanted = set(only)
        while more := {n for c in wanted for n in self.checks[c].__check__.after} - wanted:
            wanted |= more
        return [check for check in self.checks if check in wanted]


class Submission:
    """One submission, judged once per seed."""

    def __init__(self, checks: InProcess, modules: tuple, folder: Path) -> None:
        self._checks, self._modules, self._folder = checks, modules, folder

    def run(self, seed: int | str, only: Iterable[str] = (), *, alone: bool = False) -> dict[str, Told]:
        """Each check's end.

        Args:
            seed: A number, or 128 bits in hex.
            only: Checks to run, with what they need; empty: all.
            alone: Without what they need, which is taken to pass.
        """
        told: dict[str, Told] = {}
        for check in only if alone else self._checks.needed(only or self._checks.checks):
            told[check] = self._one(check, int(seed, 16) if isinstance(seed, str) else seed, told)
        return told

    def _one(self, check: str, seed: int, before: Mapping[str, Told]) -> Told:
        test = self._checks.checks[check]
        waits = [n for n in test.__check__.needs if n in before and before[n].outcome is not Outcome.PASSED]
        if waits:
            return Told(Outcome.BLOCKED, None, Evidence(), waits[0])
        evidence = Evidence()
        named = {i for t in before.values() if t.finding for i in t.finding.diagnosis_id.split("+")} - {""}
        passed = frozenset(c for c, t in before.items() if t.outcome is Outcome.PASSED)
        given = {
            "student": _student(self._modules, self._folder, self._checks.suite.folder),
            "reference": self._checks._reference,
            "rng": _generator(seed, check, 0),
            "withheld": _generator(seed, check, 1),
            "evidence": evidence,
            "known_mistakes": self._checks._known.given(passed, named),
            "lab": self._checks.suite.lab,
            "device": "cpu",
        }
        names = test.__code__.co_varnames[: test.__code__.co_argcount]
        try:
            with warnings.catch_warnings(action="ignore"):
                test(**{name: given[name] for name in names})
        except CheckFailed as failed:
            if cause := explanation(
                test.__check__, failed.finding, {c: t.outcome for c, t in before.items()}
            ):
                return Told(Outcome.BLOCKED, None, evidence, cause)
            return Told(Outcome.FAILED, failed.finding, evidence)
        return Told(Outcome.PASSED, None, evidence)


class _Processes:
    """What ``CheckProcesses`` is, without processes."""

    def __init__(self, folder: Path, tools: Path, modules: tuple) -> None:
        self._folder, self._tools = folder, tools
        self._stems = {Path(m.file).stem for m in modules}
        self._servers: dict[str, Server] = {}

    def ask(self, environment: str, question: wire.Question, call: str) -> wire.Reply:
        del call
        if environment not in self._servers:
            self._servers[environment] = Server(None, self._folder / environment, Tools(self._tools))
        server = self._servers[environment]
        if isinstance(question, wire.Load):
            sys.path[:] = SYS_PATH
            for stem in self._stems:
                sys.modules.pop(stem, None)
        reply = server._answer(_crossed(question, None))
        if isinstance(reply, wire.Raised) and reply.type == "KeyboardInterrupt":
            raise KeyboardInterrupt
        try:
            return _crossed(reply, server._objects.to_plain)
        except TypeError as error:
            return wire.Raised("unsendable", type(error).__name__, str(error))

    def leave(self) -> None:
        self._servers.clear()


def _crossed(message, to_plain):
    """A message as it arrives on the other side: values copied, arrays too."""
    names = wire._VALUES.get(type(message), ())
    crossed = {}
    for name in names:
        buffers: list = []
        packed = wire.pack(getattr(message, name), buffers, to_plain)
        decoded = msgspec.msgpack.decode(msgspec.msgpack.encode(packed))
        crossed[name] = wire.unpack(decoded, [bytearray(b) for b in buffers])
    return msgspec.structs.replace(message, **crossed)


def _student(modules: tuple, folder: Path, tools: Path) -> Student:
    student = Student(modules, None, None, 0.0, "cpu")
    student._processes = _Processes(folder, tools, modules)
    return student


def _generator(seed: int, check: str, stream: int) -> np.random.Generator:
    """As the judge draws."""
    own = int.from_bytes(hashlib.sha256(check.encode()).digest()[:8], "big")
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(own, stream)))


@cache
def _ordered(suite: Suite) -> dict:
    """Every check by its id, each after what it needs."""
    found = {}
    for path in sorted((COURSE / suite.lab.suite).rglob("test_*.py")):
        name = ".".join(path.relative_to(COURSE).with_suffix("").parts)
        for value in vars(importlib.import_module(name)).values():
            if hasattr(value, "__check__"):
                found.setdefault(value.__check__.id, value)
    ordered: dict = {}

    def place(check: str) -> None:
        if check not in ordered:
            for need in found[check].__check__.after:
                place(need)
            ordered[check] = found[check]

    for check in found:
        place(check)
    return ordered
