"""An attempt, graded once more from its record: the same verdict, or what differs, field by field.

Commit, seed, suite and image make a verdict, so with the same ones it must come out the same. What the verdict
rested on besides is taken from the record: when the work came, the policy then in force, what people decided. What
was asked of the network can't be asked again, since the answer may be another by now: such checks are left out, and
named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import asdict, replace

from grader.errors import UsageError
from grader.history import NoHistory
from grader.pipeline import grade
from grader.record import with_reviews
from grader.records import CheckResult, Finding, Measurement, SafeRecord
from grader.request import Request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.judge_service import JudgeService
    from grader.request import Watch

TIMES = ("s", "ms")
"""Units of measurements that come out differently each time."""
INTERNAL = ("diagnosis_id", "secret")
"""Fields of a finding that no report shows."""
NOTHING = "nothing"


class FieldChange(Struct, frozen=True, kw_only=True):
    """One thing that is not as it was.

    Attributes:
        what: ``the suite``, ``lab1_mlp/forward.logits, outcome``.
        then: As the record has it.
        now: As it is.
        remedy: How to make it the same again; empty if there is no way, or none is needed.
    """

    what: str
    then: str
    now: str
    remedy: str = ""


class NotCompared(Struct, frozen=True, kw_only=True):
    """A check that was not compared: ``lab/check``, and what it rests on besides commit, seed, suite and image."""

    check: str
    why: str


class Replay(Struct, frozen=True, kw_only=True):
    """What came of grading an attempt once more.

    Attributes:
        then: The record that was replayed.
        now: The record of today, with what was left out as it was then.
        inputs: What the verdict rests on and is not as it was.
        results: What came out differently.
        left_out: Checks that were not compared.
    """

    then: SafeRecord
    now: SafeRecord
    inputs: tuple[FieldChange, ...]
    results: tuple[FieldChange, ...]
    left_out: tuple[NotCompared, ...]

    @property
    def same(self) -> bool:
        """Whether the verdict is the one of then."""
        return self.then.verdict is self.now.verdict


def check_replayable(record: SafeRecord) -> None:
    """Whether a record says enough.

    Raises:
        UsageError: It is a student's copy, or of an attempt that was interrupted.
    """
    if not record.seed:
        raise UsageError(
            "This report has no seed: it is the student's copy.",
            "Replay the instructor's report.json, or the attempt.",
        )
    if record.partial:
        raise UsageError(
            "This attempt was interrupted, so it has no verdict to compare with.", "Grade it again."
        )


def request_of(
    record: SafeRecord, *, repo: str = "", mapping: Path | None = None, trust: bool = False
) -> Request:
    """What was asked for then.

    Args:
        record: Of the attempt.
        repo: Where its repository is by now; empty: where it was.
        mapping: The instructor's mapping, if one was given then.
        trust: As of ``Request``.
    """
    return Request(
        repo=repo or record.url,
        ref=record.commit or None,
        assignment=record.assignment,
        labs=tuple(
            dict.fromkeys([*(lab.id for lab in record.labs), *(check.lab for check in record.checks)])
        ),
        mapping=mapping,
        suite=record.suite,
        seed=record.seed,
        device=record.device,
        trust=trust,
        ask_forge=False,
    )


def replay(then: SafeRecord, request: Request, service: JudgeService, watch: Watch) -> Replay:
    """Grade an attempt once more.

    Args:
        then: Its record.
        request: See ``request_of``.
        service: Where to judge.
        watch: Sees what happens.

    Raises:
        GraderError: It could not be graded, and why.
    """
    check_replayable(then)
    now = grade(request, service, NoHistory(), watch)
    left_out = _left_out(then, now)
    if not now.partial:
        now = _decided_as_then(now, then, {found.check for found in left_out})
    return Replay(
        then=then,
        now=now,
        inputs=tuple(_inputs(then, now)),
        results=tuple(_results(then, now)),
        left_out=left_out,
    )


def _left_out(then: SafeRecord, now: SafeRecord) -> tuple[NotCompared, ...]:
    """Checks that rest on the network, then or now, and those that wait for one of them."""
    found: dict[str, str] = {}
    for check in (*then.checks, *now.checks):
        if check.network:
            found.setdefault(_name(check), f"it rests on {' and '.join(check.network)}")
        elif check.waited_for and f"{check.lab}/{check.waited_for}" in found:
            found.setdefault(_name(check), f"it waits for {check.waited_for}")
    return tuple(NotCompared(check=check, why=why) for check, why in found.items())


def _decided_as_then(now: SafeRecord, then: SafeRecord, left_out: set[str]) -> SafeRecord:
    """With what no replay can find out again: what was left out, when it came, what people decided."""
    before = {_name(check): check for check in then.checks}
    checks = tuple(before.get(_name(c), c) if _name(c) in left_out else c for c in now.checks)
    reviews = [criterion.review for criterion in then.criteria if criterion.review]
    return with_reviews(replace(now, checks=checks, terms=then.terms, standing=then.standing), reviews)


# ── What differs ──────────────────────────────────────────────────────────────────────────────────────────


def _inputs(then: SafeRecord, now: SafeRecord) -> Iterator[FieldChange]:
    if not then.commit:
        yield FieldChange(
            what="the commit",
            then="none: it was a plain folder",
            now=now.commit or "none",
            remedy="Whether its files are those of then can't be said.",
        )
    yield from _changed(
        ("the suite", then.suite_digest[:12], now.suite_digest[:12], _course_remedy(then)),
        ("the grader", then.grader_version, now.grader_version, "Use the version of then."),
        ("the sandbox", then.sandbox, now.sandbox, f"Add --sandbox {then.sandbox}."),
        *(
            (
                f"the image ({name})",
                _short(then.image_digests.get(name)),
                _short(image),
                "It was built anew since.",
            )
            for name, image in now.image_digests.items()
        ),
        ("the files", ", ".join(then.files), ", ".join(now.files), ""),
        (
            "the mapping",
            then.mapping_digest[:12],
            now.mapping_digest[:12],
            "Give that of then with --mapping FILE.",
        ),
        ("the real data", ", ".join(then.data), ", ".join(now.data), "Give those of then with --data DIR."),
    )


def _course_remedy(then: SafeRecord) -> str:
    if not then.course.commit:
        return "Which state of the course it was is not in the record."
    uncommitted = " It had changes that were not committed." if then.course.dirty else ""
    return f"Check out the course as it was: git checkout {then.course.commit}{uncommitted}"


def _results(then: SafeRecord, now: SafeRecord) -> Iterator[FieldChange]:
    yield from _changed(("the verdict", then.verdict.value, now.verdict.value, ""))
    before, after = ({_name(check): check for check in record.checks} for record in (then, now))
    for name in dict.fromkeys([*before, *after]):
        was, is_ = before.get(name), after.get(name)
        if was is None or is_ is None:
            present = [f"{check.outcome.value}" if check else "not run" for check in (was, is_)]
            yield FieldChange(what=name, then=present[0], now=present[1])
        else:
            yield from _of_check(name, was, is_)


def _of_check(name: str, was: CheckResult, is_: CheckResult) -> Iterator[FieldChange]:
    yield from _changed(
        (f"{name}, outcome", was.outcome.value, is_.outcome.value, ""),
        (f"{name}, note", was.note, is_.note, ""),
        *(
            (f"{name}, {field.replace('_', ' ')}", text, _texts(is_.finding).get(field, ""), "")
            for field, text in _texts(was.finding).items()
        ),
    )
    values = {m.name: _value(m) for m in is_.measurements}
    yield from _changed(
        *(
            (f"{name}, {m.name}", _value(m), values.get(m.name, ""), "")
            for m in was.measurements
            if m.unit not in TIMES
        )
    )


def _changed(*pairs: tuple[str, str, str, str]) -> Iterator[FieldChange]:
    for what, then, now, remedy in pairs:
        if then != now:
            yield FieldChange(what=what, then=then or NOTHING, now=now or NOTHING, remedy=remedy)


def _texts(finding: Finding | None) -> dict[str, str]:
    fields = asdict(finding or Finding(headline=""))
    return {name: text for name, text in fields.items() if name not in INTERNAL}


def _value(measurement: Measurement) -> str:
    return "no number" if measurement.value is None else f"{measurement.value:.12g}"


def _name(check: CheckResult) -> str:
    return f"{check.lab}/{check.id}"


def _short(image: str | None) -> str:
    return (image or "").removeprefix("sha256:")[:12]
