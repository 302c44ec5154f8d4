"""Does a classifier of X-rays look at the disease, or at a hospital's marks?"""

import numpy as np


def auroc(positive, scores):
    """The probability that a positive case scores higher than a negative one; a tie counts half.

    Args:
        positive: (N,) of 0 and 1.
        scores: (N,) of floats.
    """
    # BEGIN SOLUTION: ranks of the scores (ties share their mean rank), and the positives' sum of ranks
    positive = np.asarray(positive, dtype=bool)
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    n_pos, n_neg = positive.sum(), (~positive).sum()
    return (ranks[positive].sum() - n_pos * (n_pos + 1) / 2) / (n_pos * n_neg)
    # END SOLUTION


def audit(predict_fn, images, labels, hospital):
    """Tell whether predictions depend on marks that only the first hospital leaves on its films.

    That a classifier is worse elsewhere proves nothing: the other hospital's films may be harder to read. That
    it is equally good everywhere proves nothing either: a mark can be read where it happens not to pay.

    Args:
        predict_fn: Images → (N,) probabilities of disease; may be called as often as you like.
        images: (N, H, W) of uint8.
        labels: (N,) of 0 and 1.
        hospital: (N,) of 0 (where the classifier was trained) and 1 (another one).

    Returns:
        A dict: ``in_auroc`` and ``out_auroc``, the AUROC over films of hospital 0 and of hospital 1;
        ``exploits_artifact``, True or False; ``evidence``, a number that is the larger the surer it is (or a
        dict with this number as ``score`` and whatever else you found).
    """
    # BEGIN SOLUTION: both AUROCs; then give the second hospital's films what only the first's have, and ask again
    films = np.asarray(images, dtype=float)
    scores = np.asarray(predict_fn(images))

    def mean(where, who):
        return films[(hospital == where) & (labels == who)].mean(axis=0).ravel()

    def logit(probabilities):
        p = np.clip(probabilities, 1e-6, 1 - 1e-6)
        return np.log(p / (1 - p))

    # Where patients are less ill, films differ as the healthy differ from the sick: that is no mark, and taken off.
    disease = mean(1, 1) - mean(1, 0)
    basis = np.stack([disease, np.ones_like(disease)], axis=1)  # a brighter film is no sicker one
    there, tells = films[hospital == 1], []
    for label in (0, 1):
        difference = mean(0, label) - mean(1, label)
        severity = np.linalg.lstsq(basis, difference, rcond=None)[0][0]
        mark = (difference - severity * disease).reshape(films.shape[1:])
        after = predict_fn((there + mark).clip(0, 255).round().astype(np.uint8))
        moved = abs((logit(after) - logit(scores[hospital == 1])).mean())
        tells.append(moved / max(logit(scores).std(), 1e-9))
    evidence = float(np.mean(tells))
    # Standard deviations of the score. Readers of the disease and coins stay below 0.3, also where one hospital's
    # patients are more, or less ill; a reader of a mark that half of one hospital's films bear comes to 1.
    return {
        "in_auroc": float(auroc(labels[hospital == 0], scores[hospital == 0])),
        "out_auroc": float(auroc(labels[hospital == 1], scores[hospital == 1])),
        "exploits_artifact": evidence > 0.5,
        "evidence": evidence,
    }
    # END SOLUTION
