"""A function → the same with one bug in it. Made from the text, here, where nothing of it is ever run.

A change that makes no difference is no bug: such places are left out, as far as a text tells.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.checks.project.functions import Target, after_docstring, look_at, rewritten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np

    from grader.checks.project.functions import Function

OTHER_OPERATOR: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Mult,
}
OTHER_COMPARISON: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}


SEEDS = {"seed", "default_rng", "manual_seed", "RandomState", "SeedSequence", "Generator", "PRNGKey"}
"""Calls that begin a random sequence: another one is as good."""
TINY = 1e-4


class Mutant(Struct, frozen=True, kw_only=True):
    """A module with one bug.

    Attributes:
        target: The function that has it.
        line: Where.
        what: What was done, in words that end a sentence: "``+`` turned into ``-``".
        text: The whole module.
    """

    target: Target
    line: int
    what: str
    text: str


def taken_out(source: str, target: Target) -> Mutant | None:
    """The function raises as soon as it is called: whatever calls it notices."""

    def change(node: Function) -> None:
        node.body[after_docstring(node) :] = ast.parse("raise RuntimeError('taken out')").body

    text = rewritten(source, target, change)
    return None if text is None else Mutant(target=target, line=target.line, what="raises at once", text=text)


def emptied(source: str, target: Target) -> Mutant | None:
    """The function does nothing and returns None."""

    def change(node: Function) -> None:
        node.body[after_docstring(node) :] = ast.parse("return None").body

    text = rewritten(source, target, change)
    what = "does nothing and returns None"
    return None if text is None else Mutant(target=target, line=target.line, what=what, text=text)


def bugs(source: str, target: Target, rng: np.random.Generator, most: int) -> list[Mutant]:
    """The function with one operator, comparison, sign or number changed, ``most`` times at different places."""
    function = look_at(source, target)
    count = 0 if function is None else sum(1 for _ in _sites(function))
    found = []
    for number in rng.permutation(count)[:most]:
        done: list[tuple[int, str]] = []

        def change(node: Function, number: int = int(number), done: list[tuple[int, str]] = done) -> None:
            line, what, act = list(_sites(node))[number]
            act()
            done.append((line, what))

        text = rewritten(source, target, change)
        if text is not None:
            found.append(Mutant(target=target, line=done[0][0], what=done[0][1], text=text))
    return found


def _sites(function: Function) -> Iterator[tuple[int, str, Callable[[], None]]]:
    """Where one bug can be put: line, what it does, and how."""
    for node in _to_the_point(function):
        if (
            isinstance(node, ast.BinOp | ast.AugAssign)
            and type(node.op) in OTHER_OPERATOR
            and not _is_text(node)
        ):
            new = OTHER_OPERATOR[type(node.op)]()
            yield node.lineno, f"{_sign(node.op)} turned into {_sign(new)}", _setting(node, "op", new)
        elif isinstance(node, ast.Compare) and type(node.ops[0]) in OTHER_COMPARISON:
            new_ops = [OTHER_COMPARISON[type(node.ops[0])](), *node.ops[1:]]
            what = f"{_sign(node.ops[0])} turned into {_sign(new_ops[0])}"
            yield node.lineno, what, _setting(node, "ops", new_ops)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            yield node.lineno, "a minus sign dropped", _setting(node, "op", ast.UAdd())
        elif isinstance(node, ast.Constant) and type(node.value) is int:
            new_value = 1 - node.value if node.value in (0, 1) else node.value + 1
            yield node.lineno, f"{node.value} turned into {new_value}", _setting(node, "value", new_value)


def _setting(node: ast.AST, field: str, value: object) -> Callable[[], None]:
    return lambda: setattr(node, field, value)


def _to_the_point(function: Function) -> Iterator[ast.AST]:
    """What tests should notice: no texts, nothing that only leads to a raise or is printed, or changes nothing."""
    equivalent = set(_equivalent(function))
    waiting: list[ast.AST] = list(reversed(function.body))
    while waiting:
        node = waiting.pop()
        if _is_beside_the_point(node):
            continue
        if node not in equivalent:
            yield node
        beside = _parts_beside_the_point(node)
        waiting += reversed([inner for inner in ast.iter_child_nodes(node) if inner not in beside])


def _is_beside_the_point(node: ast.AST) -> bool:
    match node:
        case ast.Raise() | ast.Assert() | ast.JoinedStr() | ast.arguments():
            return True
        case ast.Expr():
            return _is_shown(node)
        case ast.Call(func=callee):
            return _name(callee) in SEEDS
        case ast.keyword(arg=name):
            return name in {"seed", "random_state", "generator"}
    return False


def _parts_beside_the_point(node: ast.AST) -> tuple[ast.AST, ...]:
    match node:
        case ast.AnnAssign(annotation=annotation):
            return (annotation,)
        case ast.If(test=test, body=body) if all(isinstance(s, ast.Raise) or _is_shown(s) for s in body):
            return (test,)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return (*node.decorator_list, *([node.returns] if node.returns else []))
    return ()


def _is_shown(node: ast.stmt) -> bool:
    """Printed, logged, drawn."""
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return False
    callee = node.value.func
    return _name(callee) == "print" or _root(callee) in {
        "plt",
        "ax",
        "axes",
        "fig",
        "logging",
        "logger",
        "log",
        "tqdm",
    }


def _equivalent(function: Function) -> Iterator[ast.AST]:
    """Where a change makes no difference: the largest value taken off before ``exp``, ``+ 1e-8``, ``* 1``."""
    largest = {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and _is_largest(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Assign | ast.AnnAssign)
            and node.value is not None
            and _is_largest(node.value)
        ):
            yield from ast.walk(node.value)
        sides: tuple[ast.AST, ...] = ()
        if isinstance(node, ast.BinOp):
            sides = node.left, node.right
        elif isinstance(node, ast.AugAssign):
            sides = (node.value,)
        if any(_is_largest(s) or (isinstance(s, ast.Name) and s.id in largest) for s in sides):
            yield node
            yield from (inner for s in sides if _is_largest(s) for inner in ast.walk(s))
        if any(_is_tiny(s) for s in sides) or (
            sides and _is_one(sides[-1]) and isinstance(node.op, ast.Mult | ast.Div)  # type: ignore[attr-defined]
        ):
            yield node
        if (
            isinstance(node, ast.keyword)
            and node.arg in {"axis", "dim"}
            and isinstance(node.value, ast.UnaryOp)
        ):
            yield node.value  # the last axis of two is the one with number 1


def _is_largest(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _name(node.func) in {"max", "amax", "nanmax"}


def _is_tiny(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        return 0 < abs(node.value) < TINY
    return _name(node).lower() in {"eps", "epsilon", "tiny"}


def _is_one(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value in (1, 1.0)


def _name(node: ast.AST) -> str:
    """Of a name, or of an attribute alone."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return _name(node)


def _is_text(node: ast.BinOp | ast.AugAssign) -> bool:
    sides = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.value,)
    return any(
        isinstance(s, ast.JoinedStr) or (isinstance(s, ast.Constant) and isinstance(s.value, str))
        for s in sides
    )


_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.Pow: "**", ast.FloorDiv: "//",
    ast.Lt: "<", ast.GtE: ">=", ast.Gt: ">", ast.LtE: "<=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip


def _sign(node: ast.AST) -> str:
    return _SIGNS[type(node)]
