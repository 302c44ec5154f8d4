"""Fit a line to data/points.csv, and keep it in weights.json."""

import csv
import json


def read_points(path):
    """Return the rows of a table as (x, y, label)."""
    with open(path) as file:
        return [(float(row["x"]), float(row["y"]), int(row["label"])) for row in csv.DictReader(file)]


def classify(weights, x, y):
    """Return the side of the line that a point lies on."""
    return int(weights[0] * x + weights[1] * y + weights[2] > 0)


def train(points, epochs=10):
    """Return the weights of a line that separates the points."""
    weights = [0.0, 0.0, 0.0]
    for _ in range(epochs):
        for x, y, label in points:
            error = label - classify(weights, x, y)
            weights = [w + error * v for w, v in zip(weights, (x, y, 1.0))]
    return weights


if __name__ == "__main__":
    line = train(read_points("data/points.csv"))
    with open("weights.json", "w") as kept:
        json.dump(line, kept)
    print("kept weights.json:", line)
