"""What a call must leave alone: its arguments, the next call, and other nets."""

from grader.checks import check, fail, gradients_match, unchanged
from test_suites.week06.lab1_mlp.hidden.probes import BACKWARD, Probe, clear_rows, draw
from test_suites.week06.lab1_mlp.hidden.test_initialisation import shapes


@check("purity.arguments", needs=("predict.labels", "fit.step"))
def test_arguments(student, rng):
    """No method changes the X and y it is given."""
    probe = draw(rng, n=12)
    net = probe.net(student.mlp_numpy)
    X, y = student.mlp_numpy.hold(probe.X), student.mlp_numpy.hold(probe.y)
    calls = {
        "forward(X)": lambda: net.forward(X),
        "loss(X, y)": lambda: net.loss(X, y),
        "gradients(X, y)": lambda: net.gradients(X, y),
        "predict(X)": lambda: net.predict(X),
        "fit(X, y, lr=…, batches=…)": lambda: net.fit(X, y, lr=0.1, batches=[rng.permutation(12)[:5]]),
    }
    for call, ask in calls.items():
        ask()
        unchanged(X, probe.X, "X", after=call)
        unchanged(y, probe.y, "y", after=call)


@check("purity.calls", needs="gradients.W1")
def test_calls(student, reference, rng, evidence, known_mistakes):
    """Gradients depend on X, y and the weights alone, not on what was called before."""
    first = draw(rng)
    other = Probe(first.params, clear_rows(rng, first.params, len(first.X)), rng.permutation(first.y))

    def in_turn(module):
        net = first.net(module)
        asked = [net.gradients(first.X.copy(), first.y.copy())]
        net.forward(other.X.copy())
        asked.append(net.gradients(first.X.copy(), first.y.copy()))
        net.loss(first.X.copy(), first.y.copy())
        asked.append(net.gradients(other.X.copy(), other.y.copy()))
        return asked

    gradients_match(
        in_turn(student.mlp_numpy),
        [probe.case(reference.mlp_numpy) for probe in (first, first, other)],
        any_factor=student.mlp_numpy.by_instructor,
        evidence=evidence,
        diagnose=known_mistakes.matcher("mlp_numpy", in_turn),
        hint="The first call gives the right gradients. What is kept between calls, and not computed anew?",
    )


@check("purity.nets", needs="init.shapes")
def test_nets(student, rng):
    """Two nets share nothing: making and training one leaves the other as it was."""
    probe = draw(rng)
    sizes = probe.sizes
    one = student.mlp_numpy.MLP(sizes["n_in"], sizes["n_hidden"], sizes["n_out"], seed=1)
    before = one.get("params").tensors(shapes(sizes))
    two = student.mlp_numpy.MLP(sizes["n_in"], sizes["n_hidden"], sizes["n_out"], seed=2)
    two.fit(probe.X, probe.y, lr=0.5, batches=[rng.permutation(len(probe.y))])
    after = one.get("params").tensors(shapes(sizes))
    changed = [name for name in BACKWARD if (before[name] != after[name]).any()]
    if changed:
        raise fail(
            f"Making and training a second net changes {', '.join(changed)} of the first.",
            call=two.call,
            hint="Give each net its own dict: set self.params in __init__, not params in the class.",
        )
