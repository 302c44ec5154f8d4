"""One net, two rows, all by hand: put these numbers beside yours, line by line.

X = [ 1   2  ]   W1 = [ 1  -1   0.5]   b1 = [0  0.5  1.25]   W2 = [1    -1]   b2 = [0  0.5]   y = [0  1]
[-1   0.5]        [ 0   2  -1  ]                              [0.5   0]
[2     1]

Z = X W1 + b1 = [ 1  3.5  -0.25]   H = max(Z, 0) = [1  3.5  0   ]   logits = H W2 + b2 = [2.75  -0.5 ]
[-1  2.5   0.25]                   [0  2.5  0.25]                        [1.75   0.75]

Softmax gives the true classes the probabilities 0.9627 and 0.2689,
so the loss is (0.0380 + 1.3133) / 2 = 0.6757.
"""

import numpy as np

from grader.checks import Answer

PARAMS = {
    "W1": np.array([[1, -1, 0.5], [0, 2, -1]]),
    "b1": np.array([0, 0.5, 1.25]),
    "W2": np.array([[1, -1], [0.5, 0], [2, 1]]),
    "b2": np.array([0, 0.5]),
}
X = np.array([[1, 2], [-1, 0.5]])
Y = np.array([0, 1])

LOGITS = np.array([[2.75, -0.5], [1.75, 0.75]])
LOSS = 0.6756515

GRADIENTS = {
    "b2": np.array([0.3468658, -0.3468658]),
    "W2": np.array([[-0.0186634, 0.0186634], [0.8485012, -0.8485012], [0.0913823, -0.0913823]]),
    "b1": np.array([-0.0373269, 0.1734329, 0.3655293]),
    "W1": np.array([[-0.0373269, -0.1920964, -0.3655293], [-0.0746538, 0.0727189, 0.1827646]]),
}
"""Of the loss by each parameter, in the order in which backpropagation reaches them."""


def net_of(module):
    """A net with these weights: of the student's module, or of one of ours."""
    net = module.MLP(2, 3, 2, seed=0)
    if isinstance(net, Answer):
        net.set("params", PARAMS)
    else:
        net.params = dict(PARAMS)
    return net
