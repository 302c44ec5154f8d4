"""Readers: the functions of ours that take apart what students wrote.

A reader is total: its input is bounded before it begins, and it says what is wrong in words (``CheckFailed``).
What it did not foresee is raised as ``Unreadable``, so that an exception says by its class where it came from: from
a student's input on its way through our code, or from the suite. Whose fault that is, the judge decides, in one
place; it also watches what a reader costs (``attend``), for a pattern or a parser may take for ever.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from grader.checks.failure import CheckFailed, CheckUndecided, MappingMismatchError, NothingToCheck

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")

OVER_A_BOUND = (RecursionError, MemoryError, OverflowError)
"""Of Python's own errors those that say how large an input was, and nothing about our code."""


class Unreadable(Exception):
    """A reader met what it did not foresee; ``__cause__`` has it."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what
        """What was read, in words that end a sentence: "a reply of your code"."""


class _Attention:
    """Who is told when the outermost reader begins (with its subject) and when it ends (with nothing)."""

    def __init__(self) -> None:
        self.listener: Callable[[str], None] = lambda _what: None
        self.depth = 0


_attention = _Attention()


def attend(listener: Callable[[str], None]) -> None:
    """From now on, tell this one what is being read; ``""`` when nothing is."""
    _attention.listener = listener
    _attention.depth = 0


def reader(what: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a function as a reader.

    Args:
        what: What it reads, in words that end a sentence.
    """

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def read(*args: P.args, **kwargs: P.kwargs) -> R:
            if not _attention.depth:
                _attention.listener(what)
            _attention.depth += 1
            try:
                return function(*args, **kwargs)
            except (CheckFailed, CheckUndecided, MappingMismatchError, NothingToCheck, Unreadable):
                raise
            except Exception as error:
                raise Unreadable(what) from error
            finally:
                _attention.depth -= 1
                if not _attention.depth:
                    _attention.listener("")

        return read

    return mark
