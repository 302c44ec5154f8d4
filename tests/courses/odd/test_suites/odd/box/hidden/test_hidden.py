"""Checks that students don't have."""

from grader.checks import check, fail


@check("box.draws")
def test_draws(rng, withheld, evidence):
    """Draws are the same for the same seed."""
    evidence.note(f"{rng.integers(1 << 40)} {withheld.integers(1 << 40)}")


@check("box.broken")
def test_broken(student):
    """A check with a fault of its own."""
    raise KeyError("ours")


@check("box.evidence", needs="box.loads")
def test_evidence(student, evidence):
    """Keeps what it measured, and says no."""
    evidence.measure("distance", 2.0, limit=1.0)
    raise fail("Too far.", yours="2.0 of the hidden input", expected="1.0")
