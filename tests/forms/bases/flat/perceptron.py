"""A perceptron for points in the plane, in plain Python."""


def dot(left, right):
    """Return the inner product of two vectors."""
    return sum(a * b for a, b in zip(left, right))


class Perceptron:
    """Learns which side of a line a point lies on."""

    def __init__(self, size, rate=1.0):
        self.weights = [0.0] * size
        self.bias = 0.0
        self.rate = rate

    def predict(self, point):
        """Return 1 or 0 for one point."""
        return int(dot(self.weights, point) + self.bias > 0)

    def update(self, point, label):
        """Learn from one point, and say by how much the guess was off."""
        error = label - self.predict(point)
        self.weights = [weight + self.rate * error * x for weight, x in zip(self.weights, point)]
        self.bias += self.rate * error
        return error

    def fit(self, points, labels, epochs=10):
        """Learn from all points, and return the number of mistakes of every epoch."""
        return [sum(self.update(p, y) != 0 for p, y in zip(points, labels)) for _ in range(epochs)]
