"""Learn the logical AND, and print the mistakes of every epoch."""

import argparse

from perceptron import Perceptron

POINTS = [(0, 0), (0, 1), (1, 0), (1, 1)]


def main():
    """Train, and print what was learned."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--rate", type=float, default=1.0)
    options = parser.parse_args()

    net = Perceptron(2, options.rate)
    mistakes = net.fit(POINTS, [0, 0, 0, 1], options.epochs)
    for epoch, count in enumerate(mistakes, start=1):
        print(f"epoch {epoch}: {count} mistakes")
    print("learned:", [net.predict(point) for point in POINTS])


if __name__ == "__main__":
    main()
