"""A student's own mapping, completed by what their class has: nothing is derived that it could be asked for.

Read off the source, which is never run here. What the class has under the lab's own name and with the lab's
arguments is called; what it has with other arguments must be spelled. What is derived after that, and follows
from nothing but methods with checks of their own, is *hollow*: a check of it would test the course's code.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, cast

from msgspec import structs

from grader.course.derivations import NET
from grader.course.interface import behaviours, chosen, derived
from grader.course.spelling import computes, imported_libraries
from grader.errors import MappingNeeded, Problem

if TYPE_CHECKING:
    from grader.records import Mapping, Module

REMEDY = "Correct grade.yml, or ask for a mapping of the instructor's (--mapping FILE)."


def completed(mapping: Mapping, module: Module, source: str) -> Mapping:
    """The mapping with what the class has.

    Args:
        mapping: As the repository says it; an instructor's is left as it is.
        module: Whose interface it spells.
        source: Text of the file.

    Raises:
        MappingNeeded: A method of the class would be passed over, or an expression does the work of one.
    """
    if not mapping.spellings or mapping.by_instructor:
        return mapping
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return mapping  # what can't be read can't be run either, and is reported where it is run
    problems = [
        _problem(mapping, f"{name!r} computes ({what}); it may only name what the repository has")
        for name, text in mapping.spellings.items()
        if (what := computes(ast.parse(text, mode="eval"), imported_libraries(tree)))
    ]
    spelled = dict(mapping.spellings)
    methods = _methods(tree, mapping.spellings["make"])
    wanted = behaviours(module.interface)
    for name in mapping.derived:
        if name in methods and (call := _call(name, wanted[name], methods[name])):
            spelled[name] = call
    left = derived(module.interface, spelled)
    hollow = _hollow(module, spelled, left)
    problems += [
        _problem(
            mapping,
            f"it leaves out {name!r}, which the class has as {name}({', '.join(_names(methods[name]))}); "
            f'say how it is called: {name}: "m.{name}(…)"',
        )
        for name in hollow
        if name in methods
    ]
    if problems:
        raise MappingNeeded("The mapping does not fit this repository.", tuple(problems), REMEDY)
    return structs.replace(mapping, spellings=spelled, derived=left, hollow=hollow)


def _problem(mapping: Mapping, text: str) -> Problem:
    return Problem(mapping.where, f"the mapping of {mapping.module}: {text}.")


def _methods(tree: ast.Module, make: str) -> dict[str, ast.arguments]:
    """The methods of the class that ``make`` makes, and of its bases in the same file."""
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    call = ast.parse(make, mode="eval").body
    root = call.func if isinstance(call, ast.Call) else call
    wanted = [root.id] if isinstance(root, ast.Name) else []
    found: dict[str, ast.arguments] = {}
    seen: set[str] = set()
    while wanted:
        name = wanted.pop(0)
        if name in seen or name not in classes:
            continue
        seen.add(name)
        for node in classes[name].body:
            if isinstance(node, ast.FunctionDef):
                found.setdefault(node.name, node.args)
        wanted += [base.id for base in classes[name].bases if isinstance(base, ast.Name)]
    return found


def _names(arguments: ast.arguments) -> list[str]:
    """Of everything but ``self``."""
    return [a.arg for a in (*arguments.posonlyargs, *arguments.args)][1:] + [
        a.arg for a in arguments.kwonlyargs
    ]


def _call(method: str, wanted: list[str], arguments: ast.arguments) -> str:
    """How a method is called with the lab's arguments; empty if it takes others."""
    positional = [a.arg.lower() for a in (*arguments.posonlyargs, *arguments.args)][1:]
    keywords = {a.arg.lower(): a.arg for a in arguments.kwonlyargs}
    optional = {
        name.lower()
        for name in _names(arguments)[len(positional) - len(arguments.defaults) : len(positional)]
    }
    optional |= {
        a.arg.lower()
        for a, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is not None
    }
    lower = [name.lower() for name in wanted]
    by_place = [n for n, own in zip(wanted, positional, strict=False) if n.lower() == own]
    by_name = [n for n in wanted if n not in by_place and n.lower() in keywords]
    left = [n for n in (*positional, *keywords) if n not in lower and n not in optional]
    if left or len(by_place) + len(by_name) != len(wanted):
        return ""
    given = [*by_place, *(f"{keywords[n.lower()]}={n}" for n in by_name)]
    return f"m.{method}({', '.join(given)})"


def _hollow(module: Module, spelled: dict[str, str], left: dict[str, str]) -> tuple[str, ...]:
    """What is derived from nothing that is not looked at anyway: no helper of the repository's has a part in it."""
    helpers = set(cast("dict[str, object]", module.interface.get("helpers", {}))) & set(spelled)

    def reaches(name: str, seen: frozenset[str]) -> bool:
        if name in helpers:
            return True
        needs = chosen(module.interface, left, name) if name in left and name not in seen else ()
        return any(need != NET and reaches(need, seen | {name}) for need in needs)

    return tuple(name for name in left if not reaches(name, frozenset()))
