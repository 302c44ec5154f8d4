"""Does the network compute what it should?"""

import numpy as np

from grader.checks import check, values_match
from grader.checks.tolerances import Tolerance

EXACT = Tolerance(double=1e-10, single=1e-10, certain=1e-10)

SIZES = (5, 8, 6, 4)


def draw(rng, n, d, h, c):
    """Parameters, inputs and labels of a network with pairwise different sizes."""
    params = {
        "W1": rng.normal(size=(d, h)) / np.sqrt(d),
        "b1": rng.normal(size=h),
        "W2": rng.normal(size=(h, c)) / np.sqrt(h),
        "b2": rng.normal(size=c),
    }
    return params, rng.normal(size=(n, d)), rng.integers(c, size=n)


@check("module.loads")
def test_loads(student):
    """Your file can be imported."""
    student.mlp.load()


@check("forward.logits", needs="module.loads")
def test_logits(student, reference, rng):
    """forward(X) gives the logits tanh(X W1 + b1) W2 + b2, for batches of any size."""
    for n, d, h, c in (SIZES, *(rng.permutation(np.arange(3, 14))[:4] for _ in range(2))):
        params, X, _ = draw(rng, n, d, h, c)
        values_match(
            student.mlp.MLP(params).forward(X), reference.mlp.MLP(params).forward(X), tolerance=EXACT
        )
