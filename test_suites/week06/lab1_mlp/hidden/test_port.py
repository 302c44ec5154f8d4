"""The PyTorch port: the same numbers, and derivatives that only real autograd can give."""

import numpy as np

from grader.checks import Tolerance, check, fail, gradients_match, values_match
from test_suites.week06.lab1_mlp.hidden import curvature
from test_suites.week06.lab1_mlp.hidden.ports import of_the_net, port_at, port_convention, port_of
from test_suites.week06.lab1_mlp.hidden.probes import (
    BACKWARD,
    Probe,
    clear_rows,
    draw,
    weights,
    wide,
)
from test_suites.week06.lab1_mlp.hidden.test_fit import (
    every_batch_is_a_step,
    movements_match,
    one_step_each,
    reads_digits,
)
from test_suites.week06.lab1_mlp.hidden.test_forward import labels_match
from test_suites.week06.lab1_mlp.hidden.test_initialisation import seeds_matter, units_differ
from test_suites.week06.lab1_mlp.hidden.test_loss import losses_match
from test_suites.week06.lab1_mlp.hidden.test_purity import arguments_survive
from test_suites.week06.lab1_mlp.public.forms import as_given

BFLOAT16 = Tolerance(double=5e-2, single=5e-2, certain=5e-2)
"""Eight bits of mantissa, through two layers."""


@check("port.module")
def test_module(student, rng):
    """MLP is a torch.nn.Module, and its four parameters are registered in it."""
    sizes = draw(rng).sizes
    net = student.mlp_torch.MLP(sizes["n_in"], sizes["n_hidden"], sizes["n_out"], seed=0)
    told = student.mlp_torch.tool("parameters", net)
    if not told.item("is_module").flag():
        raise fail(
            "MLP is not a torch.nn.Module.",
            call=net.call,
            hint="class MLP(nn.Module), and super().__init__().",
        )
    shapes = list(told.item("shapes").shapes().values())
    wanted = sorted(sorted([sizes[a], sizes[b]]) for a, b in (("n_in", "n_hidden"), ("n_hidden", "n_out")))
    wanted = sorted([*wanted, [sizes["n_hidden"]], [sizes["n_out"]]])
    if sorted(sorted(n for n in s if n != 1) for s in shapes) != wanted:
        raise fail(
            "The port's trainable parameters are not two weights and two biases.",
            call="net.parameters()",
            yours=f"shapes {[list(s) for s in shapes]}",
            expected=f"sizes {wanted}, in any layout",
            hint="Attributes that are an nn.Linear or nn.Parameter are registered; plain tensors are not.",
        )


@check("port.params", needs="port.module")
def test_params(student, rng, evidence):
    """load_params takes the NumPy net's parameters, and params gives them back."""
    probe = draw(rng)
    port = port_of(student.mlp_torch, probe)
    params = port.net.get("params")
    for name, value in probe.params.items():
        values_match(params.item(name, names=tuple(probe.params)), value, name=name, evidence=evidence)


@check("port.logits", needs="port.params", explained_by="example.port")
def test_logits(student, reference, rng, evidence, known_mistakes):
    """With the same weights, the port's logits are the NumPy net's."""
    probes = [draw(rng), draw(rng), draw(rng, n=1), wide(rng)]
    answers = [asked(port_of(student.mlp_torch, p), "forward", p.X) for p in probes]
    logits = [p.net(reference.mlp_numpy).forward(p.X) for p in probes]
    values_match(
        answers,
        as_given(student.mlp_torch, answers, logits, evidence),
        name="logits",
        evidence=evidence,
        diagnose=known_mistakes.matcher(
            "mlp_numpy",
            lambda module: [p.net(module).forward(p.X.copy()) for p in probes],
            passed=of_the_net(known_mistakes.passed),
        ),
        hint="nn.Linear computes X @ weight.T + bias: load the transpose of W1 and W2.",
    )


@check("port.loss", needs="port.params", explained_by=("example.port", "port.logits"))
def test_loss(student, reference, rng, evidence, known_mistakes):
    """With the same weights, the port's loss is the NumPy net's."""
    probes = [draw(rng), draw(rng), draw(rng, n=1)]

    def losses(module):
        return [p.net(module).loss(p.X.copy(), p.y.copy()) for p in probes]

    losses_match(
        losses,
        probes,
        port_at(student.mlp_torch),
        reference,
        evidence,
        known_mistakes,
        passed=of_the_net(known_mistakes.passed),
        hint="F.cross_entropy takes logits, does softmax and logarithm itself, and averages over the batch.",
    )


@check("port.labels", needs="port.params", explained_by="port.logits")
def test_labels(student, reference, rng, evidence, known_mistakes):
    """predict(X) of the port gives the class with the largest logit."""
    labels_match(rng, port_at(student.mlp_torch), reference, evidence, known_mistakes)


@check("port.gradients", needs="port.params", explained_by=("example.port", "port.logits", "port.loss"))
def test_gradients(student, reference, rng, evidence, known_mistakes):
    """With the same weights, the port's gradients are the NumPy net's."""
    probes = [draw(rng), draw(rng), draw(rng), wide(rng)]
    gradients_match(
        [asked(port_of(student.mlp_torch, p), "gradients", p.X, p.y) for p in probes],
        [p.case(reference.mlp_numpy) for p in probes],
        any_factor=student.mlp_torch.by_instructor,
        evidence=evidence,
        diagnose=known_mistakes.matcher(
            "mlp_numpy",
            lambda module: [p.gradients(module) for p in probes],
            passed=of_the_net(known_mistakes.passed),
        ),
    )


@check("port.calls", needs="port.params", explained_by="port.gradients")
def test_calls(student, reference, rng, evidence, known_mistakes):
    """Asked again, the port gives the same gradients: old ones are forgotten."""
    first = draw(rng)
    port = port_of(student.mlp_torch, first)
    other = Probe(first.params, clear_rows(rng, first.params, len(first.X)), rng.permutation(first.y))
    asked(port, "gradients", other.X, other.y)
    gradients_match(
        asked(port, "gradients", first.X, first.y),
        first.case(reference.mlp_numpy),
        any_factor=student.mlp_torch.by_instructor,
        evidence=evidence,
        diagnose=known_mistakes.matcher(
            "mlp_numpy",
            lambda module: [after_another(module, other, first)],
            passed=of_the_net(known_mistakes.passed),
        ),
        hint="backward() adds to .grad: call zero_grad() first.",
    )


@check("port.arguments", needs="port.params")
def test_arguments(student, rng):
    """No method of the port changes the X and y it is given."""
    arguments_survive(draw(rng, n=12), student.mlp_torch, port_at(student.mlp_torch), rng)


@check("port.seeded", needs="port.params")
def test_seeded(student, rng):
    """The same seed gives the port the same weights, another seed gives others."""
    seeds_matter(student.mlp_torch, rng, "a torch.Generator().manual_seed(seed), made anew in each __init__")


@check("port.symmetry", needs="port.params")
def test_symmetry(student, rng):
    """The port's hidden units begin different from each other, so that they can learn different things."""
    units_differ(student.mlp_torch, rng)


@check("port.step", needs="port.params", explained_by=("example.curves", "port.gradients"))
def test_step(student, reference, rng, evidence, known_mistakes):
    """One step of the port's fit moves every parameter, seen through params, by -lr times its gradient."""
    runs = one_step_each(rng, port_convention(student, reference, rng))
    movements_match(
        runs,
        "update",
        port_at(student.mlp_torch),
        reference,
        evidence,
        known_mistakes,
        passed=of_the_net(known_mistakes.passed),
    )


@check("port.every_batch", needs="port.params", explained_by=("port.step", "port.loss"))
def test_every_batch(student, rng):
    """The port's fit takes a step for each batch, however small the loss is or how little it falls."""
    every_batch_is_a_step(rng, port_at(student.mlp_torch))


@check(
    "port.learns_digits",
    needs="port.params",
    explained_by=("port.step", "parity.curves", "port.logits", "port.loss", "port.gradients"),
)
def test_learns_digits(student, reference, rng, withheld, lab, evidence):
    """Trained from its own first weights, the port reads digits it has never seen."""
    factor = port_convention(student, reference, rng).factor(32)
    reads_digits(
        student.mlp_torch, port_at(student.mlp_torch), factor, reference, rng, withheld, lab, evidence
    )


@check("port.second_derivatives", needs="port.params", explained_by="port.logits")
def test_second_derivatives(student, rng, evidence):
    """Autograd can differentiate the port twice: its Hessian times a direction is right."""
    probe, direction = with_direction(rng)
    port = port_of(student.mlp_torch, probe)
    told = student.mlp_torch.tool("second_derivative", port.net, port.cast(probe.X), probe.y, direction)
    kept_in_graph(told)
    gradients_match(
        told,
        curvature.second_derivative(probe.params, probe.X, probe.y, direction),
        evidence=evidence,
        hint="detach(), .data, .numpy() and torch.tensor(...) take a result out of autograd's graph.",
    )


@check("port.tangents", needs="port.params", explained_by="port.logits")
def test_tangents(student, rng, evidence):
    """Autograd can follow the parameters along a direction: the derivative of the log-probabilities is right."""
    probe, direction = with_direction(rng)
    port = port_of(student.mlp_torch, probe)
    told = student.mlp_torch.tool("tangent", port.net, port.cast(probe.X), direction)
    kept_in_graph(told)
    values_match(
        told.item("tangent"),
        curvature.tangent(probe.params, probe.X, direction),
        name="tangents",
        evidence=evidence,
    )


@check("port.bfloat16", needs="port.params", explained_by="port.logits")
def test_bfloat16(student, reference, rng, evidence):
    """The port works in bfloat16, a precision that NumPy hasn't."""
    probe = draw(rng)
    port = port_of(student.mlp_torch, probe)
    told = student.mlp_torch.tool("in_bfloat16", port.net, probe.X)
    kept_in_graph(told, "The port does not work in bfloat16.")
    logits = told.item("logits")
    values_match(
        logits,
        as_given(student.mlp_torch, [logits], [probe.net(reference.mlp_numpy).forward(probe.X)], evidence)[0],
        name="logits",
        tolerance=BFLOAT16,
        evidence=evidence,
    )
    if (logits.array().astype(np.float32).view(np.uint32) & 0xFFFF).any():
        raise fail(
            "The port's logits are not bfloat16 numbers: it leaves that precision on the way.",
            call=told.call,
            hint="Don't fix a dtype inside forward: let it follow from X and the weights.",
        )


def asked(port, method, X, *rest):
    """Call a method of the port with inputs in its own precision."""
    return port.net.ask(method, (port.cast(X), *rest), {})


def after_another(module, other, first):
    """The gradients of a mutant that was asked for others before."""
    net = first.net(module)
    net.gradients(other.X.copy(), other.y.copy())
    gradients = net.gradients(first.X.copy(), first.y.copy())
    return {name: gradients[name] for name in BACKWARD}


def with_direction(rng):
    """A probe, and a direction for its parameters to move along."""
    probe = draw(rng)
    return probe, weights(rng, probe.sizes["n_in"], probe.sizes["n_hidden"], probe.sizes["n_out"])


def kept_in_graph(told, headline="Autograd can't follow the port from its parameters to its logits."):
    """Fail if a tool found that it could not be done."""
    if "lost" in told.names():
        raise fail(
            headline,
            call=told.call,
            yours=told.item("lost").text()[:300],
            hint="Compute everything with torch operations on the registered parameters.",
        )
