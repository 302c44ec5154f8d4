"""What reads students' input, each with inputs for it, and with the only errors that it may raise.

``python -m benchmarks.fuzz`` feeds all of them at length, ``tests/fuzz`` for some seconds. A new reader gets a row.
"""

from __future__ import annotations

import math
import random
import socket
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np

from grader import wire
from grader.checks import (
    CheckFailed,
    CheckUndecided,
    DocumentText,
    Topic,
    claims_hold,
    figures,
    imports_only,
    sentences,
)
from grader.checks.answer import Answer, describe, render
from grader.checks.project import TooMuch, looks, tests, unnoticed, workflows
from grader.checks.project.broken import all_raise, all_wrong
from grader.checks.project.causes import asked_for, cause_of
from grader.checks.project.surroundings import Surroundings
from grader.checks.project.controls import controls, disguised
from grader.checks.project.documented import commands_for_tests, installing_commands
from grader.checks.project.expressions import BadExpression, evaluate, interpolate
from grader.checks.project.functions import public_functions
from grader.checks.project.globs import matches, selects
from grader.checks.project.mutants import bugs, emptied, taken_out
from grader.checks.project.plan import read_plan
from grader.checks.project.pythons import versions_for
from grader.checks.project.sandbox import Ran
from grader.checks.project.tested import installs
from grader.course import load
from grader.course.mapping import declared, read_grade_file
from grader.errors import MappingNeeded
from grader.judge.student import _receive
from grader.report.escape import plain
from grader.submission import missing_files
from tests.fuzz import inputs, texts

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
ID = bytes(16)
CONTEXT = {
    "github": {"ref": "refs/heads/main", "event_name": "push", "event": {"commits": [{"id": 1}]}},
    "matrix": {"os": "ubuntu", "python-version": "3.11"},
    "env": {"A": "1"},
}


class Parser(NamedTuple):
    """One of them.

    Attributes:
        draw: Makes an input.
        read: Reads it, and does with the result what is ever done with it.
        refuses: What it may raise.
    """

    draw: Callable[[random.Random], object]
    read: Callable[[Any], object]
    refuses: tuple[type[Exception], ...] = (CheckFailed,)


@cache
def _files(*patterns: str) -> tuple[str, ...]:
    found = sorted(path for pattern in patterns for path in ROOT.glob(pattern))
    return tuple(path.read_text(encoding="utf-8", errors="replace") for path in found)


def _either(*draws: Callable[[random.Random], object]) -> Callable[[random.Random], object]:
    return lambda rng: rng.choice(draws)(rng)


# ── replies and results ──────────────────────────────────────────────────────────────────────────────────


def look_at(answer: Answer) -> None:
    """Everything that a suite can ask of an answer."""
    render(answer)
    describe(answer.value)
    answer.names()
    answer.shape()
    looks = (
        answer.array, answer.number, answer.numbers, answer.whole, answer.table, answer.shapes, answer.flag, answer.text,
        answer.pair, answer.is_single, answer.is_finite, lambda: answer.array((None, 3), "integer"), lambda: answer.item("scores"),
        lambda: answer.tensors({"a": (2,)}), lambda: look_at_inside(answer), lambda: answer.get("params"),
    )  # fmt: skip
    for look in looks:
        with suppress(CheckFailed):
            look()


def look_at_inside(answer: Answer) -> None:
    for name in answer.names()[:3]:
        look_at(answer.item(name))


def read_results(text: object) -> None:
    look_at(DocumentText("results.json", str(text)).json())


SAMPLES = (
    wire.Returned(None), wire.Returned([1, 2.5, True]), wire.Returned(np.zeros((3, 2))), wire.Returned({"a": np.ones(2), "b": [[1]]}),
    wire.Returned(wire.Remote(1, "MLP")), wire.Returned("text"), wire.Returned(np.full((1,) * 8, np.nan, np.float16)),
    wire.Returned({"status": 0, "output": "1 passed"}), wire.Raised("student", "ValueError", "no", [wire.Frame("a.py", 3, "f", "y")]),
)  # fmt: skip


def draw_reply(rng: random.Random) -> bytes:
    data = bytearray(b"".join(bytes(piece) for piece in wire.encode(rng.choice(SAMPLES), ID)))
    for _ in range(rng.choice((0, 1, 1, 2, 5))):
        at = rng.randrange(len(data))
        match rng.randrange(5):
            case 0:
                data[at] = rng.randrange(256)
            case 1:
                del data[at : at + rng.randrange(1, 12)]
            case 2:
                data[at:at] = rng.randbytes(rng.randrange(1, 9))
            case 3:
                data[at : at + 1] = bytes(
                    [rng.choice((0xC1, 0xC7, 0xC9, 0xD4, 0xDC, 0xDD, 0xDE, 0xDF, 0x9F, 0x8F))]
                )
            case _:
                data[at : at + 4] = rng.choice((b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff"))
        data = data or bytearray(1)
    return bytes(data)


def draw_arrays(rng: random.Random) -> bytes:
    """Arrays whose shapes may be anything, and whose bytes fit more often than not."""
    shape = [rng.choice((0, 0, 1, 2, 3, 2**39, 2**40, 2**63)) for _ in range(rng.randrange(10))]
    dtype = rng.randrange(15)
    size = math.prod(shape) * (np.dtype(wire.DTYPES[dtype]).itemsize if dtype < len(wire.DTYPES) else 1)
    size = size if size <= 4096 else 0
    array = msgspec.msgpack.Ext(1, bytes([dtype]) + b"".join(n.to_bytes(8, "big") for n in shape))
    body = msgspec.msgpack.encode({"kind": "Returned", "value": [array]})
    head = wire.HEADER.pack(wire.MAGIC, wire.VERSION, ID, len(body), 1, 8 + size)
    return head + body + size.to_bytes(8, "big") + rng.randbytes(size)


def draw_body(rng: random.Random) -> bytes:
    """A reply whose frame is right and whose body is anything."""
    body = msgspec.msgpack.encode({"kind": rng.choice(("Returned", "Raised", "x")), "value": _value(rng, 0), "where": "student",
                                   "type": "E" * rng.choice((1, 300)), "message": "m" * rng.choice((1, 3000)),
                                   "frames": [{"file": "a", "line": _whole(rng), "function": "f"}] * rng.choice((0, 3, 20))})  # fmt: skip
    return wire.HEADER.pack(wire.MAGIC, wire.VERSION, ID, len(body), 0, 0) + body


def _whole(rng: random.Random) -> int:
    return rng.choice((0, -1, 1, 2**63 - 1, -(2**63), 2**64 - 1))


def _value(rng: random.Random, depth: int) -> object:
    kind = rng.randrange(9 if depth < 18 else 6)
    if kind >= 6:
        inside = [_value(rng, depth + 1) for _ in range(rng.choice((0, 1, 2, 4)))]
        return inside if kind == 6 else dict(zip((_key(rng) for _ in inside), inside, strict=True))
    return (None, True, _whole(rng), rng.choice((0.5, float("nan"), float("inf"), 1e308)), "x" * rng.choice((0, 90)),
            msgspec.msgpack.Ext(rng.choice((1, 2, 9)), rng.randbytes(rng.choice((0, 1, 9, 17)))))[kind]  # fmt: skip


def _key(rng: random.Random) -> object:
    return rng.choice(("a", "b", "scores", "params", "", "x" * 300, 1, -5))


def read_reply(data: object) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data)  # type: ignore[arg-type]
        theirs.shutdown(socket.SHUT_WR)
        reply = wire.read_reply(ours, ID, wire.Bounds(1 << 20, wire.At(time.monotonic() + 60)))
    if isinstance(reply, wire.Returned):
        look_at(Answer("f()", _receive(reply.value)))


# ── sources ──────────────────────────────────────────────────────────────────────────────────────────────


def read_source(text: str) -> None:
    with suppress(CheckFailed):
        imports_only(text, ("numpy",), file="m.py")
    rng = np.random.default_rng(0)
    targets = public_functions("m.py", text)
    for target in [targets[i] for i in rng.permutation(len(targets))[:3]]:
        taken_out(text, target), emptied(text, target), controls(text, target, rng)
        for bug in bugs(text, target, rng, 2):
            disguised(bug.text, target, rng)


def break_source(text: str) -> None:
    all_raise({"m.py": text}), all_wrong({"m.py": text})


def read_tests(text: str) -> None:
    files = {"tests/test_m.py": text, "tests/conftest.py": text[::2], "m.py": "def f(): pass\n"}
    tests(files), looks(files)


def _sources(rng: random.Random) -> str:
    return inputs.mutated(
        rng, _files("reference/week06/lab1_mlp/*.py", "tests/forms/bases/**/*.py", "tests/attacks/d*/mlp.py")
    )


# ── a repository as a whole ──────────────────────────────────────────────────────────────────────────────


def read_documented(text: str) -> None:
    files = {"README.md": text, "Makefile": text, "requirements.txt": text, "pyproject.toml": text}
    commands_for_tests(files), installing_commands(files), installs(files)


def read_versions(text: str) -> None:
    for name in ("pyproject.toml", "setup.py", "setup.cfg", ".python-version"):
        versions_for({name: text}), installs({name: text})


def read_output(text: str) -> None:
    known = Surroundings(texts={"a.py": "import numpy\n", "tests/test_a.py": ""}, home="/home/x", prose=text)
    cause_of(Ran(line=1, text="python a.py", status=1, output=text), known)
    asked_for(text, text)


def read_glob(text: str) -> None:
    for name in ("main", "releases/1/x.md", "a" * 300):
        matches(text, name), selects([text, "!" + text], name)


# ── the rest ─────────────────────────────────────────────────────────────────────────────────────────────


@cache
def _week06() -> object:
    return load(ROOT, "week06")


def read_grade_yml(text: object) -> None:
    declared(read_grade_file(str(text).encode("utf-8", "surrogatepass")), _week06())  # type: ignore[arg-type]


def draw_paths(rng: random.Random) -> list[str]:
    parts = (
        "week06",
        "lab1_mlp",
        "mlp_numpy.py",
        "MLP_numpy.py",
        "mlp_numpy.ipynb",
        "mlp-numpy.py",
        "src",
        "..",
        "a" * 255,
        "\udcff",
        "é",
        ".git",
    )
    count = rng.choice((0, 1, 5, 40))
    return ["/".join(rng.choices(parts, k=rng.choice((1, 2, 3, 30)))) for _ in range(count)]


def read_paths(paths: object) -> None:
    for missing in missing_files(_week06().labs[:1], paths):  # type: ignore[attr-defined,arg-type]
        plain(str(missing))


def read_text(text: object) -> None:
    """Text on its way into a report."""
    plain(str(text))
    plain(Ran(status=1, output=str(text)).last_lines)
    with suppress(CheckFailed):
        DocumentText("MEMO.md", str(text)).present()


OWNERS = (
    Topic("lstm", r"LSTM"),
    Topic("in", r"first\s{1,9}hospital"),
    Topic("out", r"second\s{1,9}hospital"),
)
QUANTITIES = (
    Topic("r2", r"R\W{0,3}2"),
    Topic("auroc", r"AUROC|AUC"),
    Topic("mse", r"MSE|mean\s{1,9}squared"),
)
FACTS = {("lstm", "r2"): -0.12, ("lstm", "mse"): 0.004, ("in", "auroc"): 0.97, ("out", "auroc"): 0.71}


def read_claims(text: object) -> None:
    figures(str(text))
    sentences(str(text))
    claims_hold(str(text), FACTS, owners=OWNERS, quantities=QUANTITIES, file="REPORT.md", errors=("mse",))


_json = _either(
    inputs.json_text,
    inputs.json_text,
    inputs.tokens,
    lambda rng: inputs.mutated(
        rng, ('{"epochs": 3, "seed": 1, "scores": {"lstm": {"mse": 0.5}}, "in_auroc": [0.5, 1]}', "[1, 2]")
    ),
)

_python = _either(inputs.python_text, _sources, inputs.tokens, texts.of("python"))

PARSERS = {
    "results.json": Parser(_json, read_results),
    "replies": Parser(_either(draw_reply, draw_body, draw_arrays), read_reply, (wire.WireError,)),
    "sources": Parser(_python, read_source, ()),
    "broken copies": Parser(_python, break_source, ()),
    "tests": Parser(_python, read_tests),
    "README.md": Parser(texts.of("markdown"), lambda text: read_plan(text, "README.md"), (TooMuch,)),
    "README.rst": Parser(texts.of("rst"), lambda text: read_plan(text, "README.rst"), (TooMuch,)),
    "commands told": Parser(texts.of("markdown"), read_documented, ()),
    "Python versions": Parser(texts.of("toml"), read_versions, ()),
    "workflow": Parser(texts.of("workflow"), lambda text: workflows({".github/workflows/a.yml": text}), ()),
    "expression": Parser(
        texts.of("expression"),
        lambda text: (evaluate(text, CONTEXT), interpolate(text, CONTEXT)),
        (BadExpression,),
    ),
    "glob": Parser(texts.of("glob"), read_glob, ()),
    "output": Parser(texts.of("output"), read_output, ()),
    "grade.yml": Parser(
        _either(
            inputs.yaml_text, lambda rng: inputs.mutated(rng, _files("examples/*/grade.yml")), inputs.tokens
        ),
        read_grade_yml,
        (MappingNeeded,),
    ),
    "paths": Parser(draw_paths, read_paths, ()),
    "texts": Parser(
        _either(lambda rng: inputs.mutated(rng, _files("reference/**/*.md", "README.md")), inputs.tokens),
        read_text,
    ),
    "claims": Parser(
        _either(lambda rng: inputs.mutated(rng, _files("reference/**/*.md")), inputs.tokens),
        read_claims,
        (CheckFailed, CheckUndecided),
    ),
}
