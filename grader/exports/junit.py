"""JUnit XML as pytest writes it (family ``xunit2``): a suite a lab, a case a check, made of the record alone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from grader.exports.telling import said
from grader.records import Outcome
from grader.report.student import student_copy

if TYPE_CHECKING:
    from grader.records import CheckResult, LabVerdict, SafeRecord


def to_junit(record: SafeRecord) -> str:
    """The record as JUnit XML."""
    copy = student_copy(record)
    root = ET.Element("testsuites", name=copy.title or copy.assignment)
    for lab in copy.labs:
        _suite(root, copy, lab)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(root: ET.Element, record: SafeRecord, lab: LabVerdict) -> None:
    checks = [check for check in record.checks if check.lab == lab.id]
    count = {outcome: sum(check.outcome is outcome for check in checks) for outcome in Outcome}
    failed, errors = count[Outcome.FAILED] + count[Outcome.PARTLY], count[Outcome.UNGRADED]
    suite = ET.SubElement(
        root,
        "testsuite",
        name=lab.title or lab.id,
        tests=str(len(checks)),
        failures=str(failed),
        errors=str(errors),
        skipped=str(len(checks) - failed - errors - count[Outcome.PASSED]),
        time=f"{sum(check.seconds for check in checks):.3f}",
        timestamp=record.graded_at,
    )
    points = {id_: c.points for c in lab.criteria for id_ in c.checks if c.points}
    for check in checks:
        _case(suite, check, points.get(check.id, 0.0))


def _case(suite: ET.Element, check: CheckResult, points: float) -> None:
    case = ET.SubElement(suite, "testcase", classname=check.lab, name=check.id, time=f"{check.seconds:.3f}")
    if points:
        ET.SubElement(
            ET.SubElement(case, "properties"), "property", name="criterion points", value=f"{points:g}"
        )
    if check.outcome in {Outcome.FAILED, Outcome.PARTLY}:
        ET.SubElement(case, "failure", message=said(check)).text = check.promise
    elif check.outcome is Outcome.UNGRADED:
        ET.SubElement(case, "error", message="Our fault: it could not be graded.").text = check.promise
    elif check.outcome is not Outcome.PASSED:
        ET.SubElement(case, "skipped", type=check.outcome.value, message=said(check)).text = check.promise
