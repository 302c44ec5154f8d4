"""Is it the spread?"""

from grader.checks import check, values_match


@check("spread.value", needs="mean.value")
def test_spread(student, rng):
    """spread(numbers) goes from the least to the largest."""
    numbers = rng.normal(size=7)
    values_match(student.mean.spread(numbers.tolist()), numbers.max() - numbers.min())
