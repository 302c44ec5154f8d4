"""Say how many points the line in weights.json gets right."""

import json

from train import classify, read_points


def score(weights, points):
    """Return how many points lie on the right side."""
    return sum(classify(weights, x, y) == label for x, y, label in points)


if __name__ == "__main__":
    with open("weights.json") as kept:
        line = json.load(kept)
    table = read_points("data/points.csv")
    print(f"{score(line, table)} of {len(table)} right")
