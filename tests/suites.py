"""Runs a lab's suite against a fake student, in this process: outcomes as the judge would find them."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from typing import NamedTuple

import numpy as np
import yaml

from grader.checks import CheckFailed, Evidence, KnownMistakes
from grader.checks.decorator import CheckSpec
from grader.judge.reference import Reference
from grader.records import Edit, Finding, Lab, Mistake, Outcome
from tests.fakes import FakeStudent, Mapped, time_limit

COURSE = Path(__file__).parent.parent


class Told(NamedTuple):
    """What became of one check."""

    outcome: Outcome
    finding: Finding | None = None
    evidence: Evidence | None = None
    waited_for: str = ""


class Suite:
    """One lab's checks, its reference and its mistakes."""

    def __init__(self, assignment: str, lab: str) -> None:
        self.folder = COURSE / "reference" / assignment / lab
        self.mistakes = _mistakes(self.folder / "mistakes.yaml")
        self.lab = Lab(id=lab, assignment=assignment, title=lab, folder=lab, modules=(), criteria=())
        self.tests = {}
        for part in ("public", "hidden"):
            for file in sorted((COURSE / "test_suites" / assignment / lab / part).glob("test_*.py")):
                module = importlib.import_module(f"test_suites.{assignment}.{lab}.{part}.{file.stem}")
                for test in vars(module).values():
                    spec = getattr(test, "__check__", None)
                    if isinstance(spec, CheckSpec):
                        self.tests[spec.id] = test

    def reference_sources(self) -> dict[str, str]:
        """The reference as a submission."""
        return {file.stem: file.read_text() for file in self.folder.glob("mlp_*.py")}

    def mistaken_sources(self, mistake: Mistake) -> dict[str, str]:
        """The reference with a mistake in it."""
        sources = self.reference_sources()
        for edit in mistake.edits:
            name = edit.file.removesuffix(".py")
            assert sources[name].count(edit.replace) == 1, (mistake.id, edit.replace)
            sources[name] = sources[name].replace(edit.replace, edit.with_)
        return sources

    def ordered(self, only: tuple[str, ...] = ()) -> list[str]:
        """Check ids with what they need, each after what it needs."""
        order: list[str] = []

        def place(check: str) -> None:
            for need in self.tests[check].__check__.needs:
                place(need)
            if check not in order:
                order.append(check)

        for check in only or self.tests:
            place(check)
        return order

    def run(
        self,
        sources: dict[str, str],
        seed: int = 0,
        only: tuple[str, ...] = (),
        known_mistakes: KnownMistakes | None = None,
        mappings: dict[str, Mapped] | None = None,
    ) -> dict[str, Told]:
        """Every check's outcome for a submission."""
        told: dict[str, Told] = {}
        known_mistakes = known_mistakes or KnownMistakes(self.folder, self.mistakes)
        for check in self.ordered(only):
            spec = self.tests[check].__check__
            blocked = next((n for n in spec.needs if told[n].outcome is not Outcome.PASSED), "")
            told[check] = (
                Told(Outcome.BLOCKED, waited_for=blocked)
                if blocked
                else self.one(check, sources, seed, known_mistakes, mappings)
            )
        return told

    def one(
        self,
        check: str,
        sources: dict[str, str],
        seed: int,
        known_mistakes: KnownMistakes,
        mappings: dict[str, Mapped] | None = None,
    ) -> Told:
        """One check's outcome, whatever it needs."""
        test, evidence = self.tests[check], Evidence()
        own = int.from_bytes(check.encode()[:8].ljust(8, b"."), "big") ^ hash_of(check)
        fixtures = {
            "student": FakeStudent(sources, mappings),
            "reference": Reference(self.folder),
            "rng": np.random.default_rng([seed, own, 0]),
            "withheld": np.random.default_rng([seed, own, 1]),
            "evidence": evidence,
            "known_mistakes": known_mistakes,
            "lab": self.lab,
            "device": "cpu",
        }
        wanted = {name: fixtures[name] for name in inspect.signature(test).parameters}
        try:
            with time_limit(test.__check__.seconds or 20.0):
                test(**wanted)
        except CheckFailed as failure:
            return Told(Outcome.FAILED, failure.finding, evidence)
        return Told(Outcome.PASSED, None, evidence)


def hash_of(text: str) -> int:
    """The same number for a text in every process."""
    return sum(ord(c) * 31**i for i, c in enumerate(text)) % 2**63


def _mistakes(file: Path) -> tuple[Mistake, ...]:
    if not file.is_file():
        return ()
    found = []
    for entry in yaml.safe_load(file.read_text()):
        edits = entry.get("edits") or [{k: entry[k] for k in ("file", "replace", "with")}]
        found.append(
            Mistake(
                id=entry["id"],
                idea=entry["idea"],
                edits=tuple(Edit(file=e["file"], replace=e["replace"], with_=e["with"]) for e in edits),
                fails=tuple([entry["fails"]] if isinstance(entry["fails"], str) else entry["fails"]),
                diagnosis=entry.get("diagnosis", ""),
            )
        )
    return tuple(found)
