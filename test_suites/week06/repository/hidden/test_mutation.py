"""Tests that notice bugs, and only bugs: break the code one function at a time, and see whether a test notices."""

from __future__ import annotations

from grader.checks import ask, check, fail
from grader.checks.project import (
    Way,
    fails_in_another_order,
    judge_tests,
    looks,
    study,
    style_checks,
)

SHOWN = 8
MARGIN = 0.1
"""A share of a sample that is nearer to its limit is for a person."""
TRIALS_SECONDS = 1500.0


def studied(project, lab, rng):
    """What the tests do on variants of the code: found once, used by the checks that follow."""
    if "study" not in project.found:
        if not project.stands:  # another check has made a home of its own since
            judge_tests(project, seconds=float(lab.data.get("tests_seconds", 60)))
        way: Way = project.found["tests"]
        seconds = float(lab.data.get("trials_seconds", TRIALS_SECONDS))
        project.found["study"] = study(project, way.command, rng, seconds=way.seconds, total_seconds=seconds)
        project.keep()
    return project.found["study"]


def untried(found):
    """Where the trials say nothing, because there were too few or the tests don't pass in them."""
    if found.untried:
        return ask(
            f"The tests are too slow to be tried on variants here: {found.untried} are left.",
            how_many=f"one run takes {found.seconds:.0f} s of computing",
        )
    if not found.passes:
        last = found.same[-1].last_lines if found.same else ""
        return ask("The tests passed once, and never when they were run again here.", traceback=last)
    return None


@check("tests.cover", needs="tests.run", seconds=1800)
def test_cover(project, lab, rng, evidence):
    """The tests exercise the public functions and methods of every lab."""
    found = studied(project, lab, rng)
    tried = len(found.exercised) + len(found.missed)
    if not tried and not found.untried:
        raise fail(
            "There is nothing to test: none of the labs' files is in the repository, or none has a function.",
            expected=", ".join(lab.tested[:SHOWN]),
        )
    if undecided := untried(found):
        raise undecided
    share, wanted = found.exercised_share, float(lab.data.get("cover", 0.8))
    evidence.measure("public functions exercised", share, limit=wanted, better="higher")
    if not found.missed:
        return
    first = found.missed[0]
    missed = ", ".join(f"{t.file}:{t.line} {t.name}" for t in found.missed[:SHOWN])
    parts = {
        "where": f"{first.file}, line {first.line}",
        "how_many": f"{len(found.missed)} of {tried} public functions are in no test: {missed}",
        "allowed": f"at least {wanted:.0%} of them exercised",
        "hint": "Write one test for each: small input, known answer.",
    }
    if found.is_sample and abs(share - wanted) < MARGIN:
        raise ask(
            f"Of a sample of {tried} functions the tests exercise {share:.0%}: near the limit.", **parts
        )
    if share < wanted:
        raise fail(
            f"No test calls {first.name}: it could raise an error at once, and all tests would pass.", **parts
        )
    evidence.note(f"Not exercised by any test: {missed}.")


@check("tests.text", needs="tests.run", seconds=1800)
def test_text(project, lab, rng):
    """Whether the tests pass depends on what the code does: not on its wording, on chance, or on their order."""
    found = studied(project, lab, rng)
    if found.wavers:
        times = (
            f"they passed {sum(ran.worked for ran in found.same)} of {len(found.same)} times on the same code"
        )
        failed = next((ran.last_lines for ran in found.same if not ran.worked), "")
        raise fail(
            "Your tests pass and fail on the same code: they depend on chance or on the time.",
            how_many=times,
            traceback=failed,
            hint="Give every random generator a seed, and don't measure time.",
        )
    if undecided := untried(found):
        raise undecided
    if found.reworded:
        what = ", ".join(dict.fromkeys(found.reworded))
        if setting := style_checks(project.texts):
            raise ask(
                "The tests also judge style or coverage, so they fail on any other wording.", where=setting
            )
        raise fail(
            "Your tests fail on code that does the same and is only written differently.",
            how_many=f"what was done: {what}",
            hint="Don't read or hash the source: call the functions, and compare what they return.",
        )
    seen = looks(project.texts)
    if seen:
        raise ask(
            f"A test {seen[0].what}: whether that is what it tests, a person sees.",
            where="; ".join(f"{look.file}, line {look.line}" for look in seen[:SHOWN]),
        )
    way: Way = project.found["tests"]
    failed = fails_in_another_order(project, way.command, rng, seconds=3 * way.seconds + 10)
    project.keep()
    if failed is not None:
        raise ask(
            "The tests fail when they are run in another order: one needs what another one leaves.",
            traceback=failed.last_lines,
            hint="Let each test make what it needs; pytest's fixtures are for that.",
        )


@check("tests.teeth", needs=("tests.cover", "tests.text"), seconds=120)
def test_teeth(project, lab, rng, evidence):
    """A bug put into a function that is tested makes a test fail."""
    found = studied(project, lab, rng)
    wanted, share = float(lab.data.get("teeth", 0.7)), found.noticed_share
    tried = len(found.noticed) + len(found.survived)
    evidence.measure("bugs tried", tried)
    evidence.measure("bugs noticed", share, limit=wanted, better="higher")
    survivors = [f"{m.target.file}:{m.line} {m.target.name}: {m.what}" for m in found.survived]
    if not survivors:
        return
    first = found.survived[0]
    parts = {
        "where": f"{first.target.file}, line {first.line}, {first.target.name}: {first.what}",
        "how_many": "; ".join(survivors[:SHOWN]) + (" …" if len(survivors) > SHOWN else ""),
        "allowed": f"at least {wanted:.0%} of the bugs noticed",
        "hint": "Assert the values themselves on an input small enough to work out by hand, not only shapes.",
    }
    if abs(share - wanted) <= MARGIN:
        raise ask(f"The tests notice {share:.0%} of {tried} bugs: near the limit.", **parts)
    if share < wanted:
        raise fail(
            f"Your tests miss bugs: {len(survivors)} of {tried} bugs put into your code went unnoticed.",
            **parts,
        )
    evidence.note("Unnoticed: " + "; ".join(survivors[:SHOWN]) + ".")
