"""The challenge."""

from grader.checks import check, values_match


@check("challenge.answer")
def test_answer(student):
    """answer() is seven."""
    values_match(student.extra.answer(), 7)
