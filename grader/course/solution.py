"""Cutting the marked solutions out of a reference file.

    def forward(self, X):
        # BEGIN SOLUTION: the logits of a batch
        return relu(X @ W1 + b1) @ W2 + b2
        # END SOLUTION

becomes

    def forward(self, X):
        raise NotImplementedError("the logits of a batch")
"""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING

from grader.course.problems import quoted

if TYPE_CHECKING:
    from grader.course.problems import Problems

DEFAULT_MESSAGE = "Your code belongs here."

_MARKER = re.compile(r"(?P<indent>[ \t]*)#\s*(?P<kind>BEGIN|END) SOLUTION(:\s*(?P<message>.*?))?\s*")
_NEARLY = re.compile(r"\s*#\s*((BEGIN|END)\b|(?i:(begin|end)\s+solution)).*")


def has_solution(text: str) -> bool:
    """Whether anything in the file is marked to be cut."""
    return any(_MARKER.fullmatch(line) for line in text.splitlines())


def cut_solutions(text: str, place: str, problems: Problems) -> str:
    """The file as a student gets it.

    Args:
        text: The reference file.
        place: Its name, for messages.
        problems: Where faults go: markers that don't pair, or a rest that is not Python.

    Returns:
        The text with each solution replaced by ``raise NotImplementedError`` at the marker's indent.
    """
    before = len(problems)
    kept: list[str] = []
    opened = 0  # the line of the BEGIN we are inside of
    for number, line in enumerate(text.splitlines(), start=1):
        marker = _MARKER.fullmatch(line)
        if marker is None:
            if _NEARLY.fullmatch(line):
                _report_nearly(line, f"{place}:{number}", problems)
            if not opened:
                kept.append(line)
        elif marker["kind"] == "BEGIN":
            if opened:
                problems.add(f"{place}:{number}", f"BEGIN SOLUTION inside the one of line {opened}.")
            else:
                message = json.dumps(marker["message"] or DEFAULT_MESSAGE, ensure_ascii=False)
                kept.append(f"{marker['indent']}raise NotImplementedError({message})")
            opened = number
        else:
            if not opened:
                problems.add(f"{place}:{number}", "END SOLUTION without a BEGIN SOLUTION.")
            opened = 0
    if opened:
        problems.add(f"{place}:{opened}", "BEGIN SOLUTION without an END SOLUTION.")
    starter = "\n".join(kept) + "\n"
    if len(problems) == before:
        _check_python(starter, place, problems)
    return starter


def _report_nearly(line: str, where: str, problems: Problems) -> None:
    """A misspelled pair of markers would hand the solution out."""
    problems.add(
        where,
        f"{quoted(line.strip())} looks like a marker.",
        "Write '# BEGIN SOLUTION', '# BEGIN SOLUTION: what to write' or '# END SOLUTION'.",
    )


def _check_python(starter: str, place: str, problems: Problems) -> None:
    try:
        tree = ast.parse(starter)
    except SyntaxError as error:
        problems.add(
            place,
            f"without solutions this is not valid Python: {error.msg}, line {error.lineno} of the starter.",
        )
        return
    for node in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        raised = [part for part in node.body if isinstance(part, ast.Raise)]
        if raised:
            problems.add(
                place,
                f"without solutions the class {node.name} raises when the file is imported, "
                f"line {raised[0].lineno} of the starter.",
                "Leave the line with 'def', and mark the body.",
            )
