"""The server: its answers, alone, over HTTP, to many at once, and to bad input."""

import json

import numpy as np

from grader.checks import Answer, CheckFailed, check, fail, values_match
from grader.checks.tolerances import Tolerance
from test_suites.ps10.ex4_frameworks.hidden.given import draw_digits, load_server, server_of, true_logits
from test_suites.ps10.ex4_frameworks.hidden.predictions import CLOSE, as_probabilities, prediction, softmax

CLIENTS = 8

TRAIN_MODE = "The model answers in train mode, with dropout: the same image gets another answer each time"
TWICE = "The softmax is taken twice"
OVER_BATCH = "The softmax goes over the batch, where each image's confidences should sum to 1"
LOGITS = "These are logits: the softmax is missing"
MADE_TO_FIT = "What is no image is cut or filled until it is one: the client never hears of the mistake"


@check("server.predict")
def test_predict(student, reference, rng, known_mistakes, evidence):
    """ModelServer.predict gives the labels of a trained classifier: the same each time it is asked."""
    server, weights = server_of(student, reference, rng)
    images = draw_digits(reference, rng, 6)
    answers = [server.predict(images.tolist()) for _ in range(2)]
    (labels, confidences), (_, again) = (prediction(a.as_it_came(), len(images), a.call) for a in answers)
    call = "ModelServer.predict(6 images)"
    if confidences.shape != again.shape or np.abs(confidences - again).max() > CLOSE:
        raise fail("The same images get other answers.", call=call, diagnosis=TRAIN_MODE, diagnosis_id="mode")

    def seen(inputs):
        p = softmax(true_logits(reference, weights, inputs))
        return p if confidences.ndim == 2 else p.max(axis=1)

    def observe(module):
        server = object.__new__(module.ModelServer)
        return [seen(server.preprocess(images.tolist()).double().numpy())]

    truth = true_logits(reference, weights, images[:, None] / 255)
    # Whether they are a softmax is another check's: here it counts of what they are one.
    values_match(
        [Answer(call, as_probabilities(confidences, truth))],
        [seen(images[:, None] / 255)],
        name="confidences",
        tolerance=Tolerance(CLOSE, CLOSE, CLOSE),
        evidence=evidence,
        diagnose=known_mistakes.matcher("modern_dl", observe),
        hint="Are pixels brought from 0…255 to 0…1 exactly once?",
    )
    if labels is not None and not np.array_equal(labels, truth.argmax(axis=1)):
        raise fail("The labels are not those of the greatest confidence.", call=call)


@check("server.confidence")
def test_confidence(student, reference, rng):
    """Confidences are a softmax of the logits: they are positive and sum to one."""
    server, weights = server_of(student, reference, rng)
    images = draw_digits(reference, rng, 5)
    truth = true_logits(reference, weights, images[:, None] / 255)
    answer = server.predict(images.tolist())
    labels, confidences = prediction(answer.as_it_came(), 5, answer.call)
    if not np.isfinite(confidences).all() or confidences.min() < 0 or confidences.max() > 1 + 1e-5:
        true = truth if confidences.ndim == 2 else truth.max(axis=1)
        logits = confidences.shape == true.shape and np.abs(confidences - true).max() < CLOSE
        raise fail(
            "Confidences are not between 0 and 1.",
            call=answer.call,
            yours=f"{confidences.min():.3g} to {confidences.max():.3g}",
            diagnosis=LOGITS if logits else "",
            diagnosis_id="logits" if logits else "",
        )
    if confidences.ndim == 2 and np.abs(confidences.sum(axis=1) - 1).max() > CLOSE:
        over_batch = np.abs(confidences.sum(axis=0) - 1).max() < CLOSE
        raise fail(
            "The confidences of an image don't sum to one.",
            call=answer.call,
            yours=f"{confidences.sum(axis=1)[0]:.4g}",
            diagnosis=OVER_BATCH if over_batch else "",
            diagnosis_id="over-batch" if over_batch else "",
        )
    table = confidences.ndim == 2
    if table and labels is not None and not np.array_equal(confidences.argmax(axis=1), labels):
        raise fail("The label is not the class of the greatest confidence.", call=answer.call)
    p, twice = softmax(truth), softmax(softmax(truth))
    expected, at_twice = (p, twice) if table else (p.max(axis=1), twice.max(axis=1))
    far = float(np.abs(confidences - expected).max())
    is_twice = bool(np.abs(confidences - at_twice).max() < CLOSE)
    # Where the model saw other pixels, its labels are wrong too, and that is another check's.
    if is_twice or (far > CLOSE and table and np.array_equal(confidences.argmax(-1), truth.argmax(-1))):
        raise fail(
            "Confidences are not the softmax of the model's logits.",
            call=answer.call,
            how_far=f"off by up to {far:.2g}",
            diagnosis=TWICE if is_twice else "",
            diagnosis_id="twice" if is_twice else "",
            hint="" if is_twice else "Softmax is taken once, of the logits as they are.",
        )


def replies(told, count):
    """Status and content of each reply; fails if one is missing."""
    parts = told.as_it_came() if isinstance(told.as_it_came(), list) else []
    if len(parts) < count:
        raise fail("Not every client got an answer.", yours=f"{len(parts)} of {count}")
    found = []
    for part in parts[:count]:
        status, content = Answer(told.call, part).pair()
        found.append((status.whole(), content.as_it_came()))
    return found


@check("server.clients", seconds=90)
def test_clients(student, reference, rng):
    """Eight clients at once each get their own answers, alone and in a batch the same."""
    server, weights = server_of(student, reference, rng)
    images = draw_digits(reference, rng, 3 * CLIENTS)
    groups = [images[3 * n : 3 * n + 3] for n in range(CLIENTS)]
    groups += [group[:1] for group in groups]  # each client's first image once more, alone
    bodies = [json.dumps({"inputs": group.tolist()}) for group in groups]
    served = {}
    for how, together in (("one after another", False), ("at the same time", True)):
        told = student.server.tool("bench.clients", server, bodies, together=together)
        served[how] = [answered(*reply, how) for reply in replies(told, len(groups))]
    # What predict itself gives wrong is another check's: each group is asked for alone, in new processes and in
    # another order, so that what is kept from one request to the next shows.
    alone = load_server(student.fresh(), weights)
    own = [alone.predict(group.tolist()) for group in reversed(groups)][::-1]
    expected = [prediction(a.as_it_came(), len(g), a.call)[1] for a, g in zip(own, groups, strict=True)]
    for how, contents in served.items():
        found = [prediction(c, len(g), "POST /predict")[1] for c, g in zip(contents, groups, strict=True)]
        for yours, true in zip(found, expected, strict=True):
            if yours.shape != true.shape or np.abs(yours - true).max() > CLOSE:
                raise fail(
                    f"A client got an answer that is not its own: {len(groups)} clients, {how}.",
                    hint="Nothing of one request may be left in self for the next, or for one at the same time.",
                )
        for batch, single in zip(found[:CLIENTS], found[CLIENTS:], strict=True):
            if np.abs(batch[0] - single[0]).max() > CLOSE:
                raise fail(
                    "An image gets one answer alone and another one in a batch.",
                    how_far=f"confidences differ by up to {np.abs(batch[0] - single[0]).max():.2g}",
                    hint="Eval mode, and no number that is taken over all images of a request.",
                )


def answered(status, content, how):
    """What a client got; fails if it is an error."""
    if status != 200:
        raise fail(
            f"A client got no answer: {2 * CLIENTS} clients, {how}.",
            yours=f"status {status}: {json.dumps(content)[:150]}",
        )
    return content


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
    found = replies(student.server.tool("bench.clients", server, bodies, together=False), len(bodies))
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
    try:
        answer = server.predict([[1.0, 2.0, 3.0]])
    except CheckFailed:
        return
    try:
        found = json.dumps(answer.as_it_came())
    except TypeError:
        found = ""
    if answer.as_it_came() is None or "err" in found.lower():
        return
    raise fail(
        "predict answers three numbers as if they were an image.",
        call="ModelServer.predict([[1.0, 2.0, 3.0]])",
        yours=found[:120],
        diagnosis=MADE_TO_FIT,
        diagnosis_id="made-to-fit",
        hint="Raise ValueError.",
    )
