from perceptron import Perceptron, accuracy

POINTS = [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_a_new_model_says_zero():
    assert [Perceptron(2).predict(point) for point in POINTS] == [0, 0, 0, 0]


def test_it_learns_or():
    model = Perceptron(2).fit(POINTS, [0, 1, 1, 1])
    assert [model.predict(point) for point in POINTS] == [0, 1, 1, 1]


def test_accuracy_is_a_share():
    assert accuracy(Perceptron(2), POINTS, [0, 1, 1, 1]) == 0.25
