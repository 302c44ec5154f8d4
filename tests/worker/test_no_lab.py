"""Nothing that enters a sandbox knows a lab: what a rubric names occurs in no line of the worker's code."""

import ast
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKER = sorted((ROOT / "grader" / "worker").rglob("*.py"))
PLAIN = {
    *("repository", "train", "data", "model", "audit", "evaluate"),
    *("text", "params", "update", "backward", "search", "server"),
}
"""Names of labs, modules and arguments that are everyday words too."""


def names_of(rubric):
    """Labs, modules, and everything that interfaces name."""
    for lab_id, lab in rubric["labs"].items():
        yield lab_id
        for name, module in lab.get("modules", {}).items():
            yield name
            interface = module.get("interface", {})
            yield from filter(None, (interface.get("class"), *interface.get("make", ())))
            for part in ("tensors", "methods"):
                for own, sizes in interface.get(part, {}).items():
                    yield own
                    yield from sizes
            yield from interface.get("step", ())
            yield from interface.get("derive", ())


def words_of(file):
    """Every identifier, argument, attribute, keyword and string of the code; comments and docstrings are free."""
    tree = ast.parse(file.read_text())
    docs = {
        id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)
    }
    for node in ast.walk(tree):
        match node:
            case (
                ast.Name(id=word) | ast.arg(arg=word) | ast.Attribute(attr=word) | ast.keyword(arg=str(word))
            ):
                yield word
            case ast.FunctionDef(name=word) | ast.ClassDef(name=word) | ast.alias(name=word):
                yield word.split(".")[-1]
            case ast.Constant(value=str(word)) if id(node) not in docs and len(word) > 1:
                yield word


RUBRICS = [yaml.safe_load(file.read_text()) for file in sorted((ROOT / "rubrics").glob("*.yaml"))]
NAMES = {str(name) for rubric in RUBRICS for name in names_of(rubric)} - PLAIN


def test_the_rubrics_name_what_is_looked_for():
    assert {"lab1_mlp", "mlp_numpy", "MLP", "W1", "lr", "gradients", "step"} <= NAMES


@pytest.mark.parametrize("file", WORKER, ids=lambda f: f.name)
def test_the_worker_names_no_lab_module_or_parameter(file):
    assert sorted(set(words_of(file)) & NAMES) == []
