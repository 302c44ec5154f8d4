"""What the student's side raised → what a student is told: our words, and the lines of the file as handed in.

What comes from a student's process is never taken for true: an exception's name and message are shown as theirs,
and a line's text is read from the submission.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.checks.failure import CheckFailed, MappingMismatchError
from grader.checks.reader import reader
from grader.environments import ENVIRONMENTS, WITHOUT_CODE
from grader.records import PYTHON_ERRORS, Finding, SourceLine

if TYPE_CHECKING:
    from collections.abc import Collection

    from grader import wire
    from grader.environments import Environment
    from grader.judge.job import ModuleSource

MESSAGE_SHOWN = 300
ELSEWHERE = "GradedElsewhereError"
"""What a stand-in for a module of another environment raises; see ``judge_service.visible``."""


@reader("what your code raised")
def failure(source: ModuleSource, reply: wire.Raised, call: str, elsewhere: Collection[str]) -> Exception:
    """What it means that a call raised.

    Args:
        source: The module that was asked.
        reply: What its process says.
        call: What was asked, as it is shown.
        elsewhere: The lab's files that run in another environment: no frame can be in one.

    Returns:
        ``MappingMismatchError`` if an expression of the mapping does not fit; else ``CheckFailed``.
    """
    message = reply.message.strip()
    shown = message if len(message) <= MESSAGE_SHOWN else message[:MESSAGE_SHOWN] + " …"
    kind = "".join(c for c in reply.type if c.isalnum() or c in "._")[:60] or "an exception"
    mapping = source.mapping
    if (
        reply.where == "mapping"
        and mapping is not None
        and (mapping.spellings or mapping.load == "definitions")
        and reply.expression not in mapping.called
    ):
        return MappingMismatchError(source.name, _misfit(source, reply, call, kind, shown))
    lines = source.source.splitlines()
    own = [f for f in reply.frames if _is_possible(source, lines, f) and f.file not in elsewhere]
    headline, hint = _in_words(source, reply, kind, call, traced=bool(own))
    return CheckFailed(
        Finding(
            headline=headline,
            call=call,
            yours=f"{kind}: {shown}" if shown else kind,
            where=f"{own[-1].file}, line {own[-1].line}" if own else "",
            traceback=_traceback(source, lines, own),
            lines=_lines(source, lines, own),
            hint=hint,
        )
    )


def _in_words(  # noqa: PLR0911 - one case each
    source: ModuleSource, reply: wire.Raised, kind: str, call: str, *, traced: bool
) -> tuple[str, str]:
    """Headline and hint."""
    named = kind if kind in PYTHON_ERRORS else "an exception of its own"
    if reply.where == "unsendable":
        return (
            "Your code returned something that is not plain data.",
            "Return arrays, numbers, or dicts of arrays.",
        )
    if reply.where == "mapping":
        return "What your code gives has another form than the lab asks for.", ""
    if kind == "NotImplementedError":
        return "This part is not implemented yet.", ""
    if kind in {"SyntaxError", "IndentationError", "TabError"}:
        return "Your file can't be read: Python found a syntax error.", "Open the file at that line."
    if kind == "ModuleNotFoundError" and (hint := _environment(source.environment).on_import):
        return "Your code imports a library that is not there.", hint
    if kind == ELSEWHERE:
        return (
            "Your code uses the lab's other file, which is not there while this one is graded.",
            (
                "Importing it is fine, using it is not: put what compares the two under "
                'if __name__ == "__main__": or into a file of its own.'
            ),
        )
    if call.startswith("import "):
        return (
            f"Your file can't be imported: it raised {named}.",
            f"Import the file yourself first: python -c 'import {source.name}'.",
        )
    if reply.where == "missing" or (kind == "AttributeError" and not traced):
        return (
            "The name that the lab asks for is not there.",
            "Compare your names with the lab's interface.",
        )
    return f"Your code raised {named}.", ""


def _traceback(source: ModuleSource, lines: list[str], frames: list[wire.Frame]) -> str:
    """The student's frames; a line's text comes from the submission as we have it, never from the process."""
    shown = []
    for frame in frames:
        shown.append(
            f"{frame.file}, line {frame.line}" + (f", in {frame.function}" if frame.function else "")
        )
        if frame.file == source.file and 0 < frame.line <= len(lines):
            shown.append(f"    {lines[frame.line - 1].strip()[:120]}")
    return "\n".join(shown)


def _environment(sandbox: str) -> Environment:
    return ENVIRONMENTS[sandbox.removesuffix(WITHOUT_CODE)]


def _is_possible(source: ModuleSource, lines: list[str], frame: wire.Frame) -> bool:
    """Whether there can be such a line: code that is made as it runs may say that it stands on any.

    A syntax error may stand one line beyond the end.
    """
    return bool(frame.file) and (frame.file != source.file or 0 < frame.line <= 1 + len(lines))


def _lines(source: ModuleSource, lines: list[str], frames: list[wire.Frame]) -> tuple[SourceLine, ...]:
    return tuple(
        SourceLine(file=frame.file, number=frame.line, text=lines[frame.line - 1].strip()[:120])
        for frame in frames
        if frame.file == source.file and frame.line <= len(lines)
    )


def _misfit(source: ModuleSource, reply: wire.Raised, call: str, kind: str, shown: str) -> str:
    """Which expression does not fit, and what came of it; the expression's text is the mapping's own."""
    spellings = source.mapping.spellings if source.mapping else {}
    said = shown if kind == "MappingError" else f"{kind}: {shown}"
    if (
        reply.expression not in spellings
    ):  # a tensor of what is derived, or a name that only the other side knows
        return f"{said}; asked: {call}"
    at = "".join(f", {frame.file}, line {frame.line}" for frame in reply.frames[-1:])
    return f"{reply.expression}: {spellings[reply.expression]} → {said}{at}; asked: {call}"
