"""Derivations: how methods that a mapping leaves out follow from those that it spells.

A derivation is a function of one of the lab's tools. It takes the method's own arguments, and by keyword-only
names what it follows from: other methods, or ``net``, the mapped object itself.

    def predict(X, *, forward):
        return forward(X).argmax(axis=1)

Here its source is read, never run: what it needs decides what a mapping may leave out.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple, cast

from grader.course.problems import quoted, suggest
from grader.course.suite import parse_file

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from grader.course.fields import Fields
    from grader.course.problems import Problems

NET = "net"
"""The mapped object itself: it is always there."""


class Signature(NamedTuple):
    """What a tool's function is called with.

    Attributes:
        arguments: Positional, in order.
        needs: Keyword-only.
    """

    arguments: tuple[str, ...]
    needs: tuple[str, ...]


class Functions(NamedTuple):
    """The functions of a lab's tools.

    Attributes:
        signatures: ``file.function`` → what it is called with.
        unread: Files that aren't there or don't parse, which is reported elsewhere.
    """

    signatures: Mapping[str, Signature]
    unread: Collection[str]


def read_functions(reference: Path, root: Path, tools: Collection[str], problems: Problems) -> Functions:
    """Every function of a lab's tools.

    Args:
        reference: The lab's reference folder.
        root: The course's folder, which places are relative to.
        tools: Files in the reference folder; those that aren't there are left to others to report.
        problems: Where faults go: files that don't parse.
    """
    signatures, unread = {}, []
    for name in tools:
        file = reference / name
        tree = parse_file(file, file.relative_to(root).as_posix(), problems) if file.is_file() else None
        if tree is None:
            unread.append(file.stem)
            continue
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                own = node.args
                signatures[f"{file.stem}.{node.name}"] = Signature(
                    tuple(a.arg for a in (*own.posonlyargs, *own.args)), tuple(a.arg for a in own.kwonlyargs)
                )
    return Functions(signatures, unread)


def read_derivations(
    fields: Fields, behaviours: Mapping[str, list[str]], functions: Functions
) -> dict[str, list[dict[str, object]]]:
    """``derive`` of an interface: method → what it may follow by, the first that can be had counting.

    Args:
        fields: Method → a function of the tools, or a list of them.
        behaviours: The interface's methods and helpers with their arguments.
        functions: Of the lab's tools.
    """
    derived: dict[str, list[dict[str, object]]] = {}
    for name, node in fields.rest():
        if name not in behaviours:
            fields.problems.add(
                node.where,
                f"'derive' names the unknown method {quoted(name)}.",
                suggest(name, behaviours, "methods"),
            )
            continue
        derived[name] = [
            {"by": function, "needs": [n for n in functions.signatures[function].needs if n != NET]}
            for function in fields.texts(name, lone=True)
            if _fits(fields, name, function, behaviours, functions)
        ]
    return derived


def _fits(
    fields: Fields, name: str, function: str, behaviours: Mapping[str, list[str]], functions: Functions
) -> bool:
    subject = f"{quoted(name)} is derived by {quoted(function)}"
    if function not in functions.signatures:
        if function.partition(".")[0] not in functions.unread:
            guess = suggest(function, functions.signatures, "functions")
            fields.problems.add(fields.where(name), f"{subject}, which no tool has.", guess)
        return False
    arguments, needs = functions.signatures[function]
    if list(arguments) != behaviours[name]:
        fields.problems.add(
            fields.where(name),
            f"{subject}, which takes {', '.join(arguments)}, not {', '.join(behaviours[name])}.",
        )
    for need in needs:
        if need not in behaviours and need != NET:
            fields.problems.add(
                fields.where(name),
                f"{subject}, which needs the unknown {quoted(need)}.",
                suggest(need, [*behaviours, NET], "names"),
            )
    return True


def follow(derivations: Mapping[str, list[dict[str, object]]], given: Collection[str]) -> dict[str, str]:
    """What follows from what is given: method → the function that it follows by.

    A method follows as early as it can, from what is there without it, so that no two follow from each other.
    """
    found: dict[str, str] = {}
    there = set(given)
    while ways := {name: _way(derivations[name], there) for name in derivations if name not in there}:
        new = {name: way for name, way in ways.items() if way}
        if not new:
            break
        found |= new
        there |= set(new)
    return found


def _way(alternatives: Iterable[Mapping[str, object]], there: set[str]) -> str:
    """The first function whose needs are all there; empty if there is none."""
    fitting = (way for way in alternatives if there.issuperset(cast("list[str]", way["needs"])))
    return str(next(fitting, {"by": ""})["by"])
