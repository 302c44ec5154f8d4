"""Collecting every fault before complaining, and guessing what was meant."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from grader.errors import CourseError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 100
"""Problems kept; a hostile file can have thousands."""


class Problems:
    """The faults found so far; raised together, in the order of files and lines."""

    def __init__(self) -> None:
        self._found: list[Problem] = []
        self._dropped = 0

    def __len__(self) -> int:
        return len(self._found) + self._dropped

    def add(self, where: str, message: str, suggestion: str = "") -> None:
        """Note one fault, at ``file:line``."""
        if len(self._found) < MOST:
            self._found.append(Problem(where, message, suggestion))
        else:
            self._dropped += 1

    def sorted(self) -> tuple[Problem, ...]:
        """By file, then line; what was dropped is counted in a last one."""
        found = sorted(self._found, key=_place)
        if self._dropped:
            found.append(
                Problem(
                    found[-1].where, f"… and {self._dropped} more problem{'' if self._dropped == 1 else 's'}."
                )
            )
        return tuple(found)

    def raise_any(self, subject: str, error: type[CourseError] = CourseError, remedy: str = "") -> None:
        """Raise all of them as one error, if there are any.

        Args:
            subject: What has the faults: "The content of week06".
            error: Which error.
            remedy: The next step.
        """
        if self._found:
            count = "1 fault" if len(self) == 1 else f"{len(self)} faults"
            raise error(f"{subject} has {count}.", self.sorted(), remedy)


def _place(problem: Problem) -> tuple[str, int]:
    file, _, line = problem.where.rpartition(":")
    return (file, int(line)) if file and line.isdecimal() else (problem.where, 0)


def quoted(text: str, most: int = 60) -> str:
    """A name as it may be shown: quoted, shortened, and with nothing a terminal would obey."""
    return repr(text if len(text) <= most else text[: most - 1] + "…")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``Did you mean 'checks'?``, or nothing if none is close."""
    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word[:200].lower(), by_lower, n=1)
    return f"Did you mean {quoted(by_lower[close[0]])}?" if close else ""


def suggest(word: str, known: Iterable[str], kind: str) -> str:
    """``Did you mean 'checks'?``, or a list of what there is if nothing is close.

    Args:
        word: What was written.
        known: What could have been written.
        kind: What these are, for the list: "keys", "checks".
    """
    names = list(known)
    if not names:
        return ""
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return did_you_mean(word, names) or f"Known {kind}: {shown}."
