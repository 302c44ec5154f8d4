"""Where everybody stands: of each repository and assignment, the one attempt that counts.

Of each commit the newest grading counts, so a suite that was corrected is. Then a pass stands: accepted work is not
lost by what was handed in after it. Without a pass it is the newest that was not refused, then the newest that the
course's policy refused, and last the newest that could not be graded. Public checks alone are no hand-in, and count
nowhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from grader.history import as_reviewed
from grader.records import Decision, SafeRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grader.gradebook import Gradebook


class StandingsRow(Struct, frozen=True, kw_only=True):
    """Where one repository stands with one part of one assignment.

    Attributes:
        repository: Its address, as it was last graded.
        record: The attempt that counts, as people decided since.
        hand_ins: Commits that were graded with all checks.
        newest: Number of the newest attempt, whatever became of it.
    """

    repository: str
    record: SafeRecord
    hand_ins: int
    newest: int

    @property
    def waits(self) -> tuple[str, ...]:
        """What a person still has to decide, as ``lab/criterion``."""
        if self.record.verdict is not Decision.REVIEW:
            return ()
        return tuple(f"{c.lab}/{c.id}" for c in self.record.criteria if c.manual and not c.review)


def standings(book: Gradebook, assignment: str = "") -> tuple[StandingsRow, ...]:
    """Everybody, by assignment and repository.

    Args:
        book: Where attempts are kept.
        assignment: Only this one; empty: all.
    """
    rows: list[StandingsRow] = []
    for repository, graded_for in book.repositories():
        if assignment in ("", graded_for):
            parts: dict[str, list[SafeRecord]] = {}
            for kept in book.history(repository, graded_for):
                if kept.record.suite == "all":
                    parts.setdefault(kept.part, []).append(as_reviewed(kept))
            rows += map(_row, parts.values())
    return tuple(rows)


def _row(records: Sequence[SafeRecord]) -> StandingsRow:
    graded = [record for record in records if record.verdict is not Decision.UNGRADED]
    return StandingsRow(
        repository=records[-1].url,
        record=_counting(records, graded),
        hand_ins=len({record.commit or record.attempt for record in graded}),
        newest=records[-1].attempt,
    )


def _counting(records: Sequence[SafeRecord], graded: Iterable[SafeRecord]) -> SafeRecord:
    """The attempt that counts; see above."""
    by_commit = {record.commit or str(record.attempt): record for record in graded}
    current = sorted(by_commit.values(), key=lambda record: record.attempt)
    passed = [record for record in current if record.verdict is Decision.PASS]
    accepted = [record for record in current if not record.refused]
    return next(each[-1] for each in (passed, accepted, current, records) if each)
