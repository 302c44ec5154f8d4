"""Why an expression of a mapping doesn't fit: which part of it gave what instead.

``m.weights[0]`` fails because ``m`` is a ``Network`` with ``w`` and ``b``; ``m.backprop(X)['W1']`` because
``m.backprop(X)`` gave a dict with ``dW1`` and ``db1``. What a part gave is found by evaluating it once more.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import Any

MOST_NAMES = 8


class MappingError(Exception):
    """An expression of the mapping doesn't fit the repository.

    Attributes:
        expression: Its name in the mapping: ``W1``, ``forward``.
    """

    def __init__(self, expression: str, said: str) -> None:
        super().__init__(said)
        self.expression = expression


def misfit(
    name: str, text: str, error: Exception, evaluate: Callable[[str], Any]
) -> MappingError | NotImplementedError:
    """What to raise in place of an expression's own error.

    Args:
        name: The expression's.
        text: The expression.
        error: Raised by the expression itself, not by what it calls.
        evaluate: Gives the value of a part of it.

    Returns:
        ``NotImplementedError`` if a call gave nothing, for then it is the call that is unfinished.
    """
    said = f"{type(error).__name__}: {error}"
    for part, value in _parts(text, evaluate):
        if value is None and isinstance(part, ast.Call):
            return NotImplementedError(f"{ast.unparse(part)} gave nothing (None)")
        if not isinstance(part, ast.Constant):
            return MappingError(name, f"{said}; {ast.unparse(part)} is {describe(value)}")
    return MappingError(name, said)


def _parts(text: str, evaluate: Callable[[str], Any]) -> Iterator[tuple[ast.expr, Any]]:
    """The values of what an attribute or an item was asked of in vain, the innermost first."""
    asked = [
        n for n in ast.walk(ast.parse(text, mode="eval")) if isinstance(n, ast.Attribute | ast.Subscript)
    ]
    for node in reversed(asked):
        try:
            value = evaluate(ast.unparse(node.value))
        except Exception:  # noqa: S112 - then something within it is to blame
            continue
        try:
            evaluate(ast.unparse(node))
        except Exception:
            yield node.value, value


def describe(value: object) -> str:
    """What a value is, in a few words."""
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and hasattr(value, "dtype"):
        return f"an array of shape {tuple(shape)}"
    if isinstance(value, Mapping):
        return f"a dict with {_some(value)}" if value else "an empty dict"
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of {len(value)}" + (f", each {describe(value[0])}" if value else "")
    if isinstance(value, bool | int | float | str) or value is None:
        return repr(value)[:80]
    own = [name for name in getattr(value, "__dict__", {}) if not name.startswith("_")]
    return f"an object of type {type(value).__name__}" + (f" with {_some(own)}" if own else "")


def _some(names: Any) -> str:
    shown = [str(name)[:40] for name in list(names)[:MOST_NAMES]]
    return ", ".join(shown) + (", …" if len(names) > MOST_NAMES else "")
