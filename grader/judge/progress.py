"""How far a job is, for the process that goes on where another ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.records import Outcome


@dataclass
class JobProgress:
    """How far a job is.

    Attributes:
        outcomes: Of the checks that have a result, by id.
        lives: How many processes have ended at it.
        died: The check at which the last one died of we don't know what.
    """

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    lives: int = 0
    died: str = ""
