"""The sentences of a decision: one for each reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader import reasons
from grader.report.words import SOURCES, count, span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.reasons import Reason, Refusal


def sentence(reason: Reason | Refusal) -> str:  # noqa: C901, PLR0911, PLR0912 - one sentence for each reason
    """What a student reads."""
    match reason:
        case reasons.Late(late_seconds=seconds, source=source):
            return (
                f"This was handed in {span(seconds)} after the deadline "
                f"({SOURCES[source]}), and late work is not accepted."
            )
        case reasons.TooManyHandIns(hand_in=hand_in, revisions=revisions):
            return f"This is hand-in {hand_in}; the first and {count(revisions, 'revision')} are accepted."
        case reasons.Overridden(by=by, decision=decision, was=was, why=why, at=at):
            changed = f"; by its checks it would be “{was}”" if was != decision else ""
            return f"{by} decided on {at[:10]}: {decision}{changed}. Why: {why}"
        case reasons.Points(earned=earned, points=points, needed=needed):
            return f"{earned:g} of {points:g} points earned; {needed:g} are needed."
        case reasons.Graded():
            return _graded(reason)
        case reasons.AllMet():
            return _all_met(reason)
        case reasons.NotMet():
            return _not_met(reason)
        case reasons.Rejected(title=title, by=by, comment=comment):
            said = f"{by} gives {reason.earned:g} of {reason.points:g} points for “{title}”"
            said = said if reason.points else f"“{title}” is not met yet, says {by}"
            return said + (f": {comment}" if comment else ".")
        case reasons.Waits(title=title):
            return f"“{title}” waits for a person to look at it."
        case reasons.Open(title=title, checks=checks):
            what = f"{_names(checks)} gave no result" if checks else "no check stands behind it"
            return f"“{title}” could not be graded: {what}. That is our fault, and it costs nothing."
        case reasons.NothingRequired():
            return "No required check was run, so there is nothing to decide on."
        case reasons.PublicOnly():
            return "Only the public checks were run; the hidden checks decide on the grade."
        case reasons.Advice(count=number):
            return f"{count(number, 'piece')} of advice beyond the requirements: shown, never counted."


def _graded(reason: reasons.Graded) -> str:
    said = [f"The grade is {reason.value:.1f} of 100; {reason.needed:g} are needed."]
    if reason.late:
        said.append(f"{reason.late:g} were taken off because it was late.")
    if reason.best > reason.value:
        said.append(f"It can still become {reason.best:.1f}: not everything is decided.")
    said += [f"Nothing was earned in “{title}”, where something has to be." for title in reason.zero]
    return " ".join(said)


def _all_met(reason: reasons.AllMet) -> str:
    met = (
        "The one required criterion is met"
        if reason.criteria == 1
        else f"All {reason.criteria} required criteria are met"
    )
    said = [f"{count(reason.checks, 'check')} passed"] if reason.checks else []
    if reason.reviewers:
        said.append(f"{_names(reason.reviewers)} {'reviewed the rest' if reason.checks else 'said so'}")
    return f"{met}: {', and '.join(said)}."


def _not_met(reason: reasons.NotMet) -> str:
    causes = _names(reason.causes)
    if reason.lost:
        return (
            f"“{reason.title}” lost {reason.lost:g} of {reason.points:g} points: "
            f"{_names((*reason.failed, *reason.blocked))}."
        )
    if not reason.failed:
        return f"“{reason.title}” can't be checked before {causes} passes."
    waits = f"; {_names(reason.blocked)} can't run before {causes} passes" if reason.blocked else ""
    return f"“{reason.title}” is not met yet: {_names(reason.failed)} failed{waits}."


def _names(ids: Iterable[str], most: int = 4) -> str:
    """``a``, ``a and b``, ``a, b, c and 3 more``."""
    names = list(ids)
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
