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
    # BEGIN SOLUTION: both AUROCs; then compare predictions of patients that differ only by hospital
    scores = np.asarray(predict_fn(images))
    # Among the healthy alone, and among the sick alone, a fair score can't tell the hospitals apart.
    tells = [abs(auroc(hospital[labels == label], scores[labels == label]) - 0.5) for label in (0, 1)]
    evidence = float(np.mean(tells))
    # Chance alone gives less than 0.07 on 1,200 films; a reader of a mark that half of one hospital's bear, 0.25.
    return {
        "in_auroc": float(auroc(labels[hospital == 0], scores[hospital == 0])),
        "out_auroc": float(auroc(labels[hospital == 1], scores[hospital == 1])),
        "exploits_artifact": evidence > 0.15,
        "evidence": evidence,
    }
    # END SOLUTION
