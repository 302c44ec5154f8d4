"""What a call must leave alone: its arguments, the next call, and other nets."""

import numpy as np

from grader.checks import check, fail, gradients_match
from test_suites.week06.lab1_mlp.hidden.own import net_at
from test_suites.week06.lab1_mlp.hidden.probes import BACKWARD, Probe, clear_rows, draw
from test_suites.week06.lab1_mlp.hidden.test_initialisation import shapes


@check("purity.arguments", needs="init.used")
def test_arguments(student, rng):
    """No method changes the X and y it is given."""
    arguments_survive(draw(rng, n=12), student.mlp_numpy, net_at(student.mlp_numpy), rng)


def arguments_survive(probe, module, at, rng):
    """What a call did to its arguments shows in the next call that is given them: its answer is another.

    Args:
        probe: What is passed.
        module: On the student's side; it keeps the arguments between calls.
        at: Gives the student's net with the weights of a probe, and what turns inputs into its precision.
        rng: Draws a batch.
    """
    net, cast = at(probe)
    X, y = module.hold(cast(probe.X)), module.hold(probe.y)
    rows = rng.permutation(12)[:5]
    calls = {
        "forward(X)": lambda: net.forward(X),
        "loss(X, y)": lambda: net.loss(X, y),
        "gradients(X, y)": lambda: net.gradients(X, y),
        "predict(X)": lambda: net.predict(X),
        "fit(X, y, lr=…, batches=…)": lambda: net.fit(X, y, lr=0.1, batches=[rows]),
    }
    for call, ask in calls.items():
        ask()
        other, _ = at(probe)
        unlike(other.forward(X), other.forward(cast(probe.X)), "X", call)
        unlike(other.loss(cast(probe.X), y), other.loss(cast(probe.X), probe.y), "y", call)


def unlike(told, fresh, name, call):
    """Fail if an argument that was passed before gives another answer than the same values, passed anew."""
    before, after = fresh.array(), told.array()
    if before.shape != after.shape or not np.allclose(after, before, rtol=1e-5, atol=1e-5):
        raise fail(
            f"{call} changes its argument {name}.",
            call=call,
            how_many=f"the same {name} gives another answer afterwards",
            hint=f"{name} += …, out={name} or shuffle({name}) change the caller's array: work on a copy.",
        )


@check("purity.calls", needs="init.used", explained_by=("gradients.W1", "gradients.W2"))
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
