"""Docstrings, work at import, what is unwritten, and loops over examples: read in the source, which is not run."""

import ast

from grader.checks import CheckFailed, ask, check, fail, partly
from test_suites.ps10.quality.public.sources import (
    ASKED,
    FILES,
    Function,
    called,
    executed,
    is_unwritten,
    modules,
)

DOCUMENTED, LOWER = 0.75, 0.40
"""Shares of the public functions; in the exercise's own text all have docstrings."""
TRAINING = {"train", "fit", "backward", "train_step", "train_on_text"}
"""Methods that are work, whoever has them."""
BEGINS = ("train", "fine_tune", "run", "main", "test", "demo", "experiment", "plot")
"""How functions of one's own begin that are work; others, as ``set_seed``, may be called."""
ROW_BY_ROW = {"apply_along_axis", "vectorize"}


@check("quality.docstrings")
def test_docstrings(student, evidence):
    """Public functions and methods say what they do, or their class does."""
    found = [(m, o, f) for m in modules(student) for o, f in m.functions() if not f.name.startswith("_")]
    silent = [(m, o, f) for m, o, f in found if not (ast.get_docstring(f) or (o and ast.get_docstring(o)))]
    share = 1 - len(silent) / len(found) if found else 0.0
    evidence.measure("share of functions with a docstring", share, limit=DOCUMENTED, better="higher")
    if share >= DOCUMENTED:
        return
    parts = {
        "yours": f"{len(found) - len(silent)} of {len(found)} functions",
        "expected": f"{DOCUMENTED:.0%} of them",
        "where": silent[0][0].where(silent[0][2]) if silent else "",
        "hint": "One sentence is enough: what goes in, what comes out, in which shape.",
    }
    raise (partly if share >= LOWER else fail)("Many functions have no docstring.", **parts)


@check("quality.import", seconds=120)
def test_import(student):
    """Importing a module defines things, and does no work."""
    for module in modules(student):
        for statement in executed(module.tree):
            work = _work(statement, module.tree)
            if work:
                raise fail(
                    "Importing this file starts work.",
                    where=module.where(statement),
                    yours=work,
                    expected="definitions alone",
                    hint='Put it under if __name__ == "__main__": so that others can import your classes.',
                )
        proxy = getattr(student, module.name)
        try:
            proxy.load()
        except CheckFailed:  # costs its own exercise's points
            continue
        written = [name for name in proxy.files() if "__pycache__" not in name]
        if written:
            raise fail(
                "Importing this file writes files.",
                call=f"import {module.name}",
                yours=", ".join(sorted(written)[:3]),
                expected="none",
                hint='Put what writes under if __name__ == "__main__":.',
            )


def _work(statement, tree):
    """What a statement does that is more than to define: it trains, or calls what does."""
    own = {node.name for node in tree.body if isinstance(node, Function)}
    for node in ast.walk(statement):
        match node:
            case ast.Lambda():
                return ""
            case ast.Call(func=ast.Name(id=name)) if name in own and name.startswith(BEGINS):
                return f"{name}(…)"
            case ast.Call(func=ast.Attribute(attr=name)) if name in TRAINING:
                return f"….{name}(…)"
    return ""


@check("quality.stubs")
def test_stubs(student):
    """Nothing that the exercises ask for is left unwritten."""
    there = modules(student)
    missing = [f"{name}.py" for name in FILES if name not in {module.name for module in there}]
    unwritten = [
        (module, owner, function)
        for module in there
        for owner, function in module.asked()
        if is_unwritten(function.body)
    ]
    if missing or unwritten:
        raise fail(
            "A part of the exercises is unwritten.",
            where=unwritten[0][0].where(unwritten[0][2]) if unwritten else "",
            yours=", ".join([*missing, *(called(owner, function) for _, owner, function in unwritten)][:6]),
            expected="a body for every function that the exercises name",
        )


@check("quality.vectorised")
def test_vectorised(student):
    """A `Layer` passes a whole batch through one matrix product, without a loop over its examples."""
    for module in modules(student):
        if module.name != "neural_network":
            continue
        methods = [(o, f) for o, f in module.asked() if o and o.name == "Layer"]
        for owner, method in methods:
            loop = next(filter(None, (_loop(node) for node in ast.walk(method))), None)
            if loop:
                raise fail(
                    f"{called(owner, method)} loops.",
                    where=module.where(loop),
                    expected="products and functions of whole arrays",
                    hint="X @ weights + bias is Z for all examples at once, and X.T @ dZ their gradients' sum.",
                )
        if methods:
            return
    raise ask(
        "No class Layer was found in neural_network.py, so loops in it were not looked for.",
        expected=", ".join(ASKED["neural_network"]["Layer"]),
    )


def _loop(node):
    """The node, if it goes through something item by item; names and pairs written out are no examples."""
    match node:
        case ast.For(iter=iterated) | ast.comprehension(iter=iterated):
            return None if _written_out(iterated) else iterated
        case ast.While():
            return node
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in ROW_BY_ROW:
            return node
    return None


def _written_out(iterated):
    match iterated:
        case ast.Tuple() | ast.List() | ast.Set() | ast.Dict():
            return True
        case ast.Call(func=ast.Attribute(attr="items" | "keys" | "values")):
            return True
        case ast.Call(func=ast.Name(id="zip" | "enumerate"), args=args):
            return all(_written_out(arg) for arg in args)
    return False
