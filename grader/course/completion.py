"""A student's own mapping, completed by what their class has: nothing is derived that it could be asked for.

What the class has under the lab's own name and with the lab's arguments is called, whatever the mapping leaves out
or computes in its place; what it has with other arguments, or under another usual name, must be spelled. What is
derived after that, and follows from nothing but methods with checks of their own, is *hollow*: a check of it would
test the course's code, and is not counted. What is neither spelled nor derived is absent, and asked for in vain.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, cast

from msgspec import structs

from grader.course.derivations import NET
from grader.course.interface import behaviours, chosen, data_names, derived, known_as
from grader.course.methods import arguments_of, call_of, methods_of, names_in, parsed, shown
from grader.course.spelling import computes, imported_libraries
from grader.errors import MappingNeeded, Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from grader.course.methods import Methods
    from grader.records import Mapping, Module

REMEDY = "Correct grade.yml, or ask for a mapping of the instructor's (--mapping FILE)."


def completed(mapping: Mapping, module: Module, source: str, others: Collection[str] = ()) -> Mapping:
    """The mapping with what the class has.

    Args:
        mapping: As the repository says it; an instructor's is left as it is.
        module: Whose interface it spells.
        source: Text of the file.
        others: Texts of the repository's other files.

    Raises:
        MappingNeeded: A method of the class would be passed over, or an expression does the work of one.
    """
    if not mapping.spellings or mapping.by_instructor:
        return mapping
    tree = parsed(source)
    own = methods_of(tree, mapping.spellings["make"], others)
    wanted = behaviours(module.interface)
    calls = {name: call_of(name, names, own[name]) for name, names in wanted.items() if name in own}
    foreign = data_names(module.interface) | imported_libraries(tree)
    computed = {
        name: what
        for name, text in mapping.spellings.items()
        if (what := computes(ast.parse(text, mode="eval"), foreign))
    }
    spelled = {name: text for name, text in mapping.spellings.items() if name not in computed}
    spoken = set().union(*(names_in(text) for text in spelled.values()))
    called = {
        name: call
        for name, call in calls.items()
        if call and name not in spelled and (name in computed or name not in spoken)
    }
    spelled |= called
    left = derived(module.interface, spelled)
    hollow = _hollow(module, spelled, left)
    problems = [
        f"{name!r} computes ({what}), but may only name what the repository has, call it, and lay arrays out"
        for name, what in computed.items()
        if name not in spelled
    ]
    problems += _passed_over(module, spelled, hollow, own)
    if problems:
        raise MappingNeeded(
            "The mapping does not fit this repository.",
            tuple(
                Problem(mapping.where, f"the mapping of {mapping.module}: {problem}.") for problem in problems
            ),
            REMEDY,
        )
    notes = tuple(
        f"{mapping.where}: {name!r} computes ({what}), so {mapping.file}'s own {shown(name, own[name])} is called."
        for name, what in computed.items()
    )
    return structs.replace(
        mapping, spellings=spelled, derived=left, hollow=hollow, called=tuple(called), notes=notes
    )


def _passed_over(
    module: Module, spelled: dict[str, str], hollow: tuple[str, ...], own: Methods
) -> Iterator[str]:
    """What the class has and the mapping leaves out."""
    if "__init__" in own:
        takes = arguments_of(own["__init__"])
        said = {name.lower() for name in names_in(spelled["make"])} if "make" in spelled else set()
        for name in cast("list[str]", module.interface["make"]):
            if name.lower() in {*takes.positional, *takes.keywords} - said and said:
                yield f"'make' leaves out {name!r}, which the class is made with"
    spoken = set().union(*(names_in(text) for text in spelled.values()))
    for name in hollow:
        there = [n for n in (name, *known_as(module.interface).get(name, ())) if n in own and n not in spoken]
        if there:
            yield (
                f"it leaves out {name!r}, which the class seems to have as {shown(there[0], own[there[0]])}; "
                f'say how it is called: {name}: "m.{there[0]}(…)"'
            )


def _hollow(module: Module, spelled: dict[str, str], left: dict[str, str]) -> tuple[str, ...]:
    """What is derived from nothing that is not looked at anyway: no helper of the repository's has a part in it."""
    helpers = set(cast("dict[str, object]", module.interface.get("helpers", {}))) & set(spelled)

    def reaches(name: str, seen: frozenset[str]) -> bool:
        if name in helpers:
            return True
        needs = chosen(module.interface, left, name) if name in left and name not in seen else ()
        return any(need != NET and reaches(need, seen | {name}) for need in needs)

    return tuple(name for name in left if not reaches(name, frozenset()))
