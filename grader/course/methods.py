"""The methods of the class that a mapping makes, read off the source, which is never run here."""

from __future__ import annotations

import ast
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

Methods = dict[str, ast.arguments]


class Arguments(NamedTuple):
    """What a method takes besides ``self``, in lower case, and which of it may be left out.

    Attributes:
        positional: Names, in order.
        keywords: Keyword-only names → as they are written.
        optional: Those with a default.
    """

    positional: tuple[str, ...]
    keywords: Mapping[str, str]
    optional: Collection[str]


def methods_of(tree: ast.Module, make: str, others: Collection[str] = ()) -> Methods:
    """The methods of the class that ``make`` makes, and of its bases.

    Args:
        tree: The file.
        make: An expression; one that doesn't call a class by its name has no methods.
        others: Texts of the repository's other files, from which it may import a class.
    """
    call = ast.parse(make, mode="eval").body
    root = call.func if isinstance(call, ast.Call) else call
    wanted = [root.id] if isinstance(root, ast.Name) else []
    found: Methods = {}
    seen: set[str] = set()
    while wanted:
        name = wanted.pop(0)
        node = None if name in seen else _class(name, tree, others)
        seen.add(name)
        if node is not None:
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    found.setdefault(method.name, method.args)
            wanted += [base.id for base in node.bases if isinstance(base, ast.Name)]
    return found


def parsed(source: str) -> ast.Module:
    """A file; an empty one where it can't be read, for then it can't be run either, and is reported there."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def _class(name: str, tree: ast.Module, others: Collection[str]) -> ast.ClassDef | None:
    """The class of that name: the file's own, or else another's."""
    elsewhere = (parsed(text) for text in others if f"class {name}" in text)
    return next(
        (
            node
            for file in chain([tree], elsewhere)
            for node in file.body
            if isinstance(node, ast.ClassDef) and node.name == name
        ),
        None,
    )


def arguments_of(method: ast.arguments) -> Arguments:
    """What a method takes."""
    given = [a.arg.lower() for a in (*method.posonlyargs, *method.args)][1:]
    named = zip(method.kwonlyargs, method.kw_defaults, strict=True)
    optional = set(given[len(given) - len(method.defaults) :] if method.defaults else ())
    optional |= {a.arg.lower() for a, default in named if default is not None}
    return Arguments(tuple(given), {a.arg.lower(): a.arg for a in method.kwonlyargs}, optional)


def call_of(name: str, wanted: list[str], method: ast.arguments) -> str:
    """How a method is called with the lab's arguments; empty if it takes others.

    Args:
        name: The method's.
        wanted: The lab's arguments.
        method: Its own.
    """
    own = arguments_of(method)
    lower = [n.lower() for n in wanted]
    by_place = [n for n, other in zip(wanted, own.positional, strict=False) if n.lower() == other]
    by_name = [n for n in wanted if n not in by_place and n.lower() in own.keywords]
    left = [n for n in (*own.positional, *own.keywords) if n not in lower and n not in own.optional]
    if left or len(by_place) + len(by_name) != len(wanted):
        return ""
    return f"m.{name}({', '.join([*by_place, *(f'{own.keywords[n.lower()]}={n}' for n in by_name)])})"


def shown(name: str, method: ast.arguments) -> str:
    """A method as it is written: ``loss(scores, y)``."""
    names = [a.arg for a in (*method.posonlyargs, *method.args)][1:] + [a.arg for a in method.kwonlyargs]
    return f"{name}({', '.join(names)})"


def names_in(expression: str) -> set[str]:
    """The names that an expression speaks of, attributes among them."""
    return set(_names(ast.parse(expression, mode="eval")))


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg
