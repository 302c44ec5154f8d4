"""Gradescope's ``results.json``.

Format: https://gradescope-autograders.readthedocs.io/en/latest/specs/. The score stands at the top, so no sum of
tests can differ from it; a test is a criterion, with a status where a machine or a person has decided it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from grader.exports.telling import about, status
from grader.report.markdown import to_markdown
from grader.report.score import score
from grader.report.student import student_copy

if TYPE_CHECKING:
    from grader.records import CriterionResult, SafeRecord

MOST = 200_000
"""Characters of the report."""


def to_gradescope(record: SafeRecord) -> str:
    """The record as ``results.json``.

    Raises:
        Ungraded: It could not be graded.
    """
    copy, total = student_copy(record), score(record)
    results = {
        "score": total.earned,
        "execution_time": round(sum(timing.seconds for timing in copy.timings)),
        "output": to_markdown(copy)[:MOST],
        "output_format": "md",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {
            "verdict": copy.verdict.value,
            "total": total.text,
            "points": total.points,
            "commit": copy.commit,
            "suite_digest": copy.suite_digest,
        },
        "tests": [_test(number, copy, criterion) for number, criterion in enumerate(copy.criteria, start=1)],
    }
    return json.dumps(results, indent=1, allow_nan=False) + "\n"


def _test(number: int, record: SafeRecord, criterion: CriterionResult) -> dict[str, Any]:
    points = {"score": criterion.earned, "max_score": criterion.points} if criterion.points else {}
    decided = {"status": word} if (word := status(criterion)) else {}
    return {
        "name": f"{criterion.lab}: {criterion.title}",
        "name_format": "text",
        "number": str(number),
        **points,
        **decided,
        "output": about(record, criterion),
        "output_format": "text",
        "tags": [criterion.lab, criterion.weight.value],
        "visibility": "visible",
    }
