"""What a student's own mapping may say: names, items, calls and other layouts. It renames; it computes nothing.

Whoever maps their own repository could otherwise write the missing half of their work into ``grade.yml``. The
instructor's ``--mapping`` is not bound by this.
"""

from __future__ import annotations

import ast
import builtins
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

NAMING = (
    ast.Expression,
    ast.Name,
    ast.Attribute,
    ast.Subscript,
    ast.Slice,
    ast.Constant,
    ast.Tuple,
    ast.List,
    ast.Dict,
    ast.Call,
    ast.keyword,
    ast.Starred,
    ast.Load,
    ast.Store,
    ast.USub,
)
NOUNS = {
    ast.BinOp: "an operator",
    ast.UnaryOp: "an operator",
    ast.BoolOp: "and, or",
    ast.Compare: "a comparison",
    ast.Lambda: "lambda",
    ast.IfExp: "if … else",
    ast.NamedExpr: "an assignment",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
}
LAYOUT_WORDS = (
    "reshape transpose swapaxes permute ravel flatten view squeeze unsqueeze expand_dims atleast_2d t T "
    "array asarray ascontiguousarray as_tensor tensor from_numpy stack copy clone detach cpu numpy "
    "astype float double long int eye one_hot item tolist items values keys get list tuple dict len setattr zeros"
)
LAYOUTS = frozenset(LAYOUT_WORDS.split())
"""What may be called besides the repository's own: it changes how numbers are laid out, and no number."""
ARITHMETIC_WORDS = (
    "dot matmul mm addmm mv bmm add sub mul div multiply divide sum mean max min clip clamp argmax argmin exp log "
    "sqrt pow abs maximum minimum relu sigmoid tanh softmax log_softmax prod cumsum cumprod "
    "round std var norm take put"
)
ARITHMETIC = frozenset(ARITHMETIC_WORDS.split())
"""What arrays and tensors can do besides; only ``m`` and the file itself may have a function called so."""
NAMELESS = "a call of what has no name"
LIBRARIES = frozenset({"np", "numpy", "torch"})
BUILTINS = frozenset(dir(builtins))


def computes(tree: ast.AST, foreign: Collection[str]) -> str:
    """What in an expression does more than name and lay out; empty if nothing does.

    Args:
        tree: The expression.
        foreign: Names of data, such as ``X``, and of libraries: what is called of them must be a layout.
    """
    for node in ast.walk(tree):
        if not isinstance(node, NAMING) and not _is_number(node) and not _names_theirs(node, foreign):
            return NOUNS.get(type(node), type(node).__name__)
        if isinstance(node, ast.Attribute) and node.attr.startswith("__"):
            return node.attr
        if isinstance(node, ast.Call) and (name := _not_theirs(node.func, foreign)) and name not in LAYOUTS:
            return name if name == NAMELESS else f"{name}()"
    return ""


def _is_number(node: ast.AST) -> bool:
    """``-1``."""
    return (
        isinstance(node, ast.UnaryOp)
        and isinstance(node.op, ast.USub)
        and isinstance(node.operand, ast.Constant)
        and isinstance(node.operand.value, int | float)
    )


def _names_theirs(node: ast.AST, foreign: Collection[str]) -> bool:
    """``l := CrossEntropy()``: a name for an object of the repository's."""
    return (
        isinstance(node, ast.NamedExpr)
        and isinstance(node.value, ast.Call)
        and not _not_theirs(node.value.func, foreign)
    )


def _not_theirs(function: ast.expr, foreign: Collection[str]) -> str:
    """The name of what is called, unless it is the repository's own: of the module, or of ``m``."""
    root = function
    while isinstance(root, ast.Attribute | ast.Subscript):
        root = root.value
    name = function.attr if isinstance(function, ast.Attribute) else ""
    if not isinstance(root, ast.Name):
        return name or NAMELESS
    if root.id in LIBRARIES or root.id in foreign:
        return name or root.id
    if name in ARITHMETIC and not (isinstance(function, ast.Attribute) and function.value is root):
        return name
    return root.id if root is function and root.id in BUILTINS else ""


def imported_libraries(tree: ast.Module) -> frozenset[str]:
    """The names under which a file knows libraries: ``F`` of ``import torch.nn.functional as F``."""
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found |= {a.asname or a.name.split(".")[0] for a in names if _is_library(a.name)}
            case ast.ImportFrom(module=str(module), level=0, names=names) if _is_library(module):
                found |= {a.asname or a.name for a in names}
    return frozenset(found)


def _is_library(module: str) -> bool:
    return module.partition(".")[0] in PACKAGES


PACKAGES = sys.stdlib_module_names | {
    "numpy",
    "torch",
    "torchvision",
    "scipy",
    "sklearn",
    "jax",
    "tensorflow",
}
"""Whatever else is imported may be the repository's own."""
