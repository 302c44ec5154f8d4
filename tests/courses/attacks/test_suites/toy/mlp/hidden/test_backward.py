"""Loss, gradients, their cost, and the path of gradient descent."""

import numpy as np

from grader.checks import check, gradients_match, values_match
from grader.checks.tolerances import Tolerance

EXACT = Tolerance(double=1e-10, single=1e-10, certain=1e-10)


def draw(rng, n=None, d=None, h=None, c=None):
    """Parameters, inputs and labels; sizes that are not given are drawn, pairwise different."""
    drawn = rng.permutation(np.arange(3, 14))[:4]
    n, d, h, c = (int(given or free) for given, free in zip((n, d, h, c), drawn, strict=True))
    params = {
        "W1": rng.normal(size=(d, h)) / np.sqrt(d),
        "b1": rng.normal(size=h),
        "W2": rng.normal(size=(h, c)) / np.sqrt(h),
        "b2": rng.normal(size=c),
    }
    return params, rng.normal(size=(n, d)), rng.integers(c, size=n)


@check("loss.value", needs="forward.logits")
def test_loss(student, reference, rng):
    """loss(X, y) is the mean softmax cross-entropy."""
    for _ in range(3):
        params, X, y = draw(rng)
        values_match(
            student.mlp.MLP(params).loss(X, y), reference.mlp.MLP(params).loss(X, y), tolerance=EXACT
        )


@check("backward.gradients", needs="loss.value")
def test_gradients(student, reference, rng):
    """backward(X, y) gives the gradient of the loss for every parameter."""
    for _ in range(3):
        params, X, y = draw(rng)
        gradients_match(student.mlp.MLP(params).backward(X, y), reference.mlp.MLP(params).backward(X, y))


@check("backward.cost", needs="backward.gradients")
def test_cost(student, reference, rng):
    """backward(X, y) backpropagates: a hundred thousand parameters cost no more than a few passes."""
    params, X, y = draw(rng, n=32, d=int(rng.integers(600, 700)), h=int(rng.integers(130, 160)), c=10)
    gradients_match(student.mlp.MLP(params).backward(X, y), reference.mlp.MLP(params).backward(X, y))


@check("training.path", needs="backward.gradients")
def test_path(student, reference, rng):
    """Twenty steps of gradient descent with your gradients lead where the reference's lead."""
    params, X, y = draw(rng, n=40)
    yours = {name: value.copy() for name, value in params.items()}
    right = {name: value.copy() for name, value in params.items()}
    shapes = {name: value.shape for name, value in params.items()}
    for _ in range(20):
        step = student.mlp.MLP(yours).backward(X, y).tensors(shapes)
        wanted = reference.mlp.MLP(right).backward(X, y)
        yours = {name: yours[name] - 0.3 * step[name] for name in yours}
        right = {name: right[name] - 0.3 * wanted[name] for name in right}
    gradients_match(student.mlp.MLP(yours).backward(X, y), reference.mlp.MLP(right).backward(X, y))
