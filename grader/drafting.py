"""A first draft of a repository's mapping: what the lab's own drafting tool finds in a sandbox, file by file.

Nothing of it is believed: a person reads the draft, and a grading shows whether it fits.
"""

from __future__ import annotations

import ast
import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct

from grader import wire
from grader.course.interface import data_names, missing, spellings
from grader.course.spelling import computes
from grader.judge.budget import Budget
from grader.judge.processes import Died, Killed, SandboxLost, StudentProcess, ZygoteClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from grader.judge_service import JudgeService
    from grader.records import Assignment, Lab, Module

SECONDS = 60.0
"""Of the student's CPU time, for one file."""
MOST_FILES = 24
MOST_BYTES = 200_000
ALONE = "   # computes: for an instructor's mapping alone"
OFTEN = ("self.", "def ")
"""What a file of classes has more of than a script, beside the interface's names."""


class Draft(Struct, frozen=True, kw_only=True):
    """What was found of one module.

    Attributes:
        lab: Its lab.
        module: What is mapped.
        file: Where the most was found; empty if nothing was found anywhere.
        lines: Name → expression.
        missing: What is to be written by hand.
        computing: Names of lines that compute, which an instructor's mapping alone may.
    """

    lab: str
    module: str
    file: str = ""
    lines: dict[str, str] = {}
    missing: tuple[str, ...] = ()
    computing: frozenset[str] = frozenset()


def draft(
    lab: Lab,
    module: Module,
    files: Mapping[str, bytes],
    service: JudgeService,
    file: str = "",
    given: Mapping[str, str] | None = None,
    progress: Callable[[str], None] = lambda _line: None,
) -> Draft:
    """Draft the mapping of one module.

    Args:
        lab: Its lab, whose tools the rubric's ``draft`` is one of.
        module: Its interface says ``draft``.
        files: The repository's.
        service: Where the repository's code runs.
        file: Only this one; empty: all that could be it.
        given: Lines that are known: name → expression.
        progress: Is given a line for each file that is tried.
    """
    folder = service.course / lab.reference
    tools = {name: (folder / name).read_bytes() for name in (*lab.tools, *lab.drafting)}
    best = Draft(lab=lab.id, module=module.name, missing=missing(module.interface, given or ()))
    sandbox = service.provider.open(module.environment, lab.limits, files, tools)
    try:
        client = ZygoteClient(sandbox.connection)
        for path in [file] if file else _candidates(files, module):
            progress(f"{module.name}: trying {path} …")
            found = _lines(client, Budget(SECONDS, sandbox.usage), module, path, dict(given or {}))
            if len(found) > len(best.lines):
                best = Draft(
                    lab=lab.id,
                    module=module.name,
                    file=path,
                    lines=found,
                    missing=missing(module.interface, found),
                    computing=frozenset(name for name, text in found.items() if _computes(text, module)),
                )
            if best.lines and not best.missing:
                break
    except SandboxLost:
        pass  # what was found before is worth something
    finally:
        sandbox.close()
    return best


def _candidates(files: Mapping[str, bytes], module: Module) -> list[str]:
    """Python files that define something, the likeliest first: a class, and much talk of what the lab asks for."""
    sources = {
        path: content
        for path, content in files.items()
        if path.endswith(".py") and len(content) <= MOST_BYTES and b"def " in content
    }
    words = [name.encode() for name in (*spellings(module.interface), *OFTEN)]

    def rank(path: str) -> tuple[bool, int]:
        return b"class " not in sources[path], -sum(sources[path].count(word) for word in words)

    return sorted(sources, key=rank)[:MOST_FILES]


def _lines(
    client: ZygoteClient, budget: Budget, module: Module, path: str, given: dict[str, str]
) -> dict[str, str]:
    """What the lab's tool finds in one file: expressions that can be read, by names that may be spelled."""
    process = StudentProcess(client, budget, 1 << 20)
    try:
        process.ask(wire.Load(module.name, path, load="definitions", pythonpath=pythonpath(path)))
        reply = process.ask(wire.Tool(module.name, str(module.interface["draft"]), [given], of_module=True))
    except (Died, Killed):
        return {}
    finally:
        process.leave()
    found = reply.value if isinstance(reply, wire.Returned) and isinstance(reply.value, dict) else {}
    found |= given
    return {
        name: found[name]
        for name in spellings(module.interface)
        if isinstance(found.get(name), str) and _is_expression(found[name])
    }


def pythonpath(path: str) -> tuple[str, ...]:
    """The folder above the file's own, from which many a repository imports its helpers."""
    above = str(PurePosixPath(path).parent.parent)
    return () if "/" not in path or above == "." else (above,)


def _is_expression(text: str) -> bool:
    try:
        ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return text.isprintable() and len(text) <= 1000


def _computes(text: str, module: Module) -> bool:
    return bool(computes(ast.parse(text, mode="eval"), data_names(module.interface)))


def to_yaml(assignment: Assignment, drafts: list[Draft]) -> str:
    """A ``grade.yml``, with what could not be found marked TODO."""
    return "\n".join(_yaml(assignment, drafts)) + "\n"


def _yaml(assignment: Assignment, drafts: list[Draft]) -> Iterator[str]:
    yield "# A draft by `grade map`: read it, write what is marked TODO, then grade with it."
    yield f"assignment: {assignment.id}"
    yield "labs:"
    for lab in dict.fromkeys(d.lab for d in drafts):
        yield f"  {lab}:"
        for found in drafts:
            if found.lab == lab:
                yield f"    {found.module}:"
                yield f"      file: {json.dumps(found.file)}" if found.file else "      # file: TODO"
                if found.file and pythonpath(found.file):
                    yield f"      pythonpath: {json.dumps(list(pythonpath(found.file)))}"
                for name, text in found.lines.items():
                    yield f"      {name}: {json.dumps(text)}" + ALONE * (name in found.computing)
                yield from (f"      # {name}: TODO" for name in found.missing)
