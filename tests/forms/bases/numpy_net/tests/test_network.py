import numpy as np

from mlp import MLP, cross_entropy, softmax

X, LABELS = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 2.0]]), np.array([0, 1, 1])


def test_softmax_rows_are_probabilities():
    np.testing.assert_allclose(
        softmax(np.array([[1000.0, 1000.0], [0.0, np.log(3)]])), [[0.5, 0.5], [0.25, 0.75]]
    )


def test_cross_entropy_of_a_coin():
    assert np.isclose(cross_entropy(np.full((4, 2), 0.5), np.array([0, 1, 0, 1])), np.log(2))


def test_forward_has_one_row_per_input():
    assert MLP(2, 8, 2).forward(X).shape == (3, 2)


def test_training_lowers_the_loss():
    net = MLP(2, 8, 2)
    losses = [net.step(X, LABELS) for _ in range(100)]
    assert losses[-1] < 0.2 * losses[0]
