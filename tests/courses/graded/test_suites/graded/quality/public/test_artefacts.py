"""Notebook and weights, opened where no code of the student's is."""

from grader.checks import check, fail, values_match


@check("notebook.clean")
def test_notebook(documents):
    """The notebook has outputs, and no errors."""
    cells = documents.experiments.json().item("cells").value
    kinds = [output["output_type"] for cell in cells for output in cell["outputs"]]
    if not kinds:
        raise fail("The notebook has no outputs.")
    if "error" in kinds:
        raise fail("A cell of the notebook ends with an error.")


@check("weights.load")
def test_weights(student):
    """The weights can be loaded."""
    room = student.without_code("scipy")
    if room.tool("opening.code").value != []:
        raise fail("Code lies beside what is opened.")
    found = room.tool("opening.arrays", "models/mean.npz", committed=True)
    lost = found.value.get("lost", "") if isinstance(found.value, dict) else ""
    if lost:
        raise fail("The weights can't be loaded.", yours=str(lost))
    values_match(found.item("mean"), [0.0, 1.0, 2.0])
