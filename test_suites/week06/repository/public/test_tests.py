"""The student's own tests: there are some, they pass, and each of them asserts something."""

from __future__ import annotations

from grader.checks import check, fail
from grader.checks.project import tests, ways_to_test, workflows


def ways(project):
    """How the workflow runs the tests; with ``python -m pytest`` if it does not say."""
    return ways_to_test([c for w in workflows(project.texts) if w.on_push for c in w.tests()])


@check("tests.run", seconds=120)
def test_run(project, lab):
    """The repository has tests, and all of them pass."""
    if not tests(project.texts):
        raise fail(
            "There are no tests: no file test_*.py with a function test_*.",
            hint="Put them into tests/, one file for each module.",
        )
    seconds = float(lab.data.get("tests_seconds", 60))
    for way in ways(project):
        (ran,) = project.trials(way, [{}], seconds=seconds, total_seconds=seconds)
        if ran is None or ran.status is None:
            raise fail(
                f"The tests did not finish within {seconds:g} seconds.",
                call=" ".join(way.argv),
                hint="Test on small data: a few rows say as much as ten thousand.",
            )
        if not ran.worked:
            what = {1: "Your own tests fail.", 5: "pytest finds no tests."}.get(
                ran.status, "Your tests can't be run."
            )
            raise fail(what, call=" ".join(way.argv), traceback=ran.last_lines)


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
