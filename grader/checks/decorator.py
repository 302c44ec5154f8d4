"""A check is a test function with a name, a promise, and what must hold first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

Test = TypeVar("Test", bound=Callable[..., None])


class CheckSpec(Struct, frozen=True, kw_only=True):
    """What the decorator says about a test function."""

    id: str
    needs: tuple[str, ...] = ()
    seconds: float | None = None


def check(
    id: str,  # noqa: A002 - the rubric's word
    *,
    needs: str | tuple[str, ...] = (),
    seconds: float | None = None,
) -> Callable[[Test], Test]:
    """Make a test function a check.

    Args:
        id: ``topic.property``, unique within the lab; rubrics and mistakes speak of it.
        needs: Checks that must pass first; if one fails, this one is BLOCKED and says by which.
        seconds: Wall time for this check, where the lab's limit doesn't fit.

    The docstring's first line is the promise that students read.
    """
    spec = CheckSpec(id=id, needs=(needs,) if isinstance(needs, str) else needs, seconds=seconds)

    def mark(test: Test) -> Test:
        test.__check__ = spec  # type: ignore[attr-defined]
        return test

    return mark
