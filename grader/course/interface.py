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

RESERVED = ("file", "load", "pythonpath", "make", "step")
"""What a mapping says beside tensors and methods, so that neither may be called so."""


def read_interface(fields: Fields) -> dict[str, object]:
    """Read and check one interface; a module without one can't be spelled in another way."""
    make = list(fields.names("make"))
    tensors = fields.record("tensors", _lists) or {}
    methods = fields.record("methods", _lists) or {}
    for name in methods:
        if name in tensors:
            fields.problems.add(fields.node.at("methods", name).where, f"{quoted(name)} is a tensor already.")
    _check_sizes(fields, tensors, make)
    interface: dict[str, object] = {"class": fields.text("class"), "make": make}
    interface |= {"tensors": tensors} if tensors else {}
    interface |= {"methods": methods} if methods else {}
    interface |= {"step": list(fields.names("step"))} if "step" in fields else {}
    derived = fields.record("derive", lambda derive: _derived(derive, methods))
    return interface | ({"derive": derived} if derived else {})


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


def _derived(fields: Fields, methods: Mapping[str, object]) -> dict[str, str]:
    derived = {}
    for name, node in fields.rest():
        if name not in methods:
            fields.problems.add(
                node.where,
                f"'derive' names the unknown method {quoted(name)}.",
                suggest(name, methods, "methods"),
            )
        derived[name] = fields.text(name)
    return derived


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
