"""The student's copy: the same record without what would give hidden checks away.

Kept back everywhere: the seed, and times finer than 1, 2, 5, 10, … seconds.

Kept back from hidden checks, that is, from ``report.student.json`` itself and so from every page made of it:

- every field that the judge named in ``Finding.secret``, and its text wherever else it is repeated
- ``expected`` and ``yours``: one value, and how far it is off, give the other
- what the student's side wrote. Code that has seen a hidden input can write it into an exception's text, its
  class's name, a function's name or a dict's keys, and the report would carry it out. No such text can be
  told from an honest one, so none stays: of an exception the class if it is Python's own, and of a traceback
  the innermost two of its lines that are there in the files as they were handed in. A text that was cut is
  held back from its beginning on, since two copies of it may have been cut at different places.
- in a call, every string and every fraction: they are inputs. Shapes, dtypes and small whole numbers stay.
- curves, which are inputs, outputs or expected values drawn. Of the deviation the largest order of magnitude
  so far stays, at twelve points and between 1e-9 and 1: it shows when things go wrong, and how badly, in less
  than 19 bits and a step's number. Measurements keep two digits.
- of what went wrong on our side, the details: they quote the suite

Kept back as well: the guidance for people who review, since it says what a good answer is. What they decided
and their comment are the student's to read. The documents they read are the student's own.

What still gets out is a few numbers per check (two lines, a count, a magnitude) and the outcome: some tens of
bits. Inputs are drawn anew for each attempt, so these are bits about data that is never used again. Where a
suite must use one fixed secret data set, it names all fields in ``secret``.
"""

from __future__ import annotations

import math
import re

from msgspec.structs import replace

from grader.records import (
    PYTHON_ERRORS,
    CheckResult,
    CriterionResult,
    Finding,
    Measurement,
    Outcome,
    Plot,
    SafeRecord,
    Series,
    SourceLine,
    Timing,
)
from grader.report.plot import first_beyond

COPY_NOTE = "This is the student's copy: it does not show what hidden checks send, expect and receive."
HIDDEN_NOTE = "This check is hidden, so its inputs and values are not shown. The public checks show theirs."

TEXTS = tuple(name for name in Finding.__struct_fields__ if name not in ("lines", "secret", "diagnosis_id"))
ALWAYS = ("yours", "expected")
LINES = 2
"""Places of a traceback that stay: each is one of the file's lines, so some eight bits."""
BEGINNING = 12
"""Characters by which a text that was cut is recognised."""
FEW = 99
"""Counts up to this stay as they are."""
SMALLEST_SHOWN, LARGEST_SHOWN = 1e-17, 1e4
"""Of measured numbers: beyond these they say nothing that is of use."""
POINTS, SMALLEST, LARGEST = 12, -9, 0
"""Of a deviation's curve: how many points stay, and the exponents of ten between which they are shown."""


def student_copy(record: SafeRecord) -> SafeRecord:
    """The record as its student may have it."""
    return replace(
        record,
        seed="",
        labs=tuple(replace(lab, criteria=tuple(map(_criterion, lab.criteria))) for lab in record.labs),
        criteria=tuple(map(_criterion, record.criteria)),
        documents=(),
        checks=tuple(_check(check, record.files) for check in record.checks),
        notes=(*record.notes, COPY_NOTE),
        troubles=(),
        timings=tuple(Timing(stage=t.stage, seconds=_coarse(t.seconds)) for t in record.timings),
    )


def _criterion(criterion: CriterionResult) -> CriterionResult:
    return replace(criterion, manual="")


def _check(check: CheckResult, files: tuple[str, ...]) -> CheckResult:
    if not check.hidden:
        return replace(check, seconds=_coarse(check.seconds))
    finding, note = check.finding, check.note
    if finding and check.outcome in (Outcome.FAILED, Outcome.PARTLY, Outcome.REVIEW):
        note = f"{_without(note, _held(finding))} {HIDDEN_NOTE}".strip()
        finding = _finding(finding, files)
    elif finding:
        finding = Finding(headline=finding.headline)
    return replace(
        check,
        seconds=0.0,
        finding=finding,
        note=note,
        measurements=tuple(map(_measurement, check.measurements)),
        plots=tuple(plot for plot in map(_plot, check.plots) if plot),
    )


def _finding(finding: Finding, files: tuple[str, ...]) -> Finding:
    secret = tuple(dict.fromkeys((*finding.secret, *ALWAYS)))
    pieces = _held(finding)
    kept = {name: _without(getattr(finding, name), pieces) for name in TEXTS if name not in secret}
    kept["call"] = _outline(kept.get("call", ""))
    lines = _innermost(finding, files) if "traceback" not in secret else ()
    kept["traceback"] = "\n".join(f"{_place(line)}\n    {line.text}" for line in lines)
    if finding.traceback or finding.lines:
        kept["where"] = _place(lines[-1]) if lines and "where" not in secret else ""
    elif ", line " in kept.get("where", ""):
        kept["where"] = _places(kept["where"], files)
    else:
        kept["where"] = _INDEX.sub("", kept.get("where", ""))
    kept["how_many"] = _COUNT.sub(_about, kept.get("how_many", ""))
    kept["how_far"] = _NUMBER.sub(_roughly, kept.get("how_far", ""))
    kept["headline"] = kept.get("headline") or "This check failed."
    return Finding(**kept, lines=lines, diagnosis_id=finding.diagnosis_id, secret=secret)


_INDEX = re.compile(r"\[\d[\d, ]*\]$|^index \(.*\)$")
"""Of an array's element: the student chooses which one is furthest off."""
_COUNT = re.compile(r"^\d+(?= of )")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e[-+]?\d+)?(?!\w)")


def _about(count: re.Match[str]) -> str:
    """Small counts as they are, larger ones by their first digit."""
    number = count[0]
    return number if int(number) <= FEW else f"about {number[0]}{'0' * (len(number) - 1)}"


def _roughly(number: re.Match[str]) -> str:
    return f"{_rough(float(number[0]), 1):g}"


def _rough(value: float, digits: int) -> float:
    """Few digits, and no exponent that only a liar needs."""
    size = abs(value)
    if not size < LARGEST_SHOWN:
        return math.copysign(LARGEST_SHOWN, value)
    return 0.0 if size < SMALLEST_SHOWN else float(f"{value:.{digits - 1}e}")


def _held(finding: Finding) -> list[str]:
    """What must not be repeated: each secret text, and both parts of ``Class: message``; longest first."""
    texts = [getattr(finding, name) for name in (*finding.secret, *ALWAYS) if name in TEXTS]
    pieces = {piece for text in texts for piece in (text, *text.split(": ", 1))}
    return sorted((p for p in pieces if len(p) > 2 and p not in PYTHON_ERRORS), key=len, reverse=True)


def _without(text: str, pieces: list[str]) -> str:
    for piece in pieces:
        text = text.replace(piece, "…")
        begins = text.find(piece[:BEGINNING]) if "…" in (piece[-1:], text[-1:]) else -1
        if begins >= 0:
            text = f"{text[:begins]}…"
    return text


def _outline(call: str) -> str:
    """``fit(float64[8, 5], lr=0.1, mode='a')`` → ``fit(float64[8, 5], lr=…, mode=…)``."""
    call = re.sub(r"""b?'(?:[^'\\]|\\.)*'|b?"(?:[^"\\]|\\.)*\"""", "…", call)
    return re.sub(r"-?(?<![\w.])(?:\d+\.\d*(?:e[+-]?\d+)?|\d+e[+-]?\d+|inf|nan|\d{6,})(?!\w)", "…", call)


def _innermost(finding: Finding, files: tuple[str, ...]) -> tuple[SourceLine, ...]:
    """The last different lines of the traceback, of the files that were graded."""
    graded = dict.fromkeys(line for line in reversed(finding.lines) if line.file in _names(files))
    return tuple(reversed(list(graded)[:LINES]))


def _place(line: SourceLine) -> str:
    return f"{line.file}, line {line.number}"


def _places(where: str, files: tuple[str, ...]) -> str:
    """The line of a graded file that the judge's own reading of it names."""
    found = re.findall(r"^(.+), line (\d{1,5})\b", where, flags=re.MULTILINE)
    return "\n".join(f"{file}, line {number}" for file, number in found[-1:] if file in _names(files))


def _names(files: tuple[str, ...]) -> set[str]:
    return {name for file in files for name in (file, file.rsplit("/", 1)[-1])}


def _measurement(measurement: Measurement) -> Measurement:
    """By two digits."""
    value = measurement.value
    return measurement if value is None else replace(measurement, value=_rough(value, 2))


def _plot(plot: Plot | None) -> Plot | None:
    """The panel that shows the deviation, by magnitude; ``None`` if there is none."""
    if plot is None:
        return None
    if not any(series.role == "deviation" for series in plot.series):
        return _plot(plot.beneath)
    first = first_beyond(plot)
    series = (
        _magnitudes(s, first) if s.role == "deviation" else s
        for s in plot.series
        if s.role in ("deviation", "limit")
    )
    return replace(plot, series=tuple(series), log_y=True, beneath=None)


def _magnitudes(series: Series, first: float | None = None) -> Series:
    """The largest power of ten so far, at a few points; where the value was not finite, the largest there is.

    Args:
        series: The deviation.
        first: Where it is first over the limit: that point stays, as the page names it.
    """
    powers, worst = [], SMALLEST
    for y in series.y:
        power = (
            LARGEST if y is None or not math.isfinite(y) else math.ceil(math.log10(abs(y))) if y else SMALLEST
        )
        worst = max(worst, min(LARGEST, power))
        powers.append(10.0**worst)
    last = len(powers) - 1
    at = series.x or tuple(float(i) for i in range(1, last + 2))
    kept = {round(i * last / (POINTS - 2)) for i in range(POINTS - 1)} if powers else set()
    kept |= {at.index(first)} if first in at[: last + 1] else set()
    return replace(
        series, x=tuple(at[i] for i in sorted(kept) if i < len(at)), y=tuple(powers[i] for i in sorted(kept))
    )


def _coarse(seconds: float) -> float:
    """Up to the next of 1, 2, 5, 10, 20, 50, … seconds; 0 stays 0."""
    if seconds <= 0:
        return 0.0
    power = 10.0 ** max(0, math.floor(math.log10(seconds)))
    return next(step * power for step in (1, 2, 5, 10) if seconds <= step * power)
