"""What a verdict rests on: with the same basis, grading again would say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from grader.gradebook import part
from grader.records import Decision, Terms

if TYPE_CHECKING:
    from grader.records import Record


class Basis(Struct, frozen=True, kw_only=True):
    """Everything that a verdict follows from; the fields are those of a record."""

    commit: str
    part: str
    """Which checks: see ``grader.gradebook.part``."""
    suite_digest: str
    mapping_digest: str
    image_digests: dict[str, str]
    """Of the labs' environments alone."""
    sandbox: str
    device: str
    data: tuple[str, ...]
    terms: Terms
    received_at: str
    grader_version: str
    seed: str = ""
    """Of a run that was asked to draw certain inputs; empty: any will do."""

    def answered_by(self, record: Record) -> bool:
        """Whether this attempt rests on the same, and was graded to its end."""
        images = {name: record.image_digests.get(name) for name in self.image_digests}
        return (
            not record.partial
            and record.verdict is not Decision.UNGRADED
            and images == self.image_digests
            and self.seed in {"", record.seed}
            and part(record.suite, (lab.id for lab in record.labs)) == self.part
            and all(getattr(record, name) == getattr(self, name) for name in _ALIKE)
        )


_ALIKE = (
    "commit", "suite_digest", "mapping_digest", "sandbox", "device", "data", "terms", "received_at",
    "grader_version",
)  # fmt: skip
"""Fields that must be equal as they are."""
