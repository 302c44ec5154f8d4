"""Does a cell compute, whatever its layer does?"""

from grader.checks import CheckFailed, check, values_match


@check("cell.forward")
def test_forward(student, reference, rng, known_mistakes):
    """Cell.forward gives the layer's output of tanh X."""
    X = rng.uniform(0.5, 2.0, size=(4, 3))

    def observe(module):
        return [module.Cell(3, 2).forward(X)]

    try:
        student.cell.Cell(3, 2)
    except CheckFailed:
        student.stand_in("layers")
    values_match(
        [student.cell.Cell(3, 2).forward(X)],
        observe(reference.cell),
        name="outputs",
        diagnose=known_mistakes.matcher("cell", observe),
    )
