"""mlp_numpy on the worked example, and on problems small enough to look at."""

import numpy as np

from grader.checks import Answer, check, gradients_match, reaches, slopes_match, values_match
from test_suites.week06.lab1_mlp.public import worked_example as example
from test_suites.week06.lab1_mlp.public.blobs import blobs, net_on_blobs


@check("example.logits")
def test_logits(student):
    """forward(X) gives the worked example's logits."""
    values_match(
        example.net_of(student.mlp_numpy).forward(example.X),
        example.LOGITS,
        name="logits",
        hint="public/worked_example.py has Z, H and the logits: find the first of them that differs from yours.",
    )


@check("example.loss", needs="example.logits")
def test_loss(student):
    """loss(X, y) gives the worked example's loss."""
    values_match(
        example.net_of(student.mlp_numpy).loss(example.X, example.Y),
        example.LOSS,
        name="loss",
        hint="The true classes have probabilities 0.9627 and 0.2689: take -log of each, then the mean.",
    )


@check("example.gradients", needs="example.loss")
def test_gradients(student):
    """gradients(X, y) gives the worked example's gradients."""
    gradients_match(
        example.net_of(student.mlp_numpy).gradients(example.X, example.Y),
        example.GRADIENTS,
        any_factor=student.mlp_numpy.mapped,
    )


@check("example.slopes", needs="example.loss")
def test_slopes(student, rng, evidence):
    """Your gradients are the slopes of your own loss, measured by moving the weights a little."""
    if student.mlp_numpy.mapped:
        evidence.note("Slopes are not measured: this repository is graded through a mapping.")
        return
    net, X, y = net_on_blobs(student.mlp_numpy, rng)
    params = net.get("params")
    if params.is_single():
        evidence.note("Slopes are not measured: float32 is too coarse for small differences.")
        return
    start = params.tensors({"W1": (2, 4), "b1": (4,), "W2": (4, 3), "b2": (3,)})

    def loss_at(weights):
        net.set("params", weights)
        return net.loss(X, y).number()

    slopes_match(net.gradients(X, y), loss_at, start, rng)


@check("example.step", needs="example.gradients")
def test_step(student):
    """One step of fit returns the loss before it, and moves each parameter by -lr times its gradient."""
    net = example.net_of(student.mlp_numpy)
    losses = net.fit(example.X, example.Y, lr=0.5, batches=[np.array([0, 1])])
    if not student.mlp_numpy.mapped:
        values_match(Answer(losses.call, losses.numbers(1)), [example.LOSS], name="losses")
    params = net.get("params").tensors({name: value.shape for name, value in example.PARAMS.items()})
    steps = {name: (example.PARAMS[name] - params[name]) / 0.5 for name in example.GRADIENTS}
    gradients_match(
        Answer(f"the step of {losses.call}", steps), example.GRADIENTS, any_factor=student.mlp_numpy.mapped
    )


@check("example.learns", needs="example.step")
def test_learns(student, rng, evidence):
    """Training separates three clouds of points, and predict tells them apart."""
    net, X, y = net_on_blobs(student.mlp_numpy, rng)
    net.fit(X, y, lr=0.05, batches=[rng.permutation(len(y)) for _ in range(100)])
    new_X, new_y = blobs(rng)
    labels = net.predict(new_X).array((len(new_y),), kind="integer")
    reaches("accuracy on new points", float((labels == new_y).mean()), 0.9, evidence=evidence)
