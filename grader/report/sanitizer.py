"""A record as it may be shown: every text printable, every number finite or ``None``."""

from __future__ import annotations

import math
from enum import Enum
from typing import TypeVar, cast, overload

from msgspec import Struct
from msgspec.structs import asdict, replace

from grader.records import (
    DOCUMENT_CHARACTERS,
    CriterionResult,
    Document,
    Finding,
    Record,
    Review,
    SafeRecord,
    Series,
)
from grader.report.escape import LONG, plain

S = TypeVar("S", bound=Struct)


LONGER: dict[type[Struct], dict[str, int]] = {
    Finding: {"traceback": LONG},
    CriterionResult: {"manual": LONG},
    Review: {"comment": LONG},
    Document: {"text": DOCUMENT_CHARACTERS},
}
"""Texts that may be longer than a paragraph: characters at most."""


@overload
def sanitize(value: Record) -> SafeRecord: ...
@overload
def sanitize(value: Review) -> Review: ...
@overload
def sanitize(value: Document) -> Document: ...
def sanitize(value: Record | Review | Document) -> Record | Review | Document:
    """A copy in which hostile text is made visible and NaN or infinity is ``None`` (JSON has neither)."""
    return cast("Record | Review | Document", _sanitize(value))


def _sanitize(value: object) -> object:
    match value:
        case Enum():
            return value
        case str():
            return plain(value)
        case float():
            return value if math.isfinite(value) else None
        case tuple():
            return tuple(map(_sanitize, value))
        case dict():
            return {_sanitize(k): _sanitize(v) for k, v in value.items()}
        case Record():
            fields = asdict(_each(value)) | {"troubles": tuple(plain(t, LONG) for t in value.troubles)}
            return SafeRecord(**fields)
        case Struct():
            return _each(_placed(value) if isinstance(value, Series) else value)
        case _:
            return value


def _each(struct: S) -> S:
    fields = asdict(struct)
    longer = {name: plain(fields[name], most) for name, most in LONGER.get(type(struct), {}).items()}
    return type(struct)(**{name: _sanitize(value) for name, value in fields.items()} | longer)


def _placed(series: Series) -> Series:
    """Without the points that have no place on the x axis."""
    if all(map(math.isfinite, series.x)):
        return series
    kept = [(x, y) for x, y in zip(series.x, series.y, strict=False) if math.isfinite(x)]
    return replace(series, x=tuple(x for x, _ in kept), y=tuple(y for _, y in kept))
