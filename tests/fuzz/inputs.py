"""Hostile inputs: written by a grammar, and real files with something done to them."""

from __future__ import annotations

import random
import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST = 60_000
"""Characters of an input; parsers bound longer ones before they begin, which is tested elsewhere."""
ODD = "\0\x0b\x0c\x1b\x85\u2028\u202e\ufeff\ufffd\ud800𝟙٣éß\r\n\t"
TOKENS = (
    "[", "]", "{", "}", "(", ")", '"', "'", '"""', "\\", ":", ",", "-", "--", "- ", "#", "&a", "*a", "!!python/object:os.system",
    "NaN", "Infinity", "-0", "1e999", "1e-999", "9" * 19, "9" * 400, "0x", "0" * 50, "null", "true", "<<", "|", ">", "---", "\n...\n",
    "def f():", "class A:", "if x:", "elif x:", "else:", "lambda: ", "yield ", "await ", "async ", "@", "f'{", "}'", "assert ",
    "import ", "from . import *", "print(", "return", "raise", "x = ", "x: int = ", " + ", " if x else ", ":=", "*", "**", "not ",
    "match x:", "case _:", "with x as y:", "try:", "except:", "finally:", "global x", "\n    ", "\n\t", "\n", " ", "test_", "_test",
)  # fmt: skip


def mutated(rng: random.Random, seeds: Sequence[str]) -> str:
    """A real file with one to four things done to it."""
    text = rng.choice(seeds)
    for _ in range(rng.choice((1, 1, 2, 4))):
        text = rng.choice(CHANGES)(rng, text, seeds)[:MOST]
    return text


def _cut(rng: random.Random, text: str, _seeds: Sequence[str]) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + text[at + rng.randrange(1, 40) :]


def _insert(rng: random.Random, text: str, _seeds: Sequence[str]) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice((*TOKENS, rng.choice(ODD))) + text[at:]


def _repeat(rng: random.Random, text: str, _seeds: Sequence[str]) -> str:
    """Something, very often: depth, length, count."""
    at = rng.randrange(len(text) + 1)
    piece = text[at : at + rng.randrange(1, 30)] if rng.random() < 0.5 else rng.choice(TOKENS)
    return text[:at] + piece * rng.choice((2, 10, 101, 1100, 5000)) + text[at:]


def _splice(rng: random.Random, text: str, seeds: Sequence[str]) -> str:
    other = rng.choice(seeds)
    return text[: rng.randrange(len(text) + 1)] + other[rng.randrange(len(other) + 1) :]


def _swap(rng: random.Random, text: str, _seeds: Sequence[str]) -> str:
    lines = text.split("\n")
    a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return "\n".join(lines)


def _indent(rng: random.Random, text: str, _seeds: Sequence[str]) -> str:
    lines = text.split("\n")
    a = rng.randrange(len(lines))
    lines[a] = rng.choice((" ", "    ", "\t", " " * 200)) + lines[a]
    return "\n".join(lines)


def _replace(rng: random.Random, text: str, _seeds: Sequence[str]) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice((*ODD, *string.printable)) + text[at + 1 :]


CHANGES: tuple[Callable[[random.Random, str, Sequence[str]], str], ...] = (
    _cut,
    _insert,
    _repeat,
    _splice,
    _swap,
    _indent,
    _replace,
)


def tokens(rng: random.Random) -> str:
    """Tokens of every language here, in no order."""
    return "".join(rng.choices(TOKENS, k=rng.choice((3, 20, 200))))[:MOST]


def json_text(rng: random.Random, depth: int = 0) -> str:
    """JSON, mostly valid: odd numbers, odd keys, deep."""
    kind = rng.randrange(8 if depth < 20 else 5)
    if kind == 0:
        return rng.choice(("null", "true", "false", "NaN", "-Infinity", "1e999", "-0.0"))
    if kind == 1:
        return (
            rng.choice(("", "-"))
            + "1"
            + "".join(rng.choices("0123456789", k=rng.choice((0, 3, 17, 18, 19, 400))))
        )
    if kind == 2:
        return f"{rng.uniform(-2, 2):.{rng.choice((1, 6, 30))}f}"
    if kind in (3, 4):
        return '"' + rng.choice(("", "lstm", "\\ud800", "\\u0000", "x" * 3000, "é")) + '"'
    inside = [json_text(rng, depth + rng.choice((1, 1, 5))) for _ in range(rng.choice((0, 1, 2, 5)))]
    if kind in (5, 6):
        return "[" + ", ".join(inside) + "]"
    names = rng.choices(("epochs", "seed", "in_auroc", "scores", "a", "", "x" * 300), k=len(inside))
    return "{" + ", ".join(f'"{n}": {v}' for n, v in zip(names, inside, strict=True)) + "}"


def yaml_text(rng: random.Random, depth: int = 0) -> str:
    """A ``grade.yml``, more or less."""
    names = (
        "assignment",
        "labs",
        "lab1_mlp",
        "mlp_numpy",
        "mlp_torch",
        "folder",
        "file",
        "make",
        "W1",
        "forward",
        "load",
        "?",
        "x y",
    )
    values = (
        "week06", "src", "../..", "/etc/passwd", "[]", "{a: 1}", "&x y", "*x", "!!set {}", "'m.W1'", '"MLP(n)"', "|\n  text", "~",
        "1e400", "9" * 30, "m.forward(X)[-1]", "lambda: 0", "__import__('os')", "-" * 900, "(" * 300, "x" * 2000, "definitions", "",
    )  # fmt: skip
    pad = "  " * depth
    lines = []
    for _ in range(rng.choice((1, 2, 4))):
        nested = depth < 18 and rng.random() < 0.45
        value = "\n" + yaml_text(rng, depth + 1) if nested else " " + rng.choice(values)
        lines.append(f"{pad}{rng.choice(names)}:{value}")
    return "\n".join(lines)[:MOST]


def python_text(rng: random.Random) -> str:
    """A module with functions, mostly valid: deep expressions, chains, odd strings."""
    blocks = [_function(rng, rng.choice(("", "", "    "))) for _ in range(rng.choice((1, 2, 6)))]
    return "import numpy as np\nclass A:\n    pass\n" + "\n".join(blocks)


def _function(rng: random.Random, indent: str) -> str:
    name = rng.choice(("f", "test_it", "forward", "_private", "__call__", "main", "helper"))
    head = "class B:\n" if indent else ""
    deco = rng.choice(("", "", f"{indent}@property\n", f"{indent}@a.b(c)\n"))
    body = "\n".join(f"{indent}    {_statement(rng)}" for _ in range(rng.choice((1, 3, 8))))
    return f"{head}{deco}{indent}{rng.choice(('', 'async '))}def {name}(self, x=1, *a, **k):\n{body}\n"


def _statement(rng: random.Random) -> str:
    e = _expression(rng, 0)
    return rng.choice(
        (f"return {e}", f"assert {e}, {e}", f"x = {e}", f"x: int = {e}", f"print({e})", f"if {e}: raise ValueError({e})",
         f"assert {e} == {e}", '"""doc"""', "...", "pass", f"with {e} as y: {e}", f"for i in {e}: {e}", f"x += {e}", f"f({e})",
         f"x = f'{{x!r:>{{y}}}} {{{'x'}}}'", f"yield {e}", f"lambda: {e}")
    )  # fmt: skip


def _expression(rng: random.Random, depth: int) -> str:
    kind = rng.randrange(9 if depth < 4 else 4)
    match kind:
        case 0:
            return rng.choice(("x", "np", "self.W", "True", "None"))
        case 1:
            return rng.choice(
                ("0", "1", "-1", "2.5", "1e999", "9" * 500, "1j", "'text'", "b'x'", "'\\ud800'", "...")
            )
        case 2:
            return rng.choice((" + ", " - ", " @ ", " and ", " < ")).join(["x"] * rng.choice((2, 50, 900)))
        case 3:
            return rng.choice(("-", "not ", "~", "(", "[")) * 3 + "x" + rng.choice(("", ")))", "]]]"))
        case 4:
            return f"f({_expression(rng, depth + 1)}, k={_expression(rng, depth + 1)})"
        case 5:
            return f"[{_expression(rng, depth + 1)} for x in {_expression(rng, depth + 1)} if x]"
        case 6:
            return f"({_expression(rng, depth + 1)} if x else {_expression(rng, depth + 1)})"
        case 7:
            return "x" + rng.choice((".a", "[0]", "()")) * rng.choice((1, 90))
        case _:
            return f"(y := {_expression(rng, depth + 1)})"
