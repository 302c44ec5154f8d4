"""Samples against the probabilities that they should have: a G-test that honest work fails once in 10^9 times."""

import numpy as np
from scipy.special import chdtri

from grader.checks import fail

SAMPLES = 1_000
CHANCE = 1e-9


def counted(made, predictions, temperature, size):
    """How often each index was drawn."""
    counts = np.zeros(size)
    for _ in range(SAMPLES):
        answer = made.sample_with_temperature(predictions.copy(), temperature)
        drawn = int(answer.number())
        if drawn != answer.number() or not 0 <= drawn < size:
            raise fail(
                "A sample is not the index of a character.",
                call=answer.call,
                yours=str(answer.number()),
                expected=f"a whole number from 0 to {size - 1}",
            )
        counts[drawn] += 1
    return counts


def likely(p, temperature):
    """p^(1/T), as probabilities."""
    sharpened = p ** (1 / temperature)
    return sharpened / sharpened.sum()


def g_statistic(counts, p):
    """2 Σ n log(n / (N p)): chi-squared with one degree of freedom less than there are outcomes."""
    seen = counts > 0
    return float(2 * (counts[seen] * np.log(counts[seen] / (counts.sum() * p[seen]))).sum())


def limit(size):
    """What honest samples exceed once in 10^9 times."""
    return float(chdtri(size - 1, CHANCE))
