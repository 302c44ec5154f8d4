"""What the judge measures itself, from predictions and what it knows of the films."""

import numpy as np


def auroc(positive, scores):
    """The probability that a positive case scores higher than a negative one; a tie counts half."""
    positive, scores = np.asarray(positive, dtype=bool), np.asarray(scores)
    ordered = np.sort(scores[~positive])
    below = np.searchsorted(ordered, scores[positive], "left") + np.searchsorted(
        ordered, scores[positive], "right"
    )
    return float(below.mean() / 2 / len(ordered))


def in_and_out(cohort, scores):
    """The AUROC over films of the first hospital, and over those of the second."""
    first, second = (cohort.hospital == hospital for hospital in (0, 1))
    return auroc(cohort.labels[first], scores[first]), auroc(cohort.labels[second], scores[second])


def crossed_gap(cohort, scores):
    """AUROC of the first hospital's sick against the second's healthy, less that of the two others."""
    labels, hospital = cohort.labels, cohort.hospital

    def against(sick_at):
        rows = hospital == np.where(labels == 1, sick_at, 1 - sick_at)
        return auroc(labels[rows], scores[rows])

    return against(0) - against(1)


def tells_hospital(cohort, scores):
    """How well the score tells the hospital among the healthy, or among the sick: 0 not at all, 0.5 always."""
    rows = [cohort.labels == label for label in (0, 1)]
    return max(abs(auroc(cohort.hospital[r], scores[r]) - 0.5) for r in rows)


def logit(probabilities):
    """Probabilities → logits, kept finite."""
    p = np.clip(probabilities, 1e-6, 1 - 1e-6)
    return np.log(p / (1 - p))


def shift(without, with_mark):
    """By how much the mark moves the same films' logits, in standard deviations of the logits."""
    a, b = logit(without), logit(with_mark)
    spread = float(np.concatenate([a, b]).std())
    return float((b - a).mean()) / spread if spread > 0 else 0.0
