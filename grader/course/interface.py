"""A module's interface: what the rubric says about it, and what a mapping of it must and may say.

The interface stays plain data, since the worker's adapter reads it on the student's side:

    class: MLP
    make: [n_in, n_hidden, n_out, seed]
    tensors: {W1: [n_in, n_hidden], b1: [n_hidden]}
    methods: {forward: [X], gradients: [X, y], predict: [X]}
    by_tensor: [gradients]                    # methods that give a value for each tensor
    known_as: {predict: [classify]}           # other names by which code often has a method
    step: [X, y, lr]                          # a mapping's word for one update; no check calls it
    draft: draft.draft                        # drafts a mapping, for `grade map`
    derive: {predict: derive.predict}         # functions of the lab's tools; see ``derivations``
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from grader.course.derivations import follow, read_derivations
from grader.course.problems import quoted, suggest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from grader.course.derivations import Functions
    from grader.course.fields import Fields

RESERVED = ("file", "load", "pythonpath", "make", "step")
"""What a mapping says beside tensors and methods, so that neither may be called so."""


def read_interface(fields: Fields, functions: Functions) -> dict[str, object]:
    """Read and check one interface; a module without one can't be spelled in another way.

    Args:
        fields: The rubric's.
        functions: Of the lab's tools, by which methods may be derived.
    """
    make = list(fields.names("make"))
    tensors = fields.record("tensors", _lists) or {}
    methods = fields.record("methods", _lists) or {}
    for name in methods:
        if name in tensors:
            fields.problems.add(fields.node.at("methods", name).where, f"{quoted(name)} is a tensor already.")
    _check_sizes(fields, tensors, make)
    helpers = {"step": list(fields.names("step"))} if "step" in fields else {}
    interface: dict[str, object] = {"class": fields.text("class"), "make": make}
    interface |= {"tensors": tensors} if tensors else {}
    interface |= {"methods": methods} if methods else {}
    interface |= {"helpers": helpers} if helpers else {}
    by_tensor = list(fields.texts("by_tensor", required=False))
    also = fields.record("known_as", _lists) or {}
    for key, names in (("by_tensor", by_tensor), ("known_as", also)):
        for name in names:
            if name not in methods:
                fields.problems.add(
                    fields.where(key),
                    f"{quoted(key)} names the unknown method {quoted(name)}.",
                    suggest(name, methods, "methods"),
                )
    interface |= {"by_tensor": by_tensor} if by_tensor else {}
    interface |= {"known_as": also} if also else {}
    interface |= {"draft": _draft(fields, functions)} if "draft" in fields else {}
    derived = fields.record("derive", lambda derive: read_derivations(derive, methods | helpers, functions))
    return interface | ({"derive": derived} if derived else {})


def _draft(fields: Fields, functions: Functions) -> str:
    """The function that drafts a mapping for ``grade map``: of a module → its lines."""
    name = fields.text("draft")
    if name and name not in functions.signatures and name.partition(".")[0] not in functions.unread:
        guess = suggest(name, functions.signatures, "functions")
        fields.problems.add(fields.where("draft"), f"'draft' is {quoted(name)}, which no tool has.", guess)
    return name


def _lists(fields: Fields) -> dict[str, list[str]]:
    """A name for each list: the arguments of a method, the sizes of a tensor."""
    lists = {}
    for name, node in fields.rest():
        if not name.isidentifier():
            fields.problems.add(node.where, f"{quoted(name)} is not a Python name.")
        elif name in RESERVED:
            fields.problems.add(node.where, f"{quoted(name)} is a mapping's own word: {', '.join(RESERVED)}.")
        lists[name] = list(fields.names(name))
    return lists


def _check_sizes(fields: Fields, tensors: Mapping[str, list[str]], make: list[str]) -> None:
    """Each size is an argument of ``make``, so that the worker can tell a tensor's layout by its shape."""
    for name, sizes in tensors.items():
        for i, size in enumerate(sizes):
            if size not in make:
                fields.problems.add(
                    fields.node.at("tensors", name, i).where,
                    f"the size {quoted(size)} of {quoted(name)} is not an argument of 'make'.",
                    suggest(size, make, "arguments"),
                )


def spellings(interface: Mapping[str, object]) -> tuple[str, ...]:
    """Every name a mapping may spell, in the interface's order."""
    return (*essentials(interface), *behaviours(interface)) if interface else ()


def essentials(interface: Mapping[str, object]) -> tuple[str, ...]:
    """What every mapping must spell: ``make`` and the tensors."""
    return ("make", *tensors(interface))


def known_as(interface: Mapping[str, object]) -> dict[str, list[str]]:
    """Methods → other names by which code often has them."""
    return cast("dict[str, list[str]]", interface.get("known_as", {}))


def data_names(interface: Mapping[str, object]) -> frozenset[str]:
    """The arguments of methods, and the sizes: what mappings are given, and not the repository's own."""
    arguments = {name for names in behaviours(interface).values() for name in names}
    return frozenset(arguments | set(cast("list[str]", interface.get("make", []))))


def tensors(interface: Mapping[str, object]) -> tuple[str, ...]:
    """The tensors' names."""
    return tuple(cast("dict[str, object]", interface.get("tensors", {})))


def derived(interface: Mapping[str, object], given: Iterable[str]) -> dict[str, str]:
    """What follows from a mapping's spellings: method → the function of the tools that it follows by."""
    return follow(_derivations(interface), set(given))


def missing(interface: Mapping[str, object], given: Iterable[str]) -> tuple[str, ...]:
    """What a mapping leaves out: ``make``, tensors, methods that don't follow from the rest.

    Methods that could follow from each other are named together: ``gradients or step``.
    """
    needed = [name for name in spellings(interface) if name not in _helpers(interface)]
    derivations = _derivations(interface)
    there = set(given)
    left = [name for name in needed if name not in there and name not in derivations]
    told = {name: name for name in left}
    there |= set(left)
    for name in needed:
        if name not in there and name not in derived(interface, there):
            needs = (need for way in derivations[name] for need in cast("list[str]", way["needs"]))
            helpers = [need for need in needs if need in _helpers(interface)]
            told[name] = " or ".join(dict.fromkeys([name, *helpers]))
            there.add(name)
    return tuple(told[name] for name in needed if name in told)


def behaviours(interface: Mapping[str, object]) -> dict[str, list[str]]:
    """Methods, and what only mappings and derivations speak of, with their arguments."""
    parts = (interface.get("methods", {}), interface.get("helpers", {}))
    return {name: names for part in parts for name, names in cast("dict[str, list[str]]", part).items()}


def chosen(interface: Mapping[str, object], derived: Mapping[str, str], name: str) -> tuple[str, ...]:
    """What the function needs by which a method follows."""
    ways = _derivations(interface)[name]
    return next(tuple(cast("list[str]", way["needs"])) for way in ways if way["by"] == derived[name])


def _derivations(interface: Mapping[str, object]) -> dict[str, list[dict[str, object]]]:
    return cast("dict[str, list[dict[str, object]]]", interface.get("derive", {}))


def _helpers(interface: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(cast("dict[str, object]", interface.get("helpers", {})))
