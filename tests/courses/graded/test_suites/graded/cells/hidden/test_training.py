"""Does it learn from data that the check brings?"""

import numpy as np

from grader.checks import check, fail, reaches, values_match


@check("training.loss")
def test_loss(student, rng, evidence):
    """train() finds the mean of the data."""
    X = rng.normal(size=(20, 3)) + 3
    student.cell.bring("data.npz", X=X)
    found = student.cell.train().array((3,))
    far = float(np.abs(found - X.mean(axis=0)).max())
    reaches("closeness", 1 - far, 0.99, lower=0.2, evidence=evidence)


@check("training.checkpoint")
def test_checkpoint(student, rng):
    """train() leaves a checkpoint."""
    X = rng.normal(size=(20, 3))
    student.cell.bring("data.npz", X=X)
    student.cell.train()
    written = [name for name in student.cell.files() if name.endswith("best.npz")]
    if not written:
        raise fail("No checkpoint was written.")
    content = student.cell.read(written[0])
    room = student.without_code("scipy")
    room.bring("opened.npz", content)
    values_match(room.tool("opening.arrays", "opened.npz").item("mean"), X.mean(axis=0), name="mean")
