"""A notebook without what its outputs hold: a picture is a megabyte of text, and says nothing to a check."""

from __future__ import annotations

from typing import Any

import msgspec

MOST_BYTES = 16 << 20
OUTPUT_CHARACTERS = 1_000
"""Of the text that one output printed."""


def slim(content: bytes) -> bytes:
    """The notebook with each output's kind, its error's name and a little of its text; pictures by their size.

    What is no notebook, or one of more than ``MOST_BYTES``, stays as it is.
    """
    if len(content) > MOST_BYTES:
        return content
    try:
        notebook = msgspec.json.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return content
    if not (isinstance(notebook, dict) and isinstance(notebook.get("cells"), list)):
        return content
    for cell in notebook["cells"]:
        if isinstance(cell, dict):
            cell.pop("attachments", None)
            if isinstance(cell.get("outputs"), list):
                cell["outputs"] = [_slim(output) for output in cell["outputs"] if isinstance(output, dict)]
    return msgspec.json.encode(notebook)


def _slim(output: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {
        key: _short(output[key])
        for key in ("output_type", "name", "execution_count", "ename", "evalue", "text")
        if key in output
    }
    if isinstance(output.get("data"), dict):
        kept["data"] = {
            str(kind): _short(value) if kind == "text/plain" else f"{len(str(value))} characters"
            for kind, value in output["data"].items()
        }
    return kept


def _short(value: Any) -> Any:
    """Text, or a list of lines, cut; numbers as they are; anything else by its kind."""
    if isinstance(value, list):
        value = "".join(str(line)[:OUTPUT_CHARACTERS] for line in value[:OUTPUT_CHARACTERS])
    if isinstance(value, str):
        return value[:OUTPUT_CHARACTERS]
    return value if isinstance(value, int | None) else type(value).__name__
