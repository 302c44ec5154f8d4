"""The model and its measure."""


class Perceptron:
    """Learns which side of a line a point lies on."""

    def __init__(self, size):
        self.weights = [0.0] * (size + 1)

    def predict(self, point):
        """Return 1 or 0 for one point."""
        *weights, bias = self.weights
        return int(sum(w * x for w, x in zip(weights, point)) + bias > 0)

    def fit(self, points, labels, epochs=10):
        """Learn from all points, some epochs long."""
        for _ in range(epochs):
            for point, label in zip(points, labels):
                error = label - self.predict(point)
                self.weights = [w + error * x for w, x in zip(self.weights, (*point, 1))]
        return self


def accuracy(model, points, labels):
    """Return the share of points that the model gets right."""
    return sum(model.predict(p) == y for p, y in zip(points, labels)) / len(labels)
