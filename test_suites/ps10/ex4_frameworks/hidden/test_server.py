"""The server behind HTTP, and the network that it exports."""

import json

import numpy as np

from grader.checks import Answer, check, fail
from test_suites.ps10.ex4_frameworks.public.frameworks import (
    CLASSES,
    draw_digits,
    judged,
    prediction,
    server_of,
    softmax,
    true_logits,
)

CLOSE = 1e-3
"""Confidences: float32 is off by 2e-6; the least bug by 0.05."""

EXPORT = 1e-4
"""An exported network against float64, scaled by the largest logit: 2e-6 at most; the least bug 0.01."""

CLIENTS = 8


@check("server.confidence")
def test_confidence(student, reference, rng):
    """Confidences are a softmax of the logits: they are positive and sum to one."""
    server, weights = server_of(student, reference, rng)
    images = draw_digits(reference, rng, 5)
    truth = true_logits(reference, weights, images[:, None] / 255)
    answer = server.predict(images.tolist())
    _, confidences = prediction(answer.value, 5, answer.call)
    if not np.isfinite(confidences).all() or confidences.min() < 0 or confidences.max() > 1 + 1e-5:
        raise fail(
            "Confidences are not between 0 and 1.",
            call=answer.call,
            yours=f"{confidences.min():.3g} to {confidences.max():.3g}",
            hint="The model gives logits; their softmax gives probabilities.",
        )
    if confidences.ndim == 2 and np.abs(confidences.sum(axis=1) - 1).max() > 1e-4:
        raise fail(
            "The confidences of an image don't sum to one.",
            call=answer.call,
            yours=f"{confidences.sum(axis=1)[0]:.4g}",
            hint="Softmax goes over the classes: dim=1.",
        )
    flat = confidences if confidences.ndim == 2 else None
    if flat is not None and not np.array_equal(flat.argmax(axis=1), prediction_labels(answer, flat)):
        raise fail("The label is not the class of the greatest confidence.", call=answer.call)
    _, far = judged(None, confidences, truth)
    sharper = flat is not None and np.abs(flat - softmax(softmax(truth))).max() < CLOSE
    if sharper or (far > CLOSE and np.array_equal(confidences.argmax(-1), truth.argmax(-1))):
        raise fail(
            "Confidences are not the softmax of the model's logits.",
            call=answer.call,
            how_far=f"off by up to {far:.2g}",
            hint="Softmax is taken once, of the logits as they are.",
        )


def prediction_labels(answer, confidences):
    """The labels of a prediction."""
    labels, _ = prediction(answer.value, len(confidences), answer.call)
    return confidences.argmax(axis=1) if labels is None else labels


def replies(told, count):
    """Status and content of each reply."""
    parts = told.value if isinstance(told.value, list) else []
    found = []
    for part in parts[:count]:
        status, content = Answer(told.call, part).pair()
        found.append((status.whole(), content.value))
    return found


@check("server.clients", seconds=60)
def test_clients(student, reference, rng):
    """Eight clients at once each get their own answers, alone and in a batch the same."""
    server, weights = server_of(student, reference, rng)
    images = draw_digits(reference, rng, 3 * CLIENTS)
    groups = [images[3 * n : 3 * n + 3] for n in range(CLIENTS)]
    groups += [group[:1] for group in groups]  # each client's first image once more, alone
    bodies = [json.dumps({"inputs": group.tolist()}) for group in groups]
    for together in (False, True):
        told = student.server.tool("bench.clients", server, bodies, together=together)
        compared = list(zip(groups, replies(told, len(bodies)), strict=False))
        if len(compared) < len(groups):
            raise fail("Not every client got an answer.", yours=f"{len(compared)} of {len(groups)}")
        # what predict itself gives wrong is another check's: here it counts whose answer it is
        for group, (status, content) in compared:
            how = "at the same time" if together else "one after another"
            if status != 200:
                raise fail(
                    f"A client got no answer: {len(groups)} clients, {how}.",
                    yours=f"status {status}: {json.dumps(content)[:150]}",
                )
            labels, confidences = prediction(content, len(group), "POST /predict")
            truth = true_logits(reference, weights, group[:, None] / 255)
            right, far = judged(labels, confidences, truth)
            if not right or far > CLOSE:
                direct = server.predict(group.tolist())
                own, at_most = prediction(direct.value, len(group), direct.call)
                same = np.shape(at_most) == np.shape(confidences) and np.allclose(
                    at_most, confidences, atol=CLOSE
                )
                alone = labels is None or own is None or np.array_equal(own, labels)
                if same and alone and not depends_on_batch(server, group, at_most):
                    continue
                raise fail(
                    f"A client got an answer that is not its own: {len(groups)} clients, {how}.",
                    how_far=f"confidences are off by up to {far:.2g}",
                    hint="An image's answer must not depend on what else is asked, then or before: no "
                    "state kept in self between preprocess and predict, and the model in eval mode.",
                )


def depends_on_batch(server, group, confidences):
    """Whether the first image gets another answer alone than in its batch."""
    answer = server.predict(group[:1].tolist())
    _, alone = prediction(answer.value, 1, answer.call)
    return bool(np.abs(np.ravel(alone[0]) - np.ravel(confidences[0])).max() > CLOSE)


@check("server.bad_input", seconds=60)
def test_bad_input(student, reference, rng):
    """Bad input is answered by an error, and the server lives on."""
    server, _ = server_of(student, reference, rng)
    image = draw_digits(reference, rng, 1)
    good = json.dumps({"inputs": image.tolist()})
    nan = image.astype(float).tolist()
    nan[0][3][3] = float("nan")
    bad = {
        "text that is not JSON": "{inputs: [",
        "images of the wrong shape": json.dumps({"inputs": image[:, :9].tolist()}),
        "a pixel that is NaN": json.dumps({"inputs": nan}),
        "no images": json.dumps({"inputs": []}),
        "words for pixels": json.dumps({"inputs": [[["dark"] * 16] * 16]}),
    }
    bodies = [good, *bad.values(), good, good]
    told = student.server.tool("bench.clients", server, bodies, together=False)
    found = replies(told, len(bodies))
    if len(found) < len(bodies):
        raise fail("Not every client got an answer.", yours=f"{len(found)} of {len(bodies)}")
    for what, (status, _) in zip(bad, found[1:], strict=False):
        if not 400 <= status < 500:
            raise fail(f"The server does not refuse {what}.", yours=f"status {status}", expected="400 to 499")
    after = found[-1]
    if found[0][0] != 200 or after[0] != 200:
        raise fail(
            "The server does not answer a good request" + (" any more." if found[0][0] == 200 else "."),
            yours=f"status {after[0]}: {json.dumps(after[1])[:150]}",
        )
    _, before = prediction(found[0][1], 1, "POST /predict")
    _, later = prediction(after[1], 1, "POST /predict")
    if before.shape != later.shape or not np.allclose(before, later, atol=CLOSE):
        raise fail("After bad requests the same image gets another answer.", call="POST /predict")
    refuses(server)


def refuses(server):
    """What ModelServer itself makes of a shape that no model takes: it must not answer as if nothing were wrong."""
    from grader.checks import CheckFailed

    try:
        answer = server.predict([[1.0, 2.0, 3.0]])
    except CheckFailed:
        return
    found = json.dumps(answer.value)[:120] if isinstance(answer.value, dict | list) else ""
    if isinstance(answer.value, dict) and any("err" in str(key).lower() for key in answer.value):
        return
    if "err" not in found.lower():
        raise fail(
            "predict answers three numbers as if they were an image.",
            call="ModelServer.predict([[1.0, 2.0, 3.0]])",
            yours=found,
            hint="Padding or cutting input into shape hides a client's mistake: raise ValueError.",
        )


def exported(student, reference, rng, sizes):
    """What the exported network makes of batches of these sizes, and the true logits of each."""
    server, weights = server_of(student, reference, rng)
    before = set(student.server.files())
    server.export_for_production()
    files = {name: size for name, size in student.server.files().items() if name not in before}
    networks = sorted(files, key=lambda name: (not name.endswith(".onnx"), name.endswith(".data")))
    networks = [name for name in networks if not name.endswith((".data", ".json", ".txt", ".md", ".pyc"))]
    if not networks:
        raise fail("export_for_production writes no file into the working folder.")
    images = [draw_digits(reference, rng, size)[:, None] / 255 for size in sizes]
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
    parts = told.value if isinstance(told.value, list) else []
    truths = [true_logits(reference, weights, batch) for batch in images]
    return [
        Answer(f"{first[:60]}, a batch of {n}", part) for n, part in zip(sizes, parts, strict=False)
    ], truths


def runs(answer):
    """Fails if a batch could not be run."""
    if "lost" in answer.names():
        raise fail(
            f"The exported network does not take {answer.call.rpartition(', ')[2]}.",
            yours=answer.item("lost").text(),
            hint="Name the batch axis: dynamic_axes={'images': {0: 'batch'}}, or dynamic_shapes with dynamo=True.",
        )


def off(answer, truth):
    """How far an exported network's answer is from the logits or the probabilities, whichever is nearer."""
    found = answer.array((len(truth), CLASSES))
    logits = np.abs(found - truth).max() / np.abs(truth).max()
    return min(float(logits), float(np.abs(found - softmax(truth)).max()))


@check("export.values", seconds=90)
def test_export_values(student, reference, rng):
    """The exported network gives the model's own numbers."""
    answers, truths = exported(student, reference, rng, (2, 1))
    usable = [(a, t) for a, t in zip(answers, truths, strict=False) if "lost" not in a.names()]
    if not usable:
        runs(answers[0])
    for answer, truth in usable:
        far = off(answer, truth)
        if far > EXPORT:
            raise fail(
                "The exported network gives other numbers than the model.",
                call=answer.call,
                how_far=f"{far:.2g}",
                allowed=f"{EXPORT:g}",
                hint="Export in eval mode, with the trained weights, and without dropout.",
            )


@check("export.batch", seconds=90)
def test_export_batch(student, reference, rng):
    """The exported network takes batches of any size."""
    answers, truths = exported(student, reference, rng, (1, 2, 3, 7))
    for answer, truth in zip(answers, truths, strict=False):
        runs(answer)
        answer.array((len(truth), CLASSES))
