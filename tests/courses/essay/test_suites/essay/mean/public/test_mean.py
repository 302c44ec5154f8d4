"""Is it the mean?"""

from grader.checks import check, values_match


@check("mean.value")
def test_mean(student, rng, evidence):
    """mean(numbers) is their sum over their count."""
    numbers = rng.normal(size=7)
    values_match(student.mean.mean(numbers.tolist()), numbers.mean())
    evidence.measure("numbers averaged", 7.0)
