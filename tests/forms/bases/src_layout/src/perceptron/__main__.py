"""``python -m perceptron``: learn the logical OR."""

from . import Perceptron, accuracy

POINTS, LABELS = [(0, 0), (0, 1), (1, 0), (1, 1)], [0, 1, 1, 1]


def main():
    """Train, and print the accuracy."""
    print(f"accuracy {accuracy(Perceptron(2).fit(POINTS, LABELS), POINTS, LABELS):.2f}")


if __name__ == "__main__":
    main()
