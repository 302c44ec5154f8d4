"""What a report shows, in what order: the same for HTML, Markdown and the terminal."""

from __future__ import annotations

from typing import NamedTuple

from grader.records import (
    CheckResult,
    CriterionResult,
    Decision,
    Document,
    Outcome,
    Record,
    SafeRecord,
    Weight,
)
from grader.report import words


class Section(NamedTuple):
    """A criterion with its checks, those that need attention first."""

    criterion: CriterionResult
    checks: tuple[CheckResult, ...]
    anchor: str
    """Made here, never from a text: unique in the page, and safe in an attribute."""
    documents: tuple[Document, ...] = ()
    """What a person reads to decide it."""

    @property
    def word(self) -> words.Word:
        """The word for its decision."""
        return words.WAITS if self.waits else words.criterion(self.criterion.decision, self.criterion.weight)

    @property
    def waits(self) -> bool:
        """Whether it isn't met only because its checks wait for others."""
        failed = self.criterion.review or any(c.outcome is Outcome.FAILED for c in self.checks)
        return self.criterion.decision is Decision.REVISE and not failed

    @property
    def passed(self) -> int:
        """How many of its checks passed."""
        return sum(check.outcome is Outcome.PASSED for check in self.checks)

    @property
    def advice(self) -> bool:
        """Whether it is good practice beyond the requirements."""
        return self.criterion.weight is Weight.ADVICE

    @property
    def tally(self) -> str:
        """``2 of 3 checks``, or ``0 of 4 points`` where the rubric counts points."""
        if self.criterion.points:
            return f"{self.criterion.earned:g} of {self.criterion.points:g} points"
        if self.criterion.review or self.criterion.decision is Decision.REVIEW:
            return "by a person"
        total = len(self.criterion.checks)
        return f"{self.passed} of {total} check{'' if total == 1 else 's'}"


class Chapter(NamedTuple):
    """Sections that ask the same of the reader."""

    title: str
    lead: str
    sections: tuple[Section, ...]


class View(NamedTuple):
    """A record, arranged for reading.

    Attributes:
        record: What everything is made from.
        word: The verdict's word.
        sections: Every criterion, in the rubric's order: the list at the top.
        chapters: The same by what they ask of the reader: to fix, to wait for, ours, advice, what holds.
        first: The check to begin with, if anything failed.
        weights: Of each check, by (lab, id).
        anchors: The same: where in the page it is.
        notices: What has to be said about the whole run.
        since: What changed since the attempt before, in sentences; empty for a first attempt.
        facts: How it was graded, as (label, value).
    """

    record: Record
    word: words.Word
    sections: tuple[Section, ...]
    chapters: tuple[Chapter, ...]
    first: CheckResult | None
    weights: dict[tuple[str, str], Weight]
    anchors: dict[tuple[str, str], str]
    notices: tuple[words.Notice, ...]
    since: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]

    def outcome(self, check: CheckResult) -> words.Word:
        """The word for what became of a check."""
        if not check.counted:
            return words.NOT_COUNTED
        return words.outcome(check.outcome, self.weights[check.lab, check.id])

    def anchor(self, check: CheckResult) -> str:
        """Where in the page a check is: a number, never a text of anyone's."""
        return self.anchors[check.lab, check.id]


_URGENCY = {Outcome.FAILED: 0, Outcome.UNGRADED: 1, Outcome.BLOCKED: 2, Outcome.PASSED: 3}


def view(record: SafeRecord) -> View:
    """Arrange a record for reading."""
    results = {(check.lab, check.id): check for check in record.checks}
    sections = tuple(
        _section(i, c, results, record.documents) for i, c in enumerate(record.criteria, start=1)
    )
    shown = [(check.lab, check.id) for section in sections for check in section.checks]
    return View(
        record=record,
        word=words.verdict(record),
        sections=sections,
        chapters=_chapters(sections),
        first=_first(sections),
        weights={(c.lab, check): c.weight for c in record.criteria for check in c.checks},
        anchors={key: f"check-{i}" for i, key in enumerate(shown, start=1)},
        notices=_notices(record),
        since=words.since(record.since) if record.since else (),
        facts=_facts(record),
    )


def _section(
    number: int,
    criterion: CriterionResult,
    results: dict[tuple[str, str], CheckResult],
    documents: tuple[Document, ...],
) -> Section:
    # A check without a result is shown like any other that we could not run.
    checks = (
        results.get((criterion.lab, id_))
        or CheckResult(
            id=id_, lab=criterion.lab, promise="", outcome=Outcome.UNGRADED, criterion=criterion.id
        )
        for id_ in criterion.checks
    )
    return Section(
        criterion=criterion,
        checks=tuple(sorted(checks, key=lambda check: _URGENCY[check.outcome])),
        anchor=f"criterion-{number}",
        documents=tuple(d for d in documents if criterion.manual and d.lab == criterion.lab),
    )


def _chapters(sections: tuple[Section, ...]) -> tuple[Chapter, ...]:
    required = [s for s in sections if not s.advice]
    chapters = (
        Chapter(
            "To fix",
            "Each of these is required. Begin at the top: fixing the first often fixes what follows.",
            tuple(s for s in required if s.criterion.decision is Decision.REVISE and not s.waits),
        ),
        Chapter(
            "Comes next",
            "Nothing to do here yet: these checks run as soon as what they need passes.",
            tuple(s for s in required if s.waits),
        ),
        Chapter(
            "Waits for review",
            "A person decides these.",
            tuple(s for s in required if s.criterion.decision is Decision.REVIEW),
        ),
        Chapter(
            "Not graded",
            "Our side failed here, not yours.",
            tuple(s for s in required if s.criterion.decision is Decision.UNGRADED),
        ),
        Chapter(
            "Advice",
            "Good practice beyond what is required. It is never a reason to revise.",
            tuple(s for s in sections if s.advice and s.criterion.decision is not Decision.PASS),
        ),
        Chapter("What holds", "", tuple(s for s in sections if s.criterion.decision is Decision.PASS)),
    )
    return tuple(chapter for chapter in chapters if chapter.sections)


def _first(sections: tuple[Section, ...]) -> CheckResult | None:
    failed = (c for s in sections if not s.advice for c in s.checks if c.outcome is Outcome.FAILED)
    return next(failed, None)


def _notices(record: Record) -> tuple[words.Notice, ...]:
    said = [words.PARTIAL] if record.partial else []
    said += [] if _protected(record) else [words.unprotected(record.sandbox)]
    if record.standing and record.standing.late_seconds and not record.refused:
        said.append(words.late(record.standing))
    return tuple(said)


def _protected(record: Record) -> bool:
    return record.sandbox != "local" if record.protects is None else record.protects


def _facts(record: Record) -> tuple[tuple[str, str], ...]:
    told = (
        ("Repository", record.url),
        ("Ref", record.ref),
        ("Commit", record.commit),
        ("Committed", words.moment(record.committed_at)),
        *_history(record),
        ("Files", ", ".join(record.files)),
        ("Graded", words.moment(record.graded_at)),
        ("Checks", {"all": "public and hidden", "public": "public only"}.get(record.suite, record.suite)),
        ("Sandbox", words.sandbox(record.sandbox, protected=_protected(record))),
        ("Device", record.device),
        *((f"Image ({environment})", digest) for environment, digest in record.image_digests.items()),
        ("Suite digest", record.suite_digest),
        ("Course", str(record.course)),
        ("Seed", record.seed),
        ("Grader", record.grader_version),
        ("Time", ", ".join(f"{t.stage} {words.duration(t.seconds)}" for t in record.timings)),
    )
    return tuple((label, value) for label, value in told if value)


def _history(record: Record) -> tuple[tuple[str, str], ...]:
    """When it was due and came, and the numbers of this attempt and hand-in."""
    terms, standing = record.terms, record.standing
    due = words.moment(terms.due) if terms.due else f"{terms.deadline}; the rubric does not say in which week"
    told = [("Due", due + (f", extended ({terms.extension})" if terms.extension else ""))] * bool(
        terms.deadline
    )
    if standing:
        late = f", {words.span(standing.late_seconds)} late" if standing.late_seconds else ""
        told.append(("Handed in", f"{words.moment(standing.came)}{late}, {words.SOURCES[standing.source]}"))
        allowed = "" if terms.policy.revisions is None else f" of {terms.policy.revisions + 1}"
        told.append(("Hand-in", f"{standing.hand_in}{allowed}" if standing.hand_in else ""))
    told.append(("Attempt", str(record.attempt) if record.attempt else ""))
    return tuple(told)
