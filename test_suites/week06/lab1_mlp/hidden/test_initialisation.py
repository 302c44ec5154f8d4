"""The weights a net begins with."""

import numpy as np

from grader.checks import NothingToCheck, check, fail
from test_suites.week06.lab1_mlp.hidden.probes import Probe, draw, weights


@check("init.shapes")
def test_shapes(student, rng):
    """A new net has W1, b1, W2 and b2 of the right shapes, all finite."""
    sizes = draw(rng).sizes
    params = student.mlp_numpy.MLP(sizes["n_in"], sizes["n_hidden"], sizes["n_out"], seed=0).get("params")
    for name, shape in shapes(sizes).items():
        params.item(name, names=("W1", "b1", "W2", "b2")).array(shape)


@check("init.used", needs="init.shapes")
def test_used(student, rng):
    """The weights that params is set to are the weights that forward uses."""
    one = draw(rng)
    net = one.net(student.mlp_numpy)
    before = net.forward(one.X)
    other = Probe(weights(rng, *(one.sizes[size] for size in ("n_in", "n_hidden", "n_out"))), one.X, one.y)
    net.set("params", other.params)
    after = net.forward(one.X)
    if (before.array() == after.array(before.shape())).all():
        raise fail(
            "Setting params changes nothing: forward uses other weights.",
            call=after.call,
            hint="Keep the weights in self.params alone, and read them there: a copy beside it isn't the net's.",
        )


@check("init.seeded", needs="init.shapes")
def test_seeded(student, rng):
    """The same seed gives the same weights, another seed gives others."""
    seeds_matter(student.mlp_numpy, rng, "np.random.default_rng(seed), made anew in each __init__")


def seeds_matter(module, rng, generator):
    """Two nets of one seed begin alike, of two seeds not; ``generator`` is what to draw from."""
    if not module.takes("seed"):
        raise NothingToCheck("your net takes no seed, as the mapping has it.")
    sizes = draw(rng).sizes
    first, again, other = (
        module.MLP(sizes["n_in"], sizes["n_hidden"], sizes["n_out"], seed=seed).get("params")
        for seed in (11, 11, 12)
    )
    one, two, three = (answer.tensors(shapes(sizes)) for answer in (first, again, other))
    if any((one[name] != two[name]).any() for name in one):
        raise fail(
            "Two nets with the same seed begin with different weights.",
            call=again.call,
            hint=f"Draw the weights from {generator}.",
        )
    if all((one[name] == three[name]).all() for name in one):
        raise fail(
            "Nets with different seeds begin with the same weights.",
            call=other.call,
            hint="The argument seed must reach the generator that draws the weights.",
        )


@check("init.symmetry", needs="init.shapes")
def test_symmetry(student, rng):
    """Hidden units begin different from each other, so that they can learn different things."""
    units_differ(student.mlp_numpy, rng)


def units_differ(module, rng):
    """A new net's hidden units are not all alike."""
    sizes = draw(rng).sizes
    answer = module.MLP(sizes["n_in"], sizes["n_hidden"], sizes["n_out"], seed=3).get("params")
    params = answer.tensors(shapes(sizes))
    units = np.vstack([params["W1"], params["b1"][None], params["W2"].T])  # one column for each hidden unit
    if (units == units[:, :1]).all():
        raise fail(
            "All hidden units begin with the same weights.",
            call=answer.call,
            hint="Equal units get equal gradients and stay equal for ever: draw the weights at random.",
        )


def shapes(sizes):
    """Each parameter's shape."""
    n_in, n_hidden, n_out = sizes["n_in"], sizes["n_hidden"], sizes["n_out"]
    return {"W1": (n_in, n_hidden), "b1": (n_hidden,), "W2": (n_hidden, n_out), "b2": (n_out,)}
