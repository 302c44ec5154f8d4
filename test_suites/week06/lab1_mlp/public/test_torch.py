"""mlp_torch on the worked example, and beside your own mlp_numpy."""

import numpy as np

from grader.checks import GradientCase, check, curves_match, gradients_match, values_match
from test_suites.week06.lab1_mlp.public import worked_example as example
from test_suites.week06.lab1_mlp.public.blobs import blobs, weights
from test_suites.week06.lab1_mlp.public.forms import as_given


@check("example.port")
def test_port(student, evidence, known_mistakes):
    """The port, with the worked example's weights loaded, gives its logits, loss and gradients."""

    def named(ask, *passed):
        return known_mistakes.matcher(
            "mlp_numpy", lambda module: [ask(example.net_of(module))], passed=passed
        )

    net, cast = loaded(student.mlp_torch, example.PARAMS, example.X)
    logits = [net.forward(cast(example.X))]
    values_match(
        logits,
        as_given(student.mlp_torch, logits, [example.LOGITS], evidence),
        name="logits",
        diagnose=named(lambda net: net.forward(example.X)),
    )
    values_match(
        [net.loss(cast(example.X), example.Y)],
        [example.LOSS],
        name="loss",
        diagnose=named(lambda net: net.loss(example.X, example.Y), "forward.logits"),
    )
    gradients_match(
        [net.gradients(cast(example.X), example.Y)],
        [GradientCase(example.GRADIENTS, sizes={"N": 2})],
        any_factor=student.mlp_torch.by_instructor,
        diagnose=named(
            lambda net: net.gradients(example.X.copy(), example.Y), "forward.logits", "loss.value"
        ),
    )


@check("example.curves", explained_by=("example.logits", "example.gradients", "example.step", "example.port"))
def test_curves(student, rng, evidence):
    """From the same weights over the same batches, your two nets give the same loss curve."""
    if student.mlp_numpy.by_instructor or student.mlp_torch.by_instructor:
        evidence.note("Your two curves are not compared here: one net is graded through a mapping.")
        return
    X, y = blobs(rng)
    start = weights(rng)
    batches = [rows for _ in range(10) for rows in np.split(rng.permutation(60), [16, 32, 48])]
    net = student.mlp_numpy.MLP(2, 4, 3, seed=0)
    net.set("params", start)
    of_numpy = net.fit(X, y, lr=0.1, batches=batches).numbers(len(batches))
    port, cast = loaded(student.mlp_torch, start, X)
    curves_match(
        port.fit(cast(X), y, lr=0.1, batches=batches),
        of_numpy,
        evidence=evidence,
        title="Loss of each mini-batch: your port against your NumPy net",
        least=1.0,
        single=net.get("params").is_single() or cast(X).dtype == np.float32,
        batch_sizes=[len(rows) for rows in batches],
    )


def loaded(module, params, X):
    """The port with these weights, and what turns inputs into its precision."""
    net = module.MLP(X.shape[1], len(params["b1"]), len(params["b2"]), seed=0)
    works_in = module.tool("prepare", net, params, X).text()
    return net, lambda values: values if works_in == "float64" else values.astype(np.float32)
