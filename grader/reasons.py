"""What a decision follows from, as facts. ``report.reasons`` says each in a sentence."""

from __future__ import annotations

from msgspec import Struct


class Late(Struct, frozen=True, kw_only=True):
    """Refused: the work came after the deadline, and late work is not accepted."""

    late_seconds: float
    source: str
    """Who says when it came; see ``Standing.source``."""


class TooManyHandIns(Struct, frozen=True, kw_only=True):
    """Refused: the work was handed in more often than the policy allows."""

    hand_in: int
    revisions: int


Refusal = Late | TooManyHandIns


class Overridden(Struct, frozen=True, kw_only=True):
    """A person decided about the whole, whatever follows from the rest."""

    by: str
    decision: str
    was: str
    why: str
    at: str


class Points(Struct, frozen=True, kw_only=True):
    """The rubric counts points."""

    earned: float
    points: float
    needed: float


class Graded(Struct, frozen=True, kw_only=True):
    """The rubric makes a grade of points."""

    value: float
    best: float
    """What it becomes if all that is still open comes out well."""
    needed: float
    late: float
    """Taken off for being late."""
    zero: tuple[str, ...]
    """Labs in which something has to be earned, and nothing was."""


class AllMet(Struct, frozen=True, kw_only=True):
    """Every required criterion is met."""

    criteria: int
    checks: int
    reviewers: tuple[str, ...]


class NotMet(Struct, frozen=True, kw_only=True):
    """Checks of a required criterion failed, or wait for checks that failed."""

    title: str
    lost: float = 0.0
    """Points, where they are shared out among its checks."""
    points: float = 0.0
    failed: tuple[str, ...]
    blocked: tuple[str, ...]
    causes: tuple[str, ...]
    """The checks that the blocked ones wait for."""


class Rejected(Struct, frozen=True, kw_only=True):
    """A person decided that a required criterion is not met."""

    title: str
    by: str
    comment: str
    earned: float = 0.0
    points: float = 0.0
    """Where the rubric gives points for it."""


class Waits(Struct, frozen=True, kw_only=True):
    """A required criterion waits for a person."""

    title: str


class Open(Struct, frozen=True, kw_only=True):
    """A required criterion could not be graded."""

    title: str
    checks: tuple[str, ...]
    """Those without a result; empty: no check stands behind it."""


class NothingRequired(Struct, frozen=True, kw_only=True):
    """No required check was run."""


class PublicOnly(Struct, frozen=True, kw_only=True):
    """Hidden checks were not asked for."""


class Advice(Struct, frozen=True, kw_only=True):
    """Advice that is not followed."""

    count: int


Reason = (
    Overridden
    | Points
    | Graded
    | AllMet
    | NotMet
    | Rejected
    | Waits
    | Open
    | NothingRequired
    | PublicOnly
    | Advice
)
