"""mlp_numpy on the worked example, and on problems small enough to look at."""

import numpy as np

from grader.checks import Answer, GradientCase, check, gradients_match, reaches, slopes_match, values_match
from test_suites.week06.lab1_mlp.public import worked_example as example
from test_suites.week06.lab1_mlp.public.blobs import blobs, net_on_blobs
from test_suites.week06.lab1_mlp.public.forms import as_given


@check("example.logits")
def test_logits(student, evidence, known_mistakes):
    """forward(X) gives the worked example's logits."""

    def logits(module):
        return [example.net_of(module).forward(example.X)]

    answers = logits(student.mlp_numpy)
    values_match(
        answers,
        as_given(student.mlp_numpy, answers, [example.LOGITS], evidence),
        name="logits",
        diagnose=known_mistakes.matcher("mlp_numpy", logits),
        hint="public/worked_example.py has Z, H and the logits: find the first that differs from yours.",
    )


@check("example.loss", explained_by="example.logits")
def test_loss(student, known_mistakes):
    """loss(X, y) gives the worked example's loss."""

    def losses(module):
        return [example.net_of(module).loss(example.X, example.Y)]

    values_match(
        losses(student.mlp_numpy),
        [example.LOSS],
        name="loss",
        diagnose=known_mistakes.matcher("mlp_numpy", losses),
        hint="The true classes have probabilities 0.9627 and 0.2689: take -log of each, then the mean.",
    )


@check("example.gradients", explained_by="example.logits")
def test_gradients(student, known_mistakes):
    """gradients(X, y) gives the worked example's gradients."""

    def gradients(module):
        return [example.net_of(module).gradients(example.X.copy(), example.Y)]

    gradients_match(
        gradients(student.mlp_numpy),
        [GradientCase(example.GRADIENTS, sizes={"N": 2})],
        any_factor=student.mlp_numpy.by_instructor,
        diagnose=known_mistakes.matcher("mlp_numpy", gradients),
    )


@check("example.slopes", explained_by="example.gradients")
def test_slopes(student, rng, evidence):
    """Your gradients are the slopes of your own loss, measured by moving the weights a little."""
    if student.mlp_numpy.by_instructor:
        evidence.note("Slopes are not measured: this repository is graded through a mapping.")
        return
    net, X, y = net_on_blobs(student.mlp_numpy, rng)
    if net.loss(X, y).is_single():
        evidence.note("Slopes are not measured: float32 is too coarse for small differences.")
        return
    start = net.get("params").tensors({"W1": (2, 4), "b1": (4,), "W2": (4, 3), "b2": (3,)})

    def loss_at(weights):
        net.set("params", weights)
        return net.loss(X, y).number()

    slopes_match(net.gradients(X, y), loss_at, start, rng)


@check("example.step", explained_by=("example.loss", "example.gradients"))
def test_step(student, known_mistakes):
    """One step of fit returns the loss before it, and moves each parameter by -lr times its gradient."""
    both = [np.array([0, 1])]

    def step(params):
        return {name: (example.PARAMS[name] - params[name]) / 0.5 for name in example.GRADIENTS}

    def step_of(module):
        net = example.net_of(module)
        net.fit(example.X, example.Y, lr=0.5, batches=both)
        return [step(net.params)]

    net = example.net_of(student.mlp_numpy)
    losses = net.fit(example.X, example.Y, lr=0.5, batches=both)
    values_match(Answer(losses.call, losses.numbers(1)), [example.LOSS], name="losses")
    params = net.get("params").tensors({name: value.shape for name, value in example.PARAMS.items()})
    gradients_match(
        Answer(losses.call, step(params)),
        GradientCase(example.GRADIENTS, sizes={"N": 2}, what="update"),
        any_factor=student.mlp_numpy.by_instructor,
        single=net.get("params").is_single(),
        diagnose=known_mistakes.matcher("mlp_numpy", step_of),
    )


@check("example.learns", explained_by=("example.logits", "example.gradients", "example.step"))
def test_learns(student, rng, evidence):
    """Training separates three clouds of points, and predict tells them apart."""
    net, X, y = net_on_blobs(student.mlp_numpy, rng)
    net.fit(X, y, lr=0.2, batches=[rng.permutation(len(y)) for _ in range(100)])
    new_X, new_y = blobs(rng)
    labels = net.predict(new_X).array((len(new_y),), kind="integer")
    reaches("accuracy on new points", float((labels == new_y).mean()), 0.9, evidence=evidence)
