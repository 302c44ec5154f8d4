"""Identical loss curves: NumPy, PyTorch and the reference, step by step; over free seeds, up to chance."""

import numpy as np

from grader.checks import CheckFailed, check, equivalent
from test_suites.week06.lab1_mlp.hidden.ports import of_the_net, port_at, port_convention, port_of
from test_suites.week06.lab1_mlp.hidden.probes import Probe, Run, convention_of, epochs, images, weights
from test_suites.week06.lab1_mlp.hidden.test_fit import curve_matches, digits_run
from test_suites.week06.lab1_mlp.hidden.test_initialisation import shapes

POOL = 15
"""Runs of the reference by which chance is measured."""


@check(
    "parity.curves",
    needs=("init.used", "port.params"),
    explained_by=("example.curves", "port.step", "port.loss", "port.gradients"),
)
def test_curves(student, reference, rng, lab, evidence, known_mistakes):
    """From the same weights over the same batches, the port's loss curve is the NumPy net's."""
    run = digits_run(reference, lab, rng, port_convention(student, reference, rng))
    port = port_of(student.mlp_torch, run.start)
    curve_matches(
        run.on(port.net, port.cast),
        run,
        port_at(student.mlp_torch),
        reference,
        evidence,
        known_mistakes,
        passed=of_the_net(known_mistakes.passed),
        title="Loss of each mini-batch: your port",
        single=port.single,
        others=curve_of(student.mlp_numpy, run),
    )


def curve_of(module, run):
    """The NumPy net's own curve, to be drawn beside the port's; nothing if it gives none."""
    try:
        return {"your NumPy net": run.on(run.start.net(module)).numbers(len(run.batches))}
    except CheckFailed:
        return {}


@check(
    "parity.free_seeds",
    needs=("init.used", "port.params"),
    explained_by=(
        "forward.logits",
        "gradients.b2",
        "gradients.W2",
        "gradients.b1",
        "gradients.W1",
        "fit.step",
        "fit.path",
        "fit.curve",
        "port.logits",
        "port.loss",
        "port.gradients",
        "port.step",
        "parity.curves",
    ),
)
def test_free_seeds(student, reference, rng, lab, evidence):
    """Over free seeds, NumPy net and port end where the reference does, up to chance."""
    X, y = images(reference, lab, rng, 256)
    runs = [free_run(X, y, rng) for _ in range(POOL + 20)]
    pool = [final_loss(run.of(reference.mlp_numpy)[1], run.start, reference) for run in runs[:POOL]]
    numpy_factor = convention_of(student.mlp_numpy, reference, rng).factor(32)
    port_factor = port_convention(student, reference, rng).factor(32)

    def of_net(number):
        run = runs[POOL + number]
        net = run.start.net(student.mlp_numpy)
        net.fit(X, y, lr=run.lr / numpy_factor, batches=run.batches)
        return final_loss(net.get("params").tensors(shapes(run.start.sizes)), run.start, reference)

    def of_port(number):
        run = runs[POOL + 10 + number]
        port = port_of(student.mlp_torch, run.start)
        port.net.fit(port.cast(X), y, lr=run.lr / port_factor, batches=run.batches)
        return final_loss(port.net.get("params").tensors(shapes(run.start.sizes)), run.start, reference)

    for draw, whose in ((of_net, "NumPy net"), (of_port, "port")):
        equivalent(
            draw,
            pool,
            name=f"log of the {whose}'s last training loss",
            evidence=evidence,
            hint="The first steps are right: what changes later? A learning rate, an early stop?",
        )


def free_run(X, y, rng):
    """A run from its own first weights, over its own batches: eight epochs of eight steps."""
    return Run(Probe(weights(rng, X.shape[1], 32, 10), X, y), 0.5, epochs(rng, len(y), 32, 8))


def final_loss(params, start, reference):
    """The log of the loss on all rows, computed here from the trained weights."""
    return float(np.log(Probe(params, start.X, start.y).net(reference.mlp_numpy).loss(start.X, start.y)))
