"""GitHub Classroom's runner JSON, and Classroom 50's ``result.json``.

Both want whole numbers, and add their tests up themselves: so ten times the points are carried, and a test's name
says verdict and points as they are. The reporter adds up scores for the forge, but for the log it takes the share
of tests that passed: so its tests are all worth the same, and as many pass as make the total. A runner without
tests is not reported, so there is always one. Formats: classroom-resources/autograding-python-grader (version 3)
and autograding-grading-reporter; Classroom 50's schema ``classroom50/result/v1``.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import os
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from grader.exports.telling import causes_of
from grader.records import Decision
from grader.report.escape import log
from grader.report.score import score
from grader.report.student import student_copy

if TYPE_CHECKING:
    from grader.records import SafeRecord

SCHEMA = "classroom50/result/v1"
KNOWN = {
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
    "review": "REVIEW_URL",
}
"""What Classroom 50's runner knows: field of a result → variable."""
MOST = 4000


def to_runner(record: SafeRecord) -> str:
    """What a step sets as its output ``result``: base64 on one line.

    An attempt that could not be graded is an error without points: the reporter then reports none.
    """
    return b64encode(json.dumps(runner(record), separators=(",", ":")).encode()).decode() + "\n"


def runner(record: SafeRecord) -> dict[str, Any]:
    """The runner's JSON, version 3."""
    copy = student_copy(record)
    seconds = sum(timing.seconds for timing in copy.timings)
    if copy.verdict is Decision.UNGRADED:
        tests = [_test("Could not be graded: our fault", "error", 0, _message(copy), seconds)]
        return {"version": 3, "status": "error", "max_score": 0, "tests": tests}
    total = score(copy)
    earned, points = total.tenths
    each = math.gcd(earned, points)
    passed = earned // each
    tests = [
        _test(f"{total.text} ({number} of {points // each})", "pass" if number <= passed else "fail", each)
        for number in range(1, points // each + 1)
    ]
    tests[0] |= {"message": _message(copy), "duration": 1000 * seconds}
    for test in tests[passed:]:
        test["score"] = 0
    state = "pass" if copy.verdict is Decision.PASS else "fail"
    return {"version": 3, "status": state, "max_score": points, "tests": tests}


def _test(name: str, status: str, points: int, message: str = "", seconds: float = 0.0) -> dict[str, Any]:
    return {
        "name": name,
        "status": status,
        "score": points,
        "message": message,
        "test_code": "",
        "task_id": 0,
        "filename": "",
        "line_no": 0,
        "duration": 1000 * seconds,
    }


def to_classroom50(record: SafeRecord) -> str:
    """Classroom 50's ``result.json``; what its runner knows is taken from the environment that it sets.

    Raises:
        Ungraded: It could not be graded: the autograder then has to exit with another code than 0.
    """
    copy, total = student_copy(record), score(record)
    earned, points = total.tenths
    known = {field: os.environ.get(variable, "") for field, variable in KNOWN.items()}
    result = {
        "schema": SCHEMA,
        **known,
        "review": known["review"] or known["commit"],  # older runners know no review, and none may be empty
        "datetime": _utc(copy.committed_at) or _utc(copy.graded_at),
        "score": earned,
        "max-score": points,
        "tests": [
            {
                "test-name": total.text,
                "passed": copy.verdict is Decision.PASS,
                "score": earned,
                "max-score": points,
                "message": _message(copy),
            }
        ],
    }
    return json.dumps(result, indent=1) + "\n"


def _utc(moment: str) -> str:
    """As Classroom 50 writes a moment; empty for what is none: a commit's is its author's to forge."""
    try:
        return f"{dt.datetime.fromisoformat(moment).astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (ValueError, OverflowError):
        return ""


def _message(record: SafeRecord) -> str:
    told = (f"{lab}: {cause.text}" for lab, cause in causes_of(record) if not cause.tag)
    return log("\n".join(told), MOST)
