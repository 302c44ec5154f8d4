import unittest

from perceptron import Perceptron, dot

POINTS = [(0, 0), (0, 1), (1, 0), (1, 1)]


class TestPerceptron(unittest.TestCase):
    def test_dot(self):
        self.assertEqual(dot([1, 2], [3, 4]), 11)

    def test_a_new_net_says_zero(self):
        self.assertEqual(Perceptron(2).predict((5, 5)), 0)

    def test_update_moves_towards_the_label(self):
        net = Perceptron(2, rate=0.5)
        self.assertEqual(net.update((1, 2), 1), 1)
        self.assertEqual((net.weights, net.bias), ([0.5, 1.0], 0.5))

    def test_it_learns_and(self):
        net = Perceptron(2)
        self.assertEqual(net.fit(POINTS, [0, 0, 0, 1])[-1], 0)
        self.assertEqual([net.predict(point) for point in POINTS], [0, 0, 0, 1])


if __name__ == "__main__":
    unittest.main()
