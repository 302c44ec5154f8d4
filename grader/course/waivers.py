"""Checks that somebody took out of everybody's verdict: ``waivers.yaml`` in the course.

- assignment: week06
  check: lab3_lstm/evaluate.dm
  by: Bola Adé
  reason: "the lab's text gave another formula"   # reports show both to students
  at: 2026-11-21

A waived check runs, and what it found is shown; it counts as met, and nothing waits for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml
from msgspec.structs import asdict, replace

from grader.course.deadline import DeadlineError, parse_date
from grader.course.fields import Fields, read_records
from grader.course.yaml_nodes import read_yaml
from grader.files import write_whole
from grader.records import CheckResult, Outcome, Waiver

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from grader.course.problems import Problems

FILE = "waivers.yaml"
HEAD = "# Checks that count for nobody: written by `grade waive`, shown in every report.\n"


def read_waivers(root: Path, assignment: str, problems: Problems) -> tuple[Waiver, ...]:
    """Those of an assignment; the last one counts where a check is waived twice.

    Args:
        root: The course's folder.
        assignment: Its id.
        problems: Where faults go.
    """
    every = _read(root, problems)
    return tuple({(w.lab, w.check): w for of, w in every if of == assignment}.values())


def _read(root: Path, problems: Problems) -> list[tuple[str, Waiver]]:
    """All of them, with the assignment of each."""
    file = root / FILE
    if not file.is_file():
        return []
    node = read_yaml(file.read_bytes(), FILE, problems, own=True)

    def read(fields: Fields) -> tuple[str, Waiver]:
        lab, slash, check = fields.text("check").partition("/")
        if not slash:
            problems.add(fields.where("check"), "'check' names a lab and its check.", "Write 'lab/check'.")
        at = fields.text("at")
        try:
            parse_date(at)
        except DeadlineError as bad:
            problems.add(fields.where("at"), bad.message, bad.suggestion)
        waiver = Waiver(lab=lab, check=check, by=fields.text("by"), reason=fields.text("reason"), at=at)
        return fields.text("assignment"), waiver

    return [] if node is None else list(read_records(node, read, problems, subject=FILE))


def write_waivers(root: Path, assignment: str, waivers: Sequence[Waiver], problems: Problems) -> None:
    """Write an assignment's waivers, beside those of others."""
    others = [(of, waiver) for of, waiver in _read(root, problems) if of != assignment]
    problems.raise_any(FILE, remedy="Fix it at these places, then try again.")
    rows = [
        {
            "assignment": of,
            "check": f"{w.lab}/{w.check}",
            **{k: v for k, v in asdict(w).items() if k not in ("lab", "check")},
        }
        for of, w in [*others, *((assignment, w) for w in waivers)]
    ]
    text = yaml.safe_dump(rows, sort_keys=False, allow_unicode=True, width=110)
    if rows:
        write_whole(root / FILE, (HEAD + text).encode())
    else:
        (root / FILE).unlink(missing_ok=True)


def with_waivers(checks: Iterable[CheckResult], waivers: Iterable[Waiver]) -> tuple[CheckResult, ...]:
    """Results as they count: what is waived is not counted, and says who waived it, why, and how it came out."""
    by_check = {(waiver.lab, waiver.check): waiver for waiver in waivers}
    return tuple(
        _waived(check, by_check[check.lab, check.id]) if (check.lab, check.id) in by_check else check
        for check in checks
    )


def _waived(check: CheckResult, waiver: Waiver) -> CheckResult:
    said = f"Waived by {waiver.by} on {waiver.at}: {waiver.reason.rstrip('.')}. By itself it {check.outcome.value}."
    return replace(
        check,
        outcome=Outcome.UNGRADED,
        fault=None,
        finding=None,
        waited_for="",
        counted=False,
        waived=waiver,
        note=" ".join(filter(None, (said, check.note))),
    )
