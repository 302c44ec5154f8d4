"""The student's copy: the same record without what would give hidden checks away.

Kept back everywhere: the seed, and times finer than 1, 2, 5, 10, … seconds.

Kept back from hidden checks, that is, from ``report.student.json`` itself and so from every page made of it:

- every field that the judge named in ``Finding.secret``, and its text wherever else it is repeated
- ``expected`` and ``yours``: one value, and how far it is off, give the other
- what the student's side wrote. Code that has seen a hidden input can write it into an exception's text, its
  class's name, a function's name or a dict's keys, and the report would carry it out. No such text can be
  told from an honest one, so none stays: of an exception the class if it is Python's own, and of a traceback
  the places that are lines of the files that were graded.
- in a call, every string and every fraction: they are inputs. Shapes, dtypes and small whole numbers stay.
- curves, which are inputs, outputs or expected values drawn. Of the deviation its order of magnitude stays:
  it shows when things go wrong, and how badly. Measurements keep two digits.
- of what went wrong on our side, the details: they quote the suite

Kept back as well: the guidance for people who review, since it says what a good answer is. What they decided
and their comment are the student's to read. The documents they read are the student's own.

What still gets out is a few numbers per check (a line, a count, a magnitude) and the outcome: some tens of
bits. Inputs are drawn anew for each attempt, so these are bits about data that is never used again. Where a
suite must use one fixed secret data set, it names all fields in ``secret``.
"""

from __future__ import annotations

import builtins
import math
import re

from msgspec.structs import replace

from grader.records import (
    CheckResult,
    CriterionResult,
    Finding,
    Measurement,
    Outcome,
    Plot,
    SafeRecord,
    Series,
    Timing,
)

COPY_NOTE = "This is the student's copy: it does not show what hidden checks send, expect and receive."
HIDDEN_NOTE = "This check is hidden, so its inputs and values are not shown. The public checks show theirs."

TEXTS = tuple(name for name in Finding.__struct_fields__ if name not in ("secret", "diagnosis_id"))
ALWAYS = ("yours", "expected")
ERRORS = frozenset(
    n for n, v in vars(builtins).items() if isinstance(v, type) and issubclass(v, BaseException)
)


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
    if finding and check.outcome is Outcome.FAILED:
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
    kept["traceback"] = _places(kept.get("traceback", ""), files)
    if ", line " in kept.get("where", ""):
        kept["where"] = _places(kept["where"], files)
    kept["headline"] = kept.get("headline") or "This check failed."
    return Finding(**kept, diagnosis_id=finding.diagnosis_id, secret=secret)


def _held(finding: Finding) -> list[str]:
    """What must not be repeated: each secret text, and both parts of ``Class: message``; longest first."""
    texts = [getattr(finding, name) for name in (*finding.secret, *ALWAYS) if name in TEXTS]
    pieces = {piece for text in texts for piece in (text, *text.split(": ", 1))}
    return sorted((p for p in pieces if len(p) > 2 and p not in ERRORS), key=len, reverse=True)


def _without(text: str, pieces: list[str]) -> str:
    for piece in pieces:
        text = text.replace(piece, "…")
    return text


def _outline(call: str) -> str:
    """``fit(float64[8, 5], lr=0.1, mode='a')`` → ``fit(float64[8, 5], lr=…, mode=…)``."""
    call = re.sub(r"""b?'(?:[^'\\]|\\.)*'|b?"(?:[^"\\]|\\.)*\"""", "…", call)
    return re.sub(r"-?(?<![\w.])(?:\d+\.\d*(?:e[+-]?\d+)?|\d+e[+-]?\d+|inf|nan|\d{6,})(?!\w)", "…", call)


def _places(traceback: str, files: tuple[str, ...]) -> str:
    """The lines of the graded files that a traceback names, and nothing that the student's process wrote."""
    names = {name for file in files for name in (file, file.rsplit("/", 1)[-1])}
    found = re.findall(r"^(.+), line (\d{1,5})\b", traceback, flags=re.MULTILINE)
    return "\n".join(f"{file}, line {number}" for file, number in found[-8:] if file in names)


def _measurement(measurement: Measurement) -> Measurement:
    value = measurement.value
    return replace(measurement, value=value if value is None else float(f"{value:.1e}"))


def _plot(plot: Plot | None) -> Plot | None:
    """The panel that shows the deviation, by magnitude; ``None`` if there is none."""
    if plot is None:
        return None
    if not any(series.role == "deviation" for series in plot.series):
        return _plot(plot.beneath)
    series = (
        _magnitude(s) if s.role == "deviation" else s for s in plot.series if s.role in ("deviation", "limit")
    )
    return replace(plot, series=tuple(series), log_y=True, beneath=None)


def _magnitude(series: Series) -> Series:
    return replace(series, y=tuple(y and 10.0 ** min(300, math.ceil(math.log10(abs(y)))) for y in series.y))


def _coarse(seconds: float) -> float:
    """Up to the next of 1, 2, 5, 10, 20, 50, … seconds; 0 stays 0."""
    if seconds <= 0:
        return 0.0
    power = 10.0 ** max(0, math.floor(math.log10(seconds)))
    return next(step * power for step in (1, 2, 5, 10) if seconds <= step * power)
