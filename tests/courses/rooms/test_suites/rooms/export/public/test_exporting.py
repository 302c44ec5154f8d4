"""What is there to export with, and to open what was exported."""

import numpy as np

from grader.checks import check, fail, values_match


def opened(student, rng, way, file, tool):
    """What was exported gives the same numbers where no code of the student's is, for another batch size, too."""
    X = rng.normal(size=(5, 1, 8, 8)).astype(np.float32)
    truth = getattr(student.exporting, way)(X).array((5, 3))
    room = student.without_code("onnx")
    room.bring(file, student.exporting.read(file))
    values_match(room.tool(tool, file, X), truth)
    values_match(room.tool(tool, file, X[:2]), truth[:2])


@check("export.dynamo")
def test_dynamo(student, rng):
    """torch.onnx.export works as it does by default."""
    opened(student, rng, "dynamo", "network.onnx", "opening.run")


@check("export.trace")
def test_trace(student, rng):
    """And as it did before."""
    opened(student, rng, "trace", "network.onnx", "opening.run")


@check("export.script")
def test_script(student, rng):
    """So does TorchScript."""
    opened(student, rng, "script", "network.pt", "opening.script")


@check("export.log")
def test_log(student):
    """TensorBoard's event files are written."""
    student.exporting.log()
    if not any("tfevents" in name for name in student.exporting.files()):
        raise fail("No event file was written.")
