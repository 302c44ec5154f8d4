"""Tests that notice bugs: break the code one function at a time, and see whether a test notices."""

from __future__ import annotations

from grader.checks import check, fail
from grader.checks.project import cover, mutation_score

SHOWN = 8


def covered(project, lab, rng):
    """What the tests exercise: found once, used by the checks that follow."""
    if "cover" not in project.found:
        seconds = float(lab.data.get("cover_seconds", 40))
        ways = [str(project.found.get("tests", "python -m pytest"))]
        project.found["cover"] = cover(project, ways, rng, total_seconds=seconds), ways
    return project.found["cover"]


@check("tests.cover", needs="tests.run", seconds=120)
def test_cover(project, lab, rng, evidence):
    """The tests exercise the public functions and methods of every lab."""
    found, _ = covered(project, lab, rng)
    if found.baseline is None or not found.baseline.worked:
        raise fail("Your tests passed once and then failed: they depend on chance or on the time.")
    told = len(found.exercised) + len(found.missed)
    if not told:
        raise fail(
            "There is nothing to test: none of the labs' files is in the repository, or none has a function.",
            expected=", ".join(lab.tested[:SHOWN]),
        )
    if found.untried:
        evidence.note(
            f"{len(found.untried)} function{' was' if len(found.untried) == 1 else 's were'} not tried: "
            f"the tests take {found.seconds:.0f} s each time."
        )
    share, wanted = len(found.exercised) / told, float(lab.data.get("cover", 0.8))
    evidence.measure("public functions exercised", share, limit=wanted, better="higher")
    if found.missed:
        first = found.missed[0]
        missed = ", ".join(f"{t.file}:{t.line} {t.name}" for t in found.missed[:SHOWN])
        if share < wanted:
            raise fail(
                f"No test calls {first.name}: it could raise an error at once, and all tests would pass.",
                where=f"{first.file}, line {first.line}",
                how_many=f"{len(found.missed)} of {told} public functions are in no test: {missed}",
                allowed=f"at least {wanted:.0%} of them exercised",
                hint="Write one test for each: small input, known answer.",
            )
        evidence.note(f"Not exercised by any test: {missed}.")


@check("tests.text", needs="tests.run", seconds=120)
def test_text(project, lab, rng):
    """The tests look at what the code does, not at how it is written."""
    found, _ = covered(project, lab, rng)
    if found.reads_text:
        raise fail(
            "Your tests fail on code that does the same and is only written differently.",
            hint="Don't read or hash the source: call the functions, and compare what they return.",
        )


@check("tests.teeth", needs=("tests.cover", "tests.text"), seconds=180)
def test_teeth(project, lab, rng, evidence):
    """A bug put into a function that is tested makes a test fail."""
    found, ways = covered(project, lab, rng)
    score = mutation_score(project, ways, found, rng, total_seconds=float(lab.data.get("teeth_seconds", 60)))
    wanted = float(lab.data.get("teeth", 0.7))
    tried = len(score.noticed) + len(score.survived)
    evidence.measure("bugs tried", tried)
    evidence.measure("bugs noticed", score.share, limit=wanted, better="higher")
    if score.untried:
        more = f"{score.untried} more bug{' was' if score.untried == 1 else 's were'}"
        evidence.note(f"{more} not tried: there was no time left.")
    survivors = [f"{m.target.file}:{m.line} {m.target.name}: {m.what}" for m in score.survived]
    if tried and score.share < wanted:
        first = score.survived[0]
        raise fail(
            f"Your tests miss bugs: {len(survivors)} of {tried} bugs put into your code went unnoticed.",
            where=f"{first.target.file}, line {first.line}, {first.target.name}: {first.what}",
            how_many="; ".join(survivors[:SHOWN]) + (" …" if len(survivors) > SHOWN else ""),
            allowed=f"at least {wanted:.0%} of the bugs noticed",
            hint="Assert the values themselves on an input small enough to work out by hand, not only shapes.",
        )
    if survivors:
        evidence.note("Unnoticed: " + "; ".join(survivors[:SHOWN]) + ".")
