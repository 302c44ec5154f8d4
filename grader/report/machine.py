"""``report.json``: the record itself, the one thing that every other report is made from."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import msgspec

from grader import records
from grader.errors import CourseError
from grader.records import SCHEMA_VERSION, Record, SafeRecord
from grader.report.sanitizer import sanitize


def encode(record: SafeRecord) -> bytes:
    """The record as indented JSON, every field present."""
    return _json(record)


def decode(data: bytes) -> SafeRecord:
    """Read a ``report.json``.

    Raises:
        CourseError: It is no report, or one of another schema version.
    """
    try:
        version = msgspec.json.decode(data, type=_Versioned).schema_version
        if version == SCHEMA_VERSION:
            return sanitize(msgspec.json.decode(data, type=Record))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CourseError(f"This is not a report of the grader: {error}.") from error
    raise CourseError(
        f"This report has schema version {version}; this grader reads version {SCHEMA_VERSION}.",
        remedy="Read it with the grader that wrote it (its grader_version), or grade the commit again.",
    )


def schema() -> bytes:
    """The JSON Schema of ``report.json``, made from the records and their docstrings."""
    described = msgspec.json.schema(Record)
    for name, definition in described["$defs"].items():
        told = _fields(name)
        for field, about in definition.get("properties", {}).items():
            if field in told:
                about["description"] = told[field]
    return _json(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": f"Report of one graded submission, schema version {SCHEMA_VERSION}",
            **described,
        }
    )


def _fields(record: str) -> dict[str, str]:
    """Field → the docstring beneath it in ``records.py``, on one line."""
    body = ast.parse(inspect.getsource(getattr(records, record))).body[0]
    assert isinstance(body, ast.ClassDef)
    told: dict[str, str] = {}
    for field, after in zip(body.body, body.body[1:], strict=False):
        match field, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                told[name] = " ".join(text.split())
    return told


def _json(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


class _Versioned(msgspec.Struct):
    schema_version: int
