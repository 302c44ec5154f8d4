"""What a report shows, in what order: the same for HTML, Markdown and the terminal."""

from __future__ import annotations

from typing import NamedTuple

from grader import reasons
from grader.records import (
    CheckResult,
    CriterionResult,
    Decision,
    Document,
    Outcome,
    Part,
    Record,
    SafeRecord,
    Terms,
    Weight,
)
from grader.report import words
from grader.report.causes import Cause, causes
from grader.report.reasons import sentence


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
        c = self.criterion
        if self.checks and not any(check.handed_in for check in self.checks):
            return words.NOT_HANDED_IN
        return words.WAITS if self.waits else words.criterion(c.decision, c.weight, earned=c.earned > 0)

    @property
    def waits(self) -> bool:
        """Whether it isn't met only because its checks wait for others."""
        failed = self.criterion.review or any(c.outcome in NOT_MET for c in self.checks)
        return self.criterion.decision is Decision.REVISE and not failed

    @property
    def passed(self) -> int:
        """How many of its checks passed."""
        return sum(check.outcome is Outcome.PASSED for check in self.checks)

    @property
    def tag(self) -> str:
        """``advice`` or ``bonus``; empty for what is required."""
        return "" if self.criterion.weight is Weight.REQUIRED else str(self.criterion.weight)

    @property
    def tally(self) -> str:
        """``2 of 3 checks``, or ``0 of 4 points`` where the rubric counts points."""
        if self.criterion.points:
            c = self.criterion
            open_ = [f"{c.waiting:g} waiting"] if 0 < c.waiting < c.points else []
            open_ += [f"{c.ungraded:g} not graded"] if 0 < c.ungraded < c.points else []
            return ", ".join((f"{c.earned:g} of {c.points:g} points", *open_))
        if self.criterion.review or self.criterion.decision is Decision.REVIEW:
            return "by a person"
        return f"{self.passed} of {words.count(len(self.criterion.checks), 'check')}"


class Group(NamedTuple):
    """The criteria of one part of a lab; of the whole lab where it has no parts."""

    part: Part | None
    sections: tuple[Section, ...]

    @property
    def heading(self) -> str:
        """``A: Forward propagation``; empty for a whole lab."""
        return f"{self.part.id}: {self.part.title}" if self.part else ""

    @property
    def tally(self) -> str:
        """``21 of 25 points``."""
        earned = sum(s.criterion.earned for s in self.sections)
        return f"{earned:g} of {self.part.points:g} points" if self.part else ""


class LabPart(NamedTuple):
    """One lab: its criteria, and what went wrong in it."""

    id: str
    title: str
    anchor: str
    sections: tuple[Section, ...]
    causes: tuple[Cause, ...]
    parts: tuple[Part, ...] = ()

    @property
    def groups(self) -> tuple[Group, ...]:
        """Its criteria by part, in order; those of no part last."""
        groups = [Group(p, tuple(s for s in self.sections if s.criterion.part == p.id)) for p in self.parts]
        known = {part.id for part in self.parts}
        groups.append(Group(None, tuple(s for s in self.sections if s.criterion.part not in known)))
        return tuple(group for group in groups if group.sections)

    @property
    def heading(self) -> str:
        """``lab1_mlp: MLP from scratch``."""
        return f"{self.id}: {self.title}" if self.title and self.title != self.id else self.id

    @property
    def tally(self) -> str:
        """``3 of 7 criteria met, 20 of 46 checks pass``; advice is not counted among the criteria."""
        required = [s for s in self.sections if not s.tag]
        met = sum(s.criterion.decision is Decision.PASS for s in required)
        checks = [check for s in self.sections for check in s.checks]
        passed = sum(check.outcome is Outcome.PASSED for check in checks)
        told = [f"{met} of {words.count(len(required), 'criterion', 'criteria')} met"] if required else []
        told += [f"{passed} of {words.count(len(checks), 'check')} passed"] if checks else []
        points = sum(s.criterion.points for s in self.sections)
        told += [f"{sum(s.criterion.earned for s in self.sections):g} of {points:g} points"] if points else []
        return ", ".join(told)

    @property
    def undecided(self) -> tuple[CheckResult, ...]:
        """The checks that a person decides, and then those that we could not run."""
        return tuple(
            check
            for outcome in (Outcome.REVIEW, Outcome.UNGRADED)
            for section in self.sections
            for check in section.checks
            if check.outcome is outcome and check.counted
        )

    @property
    def told(self) -> tuple[tuple[CheckResult, tuple[CheckResult, ...]], ...]:
        """What is reported in full: each cause's check with its others, then what is undecided."""
        causes = ((cause.check, cause.others) for cause in self.causes)
        return (*causes, *((check, ()) for check in self.undecided))

    @property
    def people(self) -> tuple[Section, ...]:
        """The criteria that a person decides, or has decided."""
        return tuple(s for s in self.sections if s.criterion.manual or s.criterion.review or s.documents)

    @property
    def to_say(self) -> tuple[tuple[str, str, words.Word], ...]:
        """(criterion, sentence, word) of what isn't a failed check: a person's decision, or ours to run."""
        told = []
        for s in self.sections:
            if s.criterion.review and s.criterion.review.decision is Decision.REVISE:
                review = s.criterion.review
                given = f"gives {s.criterion.earned:g} of {words.count(s.criterion.points, 'point')}"
                said = given if s.criterion.points else "asks to revise it"
                told.append((s.anchor, f"{s.criterion.title}: {review.by} {said}.", s.word))
            elif s.criterion.decision is Decision.REVIEW or s.criterion.waiting:
                points = f" ({words.count(s.criterion.waiting, 'point')})" if s.criterion.waiting else ""
                text = f"{s.criterion.title} waits for a person to look at it{points}."
                told.append((s.anchor, text, s.word))
            elif s.criterion.decision is Decision.UNGRADED or s.criterion.ungraded:
                points = f" ({words.count(s.criterion.ungraded, 'point')})" if s.criterion.ungraded else ""
                text = f"{s.criterion.title} could not be graded{points}; that is our fault."
                told.append((s.anchor, text, s.word))
        return tuple(told)


class View(NamedTuple):
    """A record, arranged for reading.

    Attributes:
        record: What everything is made from.
        word: The verdict's word.
        summary: How many checks failed, of how many causes, and how many wait for them; empty if none failed.
        due: When the work was due; empty if nobody said.
        sections: Every criterion, in the rubric's order.
        labs: The same lab by lab, with the causes of what failed.
        weights: Of each check, by (lab, id).
        anchors: The same: where in the page it is.
        notices: What has to be said about the whole run.
        since: What changed since the attempt before, in sentences; empty for a first attempt.
        facts: How it was graded, as (label, value).
    """

    record: Record
    word: words.Word
    summary: str
    due: str
    sections: tuple[Section, ...]
    labs: tuple[LabPart, ...]
    weights: dict[tuple[str, str], Weight]
    anchors: dict[tuple[str, str], str]
    notices: tuple[words.Notice, ...]
    since: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Of all labs, in order: a reader goes from one to the next."""
        return tuple(cause for lab in self.labs for cause in lab.causes)

    @property
    def categories(self) -> tuple[tuple[str, str, str], ...]:
        """What the grade is made of, as (category, points earned in it, what they count); empty without a grade."""
        grade = self.record.grade
        if grade is None:
            return ()
        rows = [
            (
                f"{c.title} (bonus)" if c.bonus else c.title,
                f"{c.earned:g} of {c.points:g} points",
                f"{c.counts:.1f} of {c.weight + c.bonus:g}",
            )
            for c in grade.categories
        ]
        late = [("Handed in late", "", f"-{grade.late:g}")] if grade.late else []
        return (*rows, *late, ("Grade", "at most 100", f"{grade.value:.1f}"))

    @property
    def reasons(self) -> tuple[str, ...]:
        """The sentences that the verdict follows from, where no cause says it better."""
        record = self.record
        return tuple(filter(None, (record.refused,))) if self.summary else record.reasons

    def outcome(self, check: CheckResult) -> words.Word:
        """The word for what became of a check."""
        return words.of_check(check, self.weights[check.lab, check.id])

    def anchor(self, check: CheckResult) -> str:
        """Where in the page a check is: a number, never a text of anyone's."""
        return self.anchors[check.lab, check.id]


_URGENCY = {
    Outcome.FAILED: 0,
    Outcome.REVIEW: 1,
    Outcome.UNGRADED: 2,
    Outcome.BLOCKED: 3,
    Outcome.PASSED: 4,
}
NOT_MET = (Outcome.FAILED, Outcome.PARTLY)


def view(record: SafeRecord) -> View:
    """Arrange a record for reading."""
    results = {(check.lab, check.id): check for check in record.checks}
    sections = tuple(
        _section(i, c, results, record.documents) for i, c in enumerate(record.criteria, start=1)
    )
    shown = [(check.lab, check.id) for section in sections for check in section.checks]
    labs = _labs(record, sections)
    return View(
        record=record,
        word=words.verdict(record),
        summary=_summary(record, labs),
        due=_due(record.terms),
        sections=sections,
        labs=labs,
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
        checks=tuple(sorted(checks, key=lambda check: _URGENCY.get(check.outcome, 0))),
        anchor=f"criterion-{number}",
        documents=tuple(d for d in documents if criterion.manual and d.lab == criterion.lab),
    )


def _labs(record: Record, sections: tuple[Section, ...]) -> tuple[LabPart, ...]:
    known = {lab.id: lab for lab in record.labs}
    parts = []
    for number, id_ in enumerate(dict.fromkeys(s.criterion.lab for s in sections), start=1):
        own = tuple(s for s in sections if s.criterion.lab == id_)
        found = causes((s.criterion for s in own), (c for c in record.checks if c.lab == id_))
        title, pieces = (known[id_].title, known[id_].parts) if id_ in known else ("", ())
        parts.append(LabPart(id_, title, f"lab-{number}", own, found, pieces))
    return tuple(parts)


def _summary(record: Record, labs: tuple[LabPart, ...]) -> str:
    """``7 of 41 checks failed, of 3 causes; 19 wait for them.`` Advice is not among them."""
    graded = f"{sentence(_graded(record))} " if record.grade else ""
    found = [cause for lab in labs for cause in lab.causes if not cause.tag]
    if not found:
        return graded.rstrip()
    failed = sum(1 + len(cause.others) for cause in found)
    waiting = sum(cause.waiting for cause in found)
    told = (
        f"{failed} of {words.count(len(record.checks), 'check')} failed, of "
        f"{words.count(len(found), 'cause')}"
    )
    if waiting:
        told += f"; {waiting} {'waits' if waiting == 1 else 'wait'} for {'it' if len(found) == 1 else 'them'}"
    told = f"{graded}{told}."
    if record.points and not record.grade:
        told += f" {record.earned:g} of {record.points:g} points earned"
        told += f"; {record.pass_points:g} are needed." if record.pass_points is not None else "."
    return told


def _graded(record: Record) -> reasons.Graded:
    grade = record.grade
    assert grade is not None
    zero = tuple(lab.title for lab in record.labs if lab.id in grade.zero)
    return reasons.Graded(value=grade.value, best=grade.best, needed=grade.needed, late=grade.late, zero=zero)


def _notices(record: Record) -> tuple[words.Notice, ...]:
    said = [words.PARTIAL] if record.partial else []
    said += [] if _protected(record) else [words.unprotected(record.sandbox)]
    if record.standing and record.standing.late_seconds and not record.refused:
        said.append(words.late(record.standing))
    if record.override:
        said.append(words.overridden(record.override))
    said += [words.waived(check.waived) for check in record.checks if check.waived]
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
    told = [("Due", _due(terms))]
    if standing:
        late = f", {words.span(standing.late_seconds)} late" if standing.late_seconds else ""
        told.append(("Handed in", f"{words.moment(standing.came)}{late}, {words.SOURCES[standing.source]}"))
        allowed = "" if terms.policy.revisions is None else f" of {terms.policy.revisions + 1}"
        told.append(("Hand-in", f"{standing.hand_in}{allowed}" if standing.hand_in else ""))
    told.append(("Attempt", str(record.attempt) if record.attempt else ""))
    return tuple(told)


def _due(terms: Terms) -> str:
    if not terms.deadline:
        return ""
    due = words.moment(terms.due) if terms.due else f"{terms.deadline}; the rubric does not say in which week"
    passed_over = f" ({terms.passed_over})" if terms.passed_over else ""
    return due + (f", extended ({terms.extension})" if terms.extension else passed_over)
