"""A bug's name, and who gives it: the known mistakes first, then rules about structure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Seen = TypeVar("Seen")
"""What is observed of a module: arrays on all probes, gradients on all probes, a loss curve."""


@dataclass(frozen=True)
class Diagnosis:
    """A bug's name.

    Attributes:
        sentence: What the student reads.
        id: The mistake (or mistakes, joined by ``+``) or the rule that said so.
    """

    sentence: str
    id: str


class Diagnoser(Protocol[Seen]):
    """Names the bug behind wrong numbers, or keeps silent: what ``known_mistakes.matcher`` gives."""

    def __call__(
        self, yours: Seen, distance: Callable[[Seen, Seen], float], tolerance: float, *, alone: bool = False
    ) -> Diagnosis | None:
        """The bug's name, if exactly one explains the numbers; with ``alone`` two at once are not tried."""
        ...
