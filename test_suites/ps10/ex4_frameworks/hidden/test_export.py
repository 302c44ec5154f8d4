"""The network that ModelServer exports, run where no code of the student's is."""

import numpy as np

from grader.checks import Answer, check, fail
from test_suites.ps10.ex4_frameworks.hidden.given import draw_digits, server_of, true_logits
from test_suites.ps10.ex4_frameworks.hidden.predictions import softmax
from test_suites.ps10.ex4_frameworks.public.frameworks import CLASSES

EXPORT = 1e-4
"""An exported network against float64, scaled by the largest logit: 3e-7 at most on eleven seeds."""

TRAINING = "The network is exported in train mode: dropout is on"
ONE_SIZE = "The export is for one batch size, that of its example"


def exported(student, reference, rng, sizes, *, again=False):
    """What the exported network makes of batches of these sizes, perhaps twice, and the true logits."""
    server, weights = server_of(student, reference, rng)
    before = set(student.server.files())
    server.export_for_production()
    files = {name: size for name, size in student.server.files().items() if name not in before}
    networks = sorted(files, key=lambda name: (not name.endswith(".onnx"), name.endswith(".data")))
    networks = [name for name in networks if not name.endswith((".data", ".json", ".txt", ".md", ".pyc"))]
    if not networks:
        raise fail("export_for_production writes no file into the working folder.")
    images = [draw_digits(reference, rng, size)[:, None] / 255 for size in sizes] * (1 + again)
    room = student.without_code("onnx")
    for name in files:
        room.bring(str(name).removeprefix("./").rpartition("/")[2], student.server.read(name))
    first = str(networks[0]).removeprefix("./").rpartition("/")[2]
    told = room.tool("opening.run", first, [batch.astype(np.float32) for batch in images])
    if "lost" in told.names():
        raise fail(
            "What export_for_production writes can't be opened as ONNX or TorchScript.",
            yours=f"{first[:60]}: {told.item('lost').text()}",
        )
    parts = told.as_it_came() if isinstance(told.as_it_came(), list) else []
    if len(parts) != len(images):
        raise fail("What export_for_production writes can't be run.", yours=f"{len(parts)} answers")
    answers = [
        Answer(f"{first[:60]}, a batch of {len(x)}", part) for x, part in zip(images, parts, strict=True)
    ]
    return answers, [true_logits(reference, weights, batch) for batch in images]


def runs(answer):
    """Fails if a batch could not be run."""
    if "lost" in answer.names():
        raise fail(
            f"The exported network does not take {answer.call.rpartition(', ')[2]}.",
            yours=answer.item("lost").text(),
        )


def off(answer, truth):
    """How far an exported network's answer is from the logits or the probabilities, whichever is nearer."""
    found = answer.array((len(truth), CLASSES))
    logits = np.abs(found - truth).max() / np.abs(truth).max()
    return min(float(logits), float(np.abs(found - softmax(truth)).max()))


@check("export.values", seconds=90)
def test_export_values(student, reference, rng, evidence):
    """The exported network gives the model's own numbers."""
    answers, truths = exported(student, reference, rng, (2, 1), again=True)
    pairs = [(a, t) for a, t in zip(answers, truths, strict=True) if "lost" not in a.names()]
    if not pairs:
        runs(answers[0])
    errors = [off(answer, truth) for answer, truth in pairs]
    evidence.measure("largest error of the exported network", max(errors), limit=EXPORT)
    for (answer, _), far in zip(pairs, errors, strict=True):
        if far > EXPORT:
            tables = [a.array((len(t), CLASSES)) for a, t in pairs]
            half = len(tables) // 2
            random = any(not np.array_equal(a, b) for a, b in zip(tables[:half], tables[half:], strict=True))
            raise fail(
                "The exported network gives other numbers than the model.",
                call=answer.call,
                how_far=f"{far:.2g}",
                allowed=f"{EXPORT:g}",
                diagnosis=TRAINING if random else "",
                diagnosis_id="exported-in-train-mode" if random else "",
                hint="" if random else "Export the model that was loaded, with its weights.",
            )


@check("export.batch", seconds=90)
def test_export_batch(student, reference, rng):
    """The exported network takes batches of any size."""
    answers, truths = exported(student, reference, rng, (1, 2, 3, 7))
    lost = [answer for answer in answers if "lost" in answer.names()]
    if lost and len(lost) == len(answers) - 1:
        raise fail(
            "The exported network takes batches of one size only.",
            yours=lost[0].item("lost").text(),
            diagnosis=ONE_SIZE,
            diagnosis_id="one-batch-size",
            hint="Name the batch axis: dynamic_axes={'images': {0: 'batch'}}, or dynamic_shapes with dynamo=True.",
        )
    for answer, truth in zip(answers, truths, strict=True):
        runs(answer)
        answer.array((len(truth), CLASSES))
