"""The student's own tests: there are some, they pass, and each of them asserts something."""

from __future__ import annotations

from grader.checks import ask, check, fail
from grader.checks.project import ProjectOutcome, commands_for_tests, judge_tests, tests, unnoticed


@check("tests.run", seconds=1500)
def test_run(project, lab):
    """The repository has tests, all of them pass, and they fail where the code is broken."""
    if not (tests(project.texts) or commands_for_tests(project.texts) or unnoticed(project.texts)):
        raise fail(
            "There are no tests: no file test_*.py with a function test_*.",
            hint="Put them into tests/, one file for each module.",
        )
    found = judge_tests(project, seconds=float(lab.data.get("tests_seconds", 60)))
    if found.word is ProjectOutcome.REVISE:
        raise fail(found.why, traceback="\n".join(found.seen))
    if found.word is ProjectOutcome.REVIEW:
        raise ask(found.why, traceback="\n".join(found.seen))


@check("tests.assert", needs="tests.run")
def test_assert(project, evidence):
    """Every test asserts something that could be false."""
    found = tests(project.texts)
    idle = [t for t in found if not t.asserts]
    evidence.measure("tests", len(found))
    evidence.measure("tests that assert nothing", len(idle), limit=0)
    if idle:
        raise fail(
            f"{idle[0].name} asserts nothing: it passes whatever the code returns.",
            where=f"{idle[0].file}, line {idle[0].line}",
            how_many=f"{len(idle)} of {len(found)} tests: " + ", ".join(t.name for t in idle[:8]),
            hint="Compare what comes back with what you know it must be.",
        )
