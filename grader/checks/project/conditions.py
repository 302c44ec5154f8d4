"""Whether a job or a step starts: GitHub's ``if`` and ``continue-on-error``, or that nobody knows here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from grader.checks.project.expressions import UNKNOWN, BadExpression, evaluate, interpolate, is_true

if TYPE_CHECKING:
    from collections.abc import Mapping


def _value(text: str, context: Mapping[str, Any]) -> Any:
    inner = re.fullmatch(r"\s*\$\{\{(.*)\}\}\s*", text, re.DOTALL)
    try:
        return evaluate(inner[1] if inner and "${{" not in inner[1] else text, context)
    except BadExpression:
        return UNKNOWN


def forgives(text: str, context: Mapping[str, Any]) -> bool | None:
    """``continue-on-error``: a cell of a matrix has its ``false`` as a text."""
    value = _value(text, context) if text else False
    return False if isinstance(value, str) and value.lower() == "false" else is_true(value)


def holds(condition: str, context: Mapping[str, Any], status: str) -> bool | None:
    """Whether an ``if`` holds; without a word about the status, it means success too."""
    if not condition.strip():
        return status == "success"
    if "${{" in condition and not re.fullmatch(r"\s*\$\{\{[^}]*\}\}\s*", condition):
        text, known = interpolate(
            condition, context
        )  # GitHub takes the text that comes out, and that is true
        found = bool(text.strip()) if known else None
    else:
        found = is_true(_value(condition, context))
    if re.search(r"\b(?:always|failure|cancelled|success)\s*\(", condition):
        return found
    return False if status != "success" else found
