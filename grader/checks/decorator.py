"""A check is a test function with a name, a promise, and what must hold first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

Test = TypeVar("Test", bound=Callable[..., None])


class CheckSpec(Struct, frozen=True):
    """What the decorator says about a test function."""

    id: str
    needs: tuple[str, ...] = ()
    explained_by: tuple[str, ...] = ()
    seconds: float | None = None
    slow: str = ""

    @property
    def after(self) -> tuple[str, ...]:
        """The checks that are run before this one."""
        return (*self.needs, *self.explained_by)


def check(
    id: str,  # noqa: A002 - the rubric's word
    *,
    needs: str | tuple[str, ...] = (),
    explained_by: str | tuple[str, ...] = (),
    seconds: float | None = None,
    slow: str = "",
) -> Callable[[Test], Test]:
    """Make a test function a check.

    Args:
        id: ``topic.property``, unique within the lab; rubrics and mistakes speak of it.
        needs: Checks without which running this one would mean nothing; if one fails, this one is BLOCKED and
            says by which.
        explained_by: Checks whose failure may be the cause of this one's. It is run all the same. A failure counts
            that names the bug, or is an exception in the student's file; where neither is known, they BLOCK it.
        seconds: Of computing for this check, where the lab's limit doesn't fit.
        slow: The hint if that is used up.

    The docstring's first line is the promise that students read.
    """
    spec = CheckSpec(id, _several(needs), _several(explained_by), seconds, slow)

    def mark(test: Test) -> Test:
        test.__check__ = spec  # type: ignore[attr-defined]
        return test

    return mark


def _several(ids: str | tuple[str, ...]) -> tuple[str, ...]:
    return (ids,) if isinstance(ids, str) else ids
