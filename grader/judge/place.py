"""Where the judge finds the course, and the real data that an instructor gave it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Place(NamedTuple):
    """The judge's own paths.

    Attributes:
        course: The course's folder: a job's paths are relative to it.
        data: The instructor's data folder, if one was given.
    """

    course: Path
    data: Path | None = None

    def real_data(self) -> dict[str, str]:
        """What is in the data folder, by name without ending: ``films.npz`` is at ``films``."""
        entries = sorted(self.data.iterdir()) if self.data else []
        return {entry.stem: str(entry) for entry in entries}
