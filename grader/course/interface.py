"""A module's interface: what the rubric says about it, and what a mapping of it must and may say.

The interface stays plain data, since the worker's adapter reads it on the student's side:

    class: MLP
    make: [n_in, n_hidden, n_out, seed]
    tensors: {W1: [n_in, n_hidden], b1: [n_hidden]}
    methods: {forward: [X], gradients: [X, y], predict: [X]}
    step: [X, y, lr]
    derive: {predict: "forward(X).argmax(1)"}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from grader.course.problems import quoted, suggest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.course.fields import Fields
    from grader.course.marked import Node

RESERVED = ("file", "load", "pythonpath", "make", "step")
"""What a mapping says beside tensors and methods, so that neither may be called so."""


def read_interface(fields: Fields) -> dict[str, object]:
    """Read and check one interface; an empty map is a module that no mapping can spell differently."""
    interface: dict[str, object] = {"class": fields.text("class"), "make": list(fields.texts("make"))}
    names: set[str] = set()
    for group in ("tensors", "methods"):
        members: dict[str, object] = {}
        for name, node in fields.named(group, required=False):
            members[name] = node.plain()
            _check_name(fields, node, name, names)
            _check_items(
                fields, node, name, sizes=cast("list[str]", interface["make"]) if group == "tensors" else None
            )
        if members:
            interface[group] = members
    if "step" in fields:
        interface["step"] = list(fields.texts("step"))
    derive = {name: node.plain() for name, node in fields.named("derive", required=False)}
    if derive:
        interface["derive"] = derive
        _check_derived(fields, derive, cast("dict[str, object]", interface.get("methods", {})))
    return interface


def _check_name(fields: Fields, node: Node, name: str, names: set[str]) -> None:
    if not name.isidentifier():
        fields.problems.add(node.where, f"{quoted(name)} is not a Python name.")
    elif name in RESERVED:
        fields.problems.add(node.where, f"{quoted(name)} is a mapping's own word: {', '.join(RESERVED)}.")
    elif name in names:
        fields.problems.add(node.where, f"{quoted(name)} is a tensor already.")
    names.add(name)


def _check_items(fields: Fields, node: Node, name: str, *, sizes: list[str] | None) -> None:
    """A method's arguments, or a tensor's sizes, which must be arguments of ``make``."""
    wanted = "a list of argument names" if sizes is None else "a list of sizes, each an argument of 'make'"
    if not isinstance(node.value, list) or not all(isinstance(item.value, str) for item in node.value):
        fields.problems.add(node.where, f"{quoted(name)} must be {wanted}.")
        return
    for item in node.value:
        if sizes is not None and item.value not in sizes:
            fields.problems.add(
                item.where,
                f"the size {quoted(item.value)} of {quoted(name)} is not an argument of 'make'.",
                suggest(item.value, sizes, "arguments"),
            )


def _check_derived(fields: Fields, derive: Mapping[str, object], methods: Mapping[str, object]) -> None:
    for name, node in fields.named("derive", required=False):
        if name not in methods:
            fields.problems.add(
                node.where,
                f"'derive' names the unknown method {quoted(name)}.",
                suggest(name, methods, "methods"),
            )
        elif not isinstance(derive[name], str):
            fields.problems.add(node.where, f"{quoted(name)} must be text: how it follows from the rest.")


def spellings(interface: Mapping[str, object]) -> tuple[str, ...]:
    """Every name a mapping may spell, in the interface's order."""
    if not interface:
        return ()
    step = ("step",) if "step" in interface else ()
    return ("make", *tensors(interface), *_methods(interface), *step)


def tensors(interface: Mapping[str, object]) -> tuple[str, ...]:
    """The tensors' names."""
    return tuple(cast("dict[str, object]", interface.get("tensors", {})))


def missing(interface: Mapping[str, object], given: Mapping[str, object]) -> tuple[str, ...]:
    """What a mapping leaves out: ``make``, tensors, methods that don't follow from the rest.

    Where the interface has a ``step``, one update will do instead of ``gradients``.
    """
    derived = cast("dict[str, object]", interface.get("derive", {}))
    needed = [name for name in spellings(interface) if name not in derived and name != "step"]
    if "step" in interface and "step" in given:
        needed = [name for name in needed if name != "gradients"]
    left = [name for name in needed if name not in given]
    return tuple(
        "gradients or step" if name == "gradients" and "step" in interface else name for name in left
    )


def _methods(interface: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(cast("dict[str, object]", interface.get("methods", {})))
