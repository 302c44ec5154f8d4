"""The record of an attempt: what was found, and what follows from it. Sanitised once, when it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from grader import __version__
from grader.reasons import Overridden
from grader.records import Criterion, Decision, Record, Review, Rubric, RubricLab, SafeRecord
from grader.report.reasons import sentence
from grader.report.sanitizer import sanitize
from grader.verdict import decide

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.attempt import Attempt
    from grader.records import Since, Standing, Verdict


def make_record(
    attempt: Attempt,
    verdict: Verdict,
    standing: Standing | None,
    since: Since | None,
    override: Review | None = None,
) -> SafeRecord:
    """Everything about an attempt; interrupted, it is no verdict on what was not graded."""
    assignment, submission, request = attempt.choice.assignment, attempt.submission, attempt.request
    return sanitize(
        Record(
            assignment=assignment.id,
            title=assignment.title,
            url=submission.url,
            ref=submission.ref,
            commit=submission.commit,
            committed_at=submission.committed_at,
            graded_at=attempt.graded_at,
            received_at=request.received,
            terms=attempt.terms,
            standing=standing,
            since=since,
            files=attempt.files,
            sandbox=attempt.sandbox,
            protects=attempt.protects,
            device=request.device,
            suite=request.suite,
            image_digests=attempt.image_digests,
            suite_digest=assignment.digest,
            mapping_digest=attempt.mapping_digest,
            data=attempt.data,
            course=attempt.course,
            seed=attempt.seed,
            grader_version=__version__,
            pass_points=assignment.pass_points if assignment.scale is None else assignment.scale.needed,
            scale=attempt.rubric.scale,
            checks=attempt.checks,
            documents=attempt.documents,
            notes=attempt.notes,
            troubles=attempt.troubles,
            timings=attempt.timings,
            partial=attempt.partial,
            **_decided(verdict, override, partial=attempt.partial),
        )
    )


def with_reviews(record: SafeRecord, reviews: Iterable[Review]) -> SafeRecord:
    """The record with the verdict that follows from what people decided since."""
    before = (criterion.review for criterion in record.criteria if criterion.review)
    all_of_it = (record.override,) if record.override else ()
    last = {(review.lab, review.criterion): review for review in (*before, *all_of_it, *reviews)}
    override = overriding(last.values())
    verdict = decide(
        _rubric(record),
        record.checks,
        reviews=[review for review in last.values() if review.decision is not Decision.REVIEW],
        policy=record.terms.policy,
        standing=record.standing,
    )
    return sanitize(replace(record, **_decided(verdict, override, partial=record.partial)))


def overriding(reviews: Iterable[Review]) -> Review | None:
    """What was decided last about the whole; ``None`` if nothing was, or if that was taken back."""
    last: Review | None = None
    for review in reviews:
        if not (review.lab or review.criterion):
            last = review
    return last if last and last.decision is not Decision.REVIEW else None


def _decided(verdict: Verdict, override: Review | None, *, partial: bool) -> dict[str, Any]:
    """What a verdict says, as a record's fields; a person's word on the whole comes first."""
    refused = sentence(verdict.refusal) if verdict.refusal else ""
    reasons = (*filter(None, (refused,)), *map(sentence, verdict.reasons))
    decision = verdict.decision
    if override and not partial:
        first = Overridden(
            by=override.by,
            decision=override.decision.value,
            was=decision.value,
            why=override.comment,
            at=override.decided_at,
        )
        decision, refused, reasons = override.decision, "", (sentence(first), *reasons)
    return {
        "verdict": Decision.UNGRADED if partial else decision,
        "override": None if partial else override,
        "refused": refused,
        "reasons": reasons,
        "earned": verdict.earned,
        "points": verdict.points,
        "grade": verdict.grade,
        "labs": verdict.labs,
        "criteria": tuple(c for lab in verdict.labs for c in lab.criteria),
    }


def _rubric(record: Record) -> Rubric:
    """What the record was decided by."""
    labs = tuple(
        RubricLab(
            id=lab.id,
            title=lab.title,
            criteria=tuple(
                Criterion(
                    id=c.id,
                    title=c.title,
                    weight=c.weight,
                    points=c.points,
                    checks=c.checks,
                    shares=c.shares,
                    part=c.part,
                    category=c.category,
                    manual=c.manual,
                )
                for c in lab.criteria
            ),
            parts=lab.parts,
        )
        for lab in record.labs
    )
    return Rubric(labs=labs, pass_points=record.pass_points, scale=record.scale, suite=record.suite)
