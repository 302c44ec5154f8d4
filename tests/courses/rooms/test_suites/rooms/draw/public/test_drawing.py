"""What is there to draw with."""

from grader.checks import check, fail, values_match


@check("draw.picture")
def test_picture(student):
    """A curve is drawn, saved and read back."""
    values_match(student.drawing.picture(), 480)
    if not student.drawing.read("curve.png").startswith(b"\x89PNG"):
        raise fail("No picture was saved.")


@check("draw.preloaded")
def test_preloaded(student, evidence):
    """The imports cost nothing."""
    took = student.drawing.took().number()
    evidence.measure("seconds of importing", took)
    if took > 0.2:
        raise fail("The libraries were not preloaded.", yours=f"{took:.2f} s")


@check("draw.derivatives")
def test_derivatives(student):
    """Nothing differentiates."""
    found = student.drawing.derivatives()
    if found.value != []:
        raise fail("Something differentiates.", yours=str(found.value))
