"""The audit: eight films whose scores are written down."""

import numpy as np
from audit import audit, auroc
from known import close

LABELS = np.array([0, 0, 1, 1, 0, 0, 1, 1])
HOSPITAL = np.array([0, 0, 0, 0, 1, 1, 1, 1])


def audited(scores):
    return audit(lambda images: images[:, 0, 0] / 100, np.array(scores)[:, None, None], LABELS, HOSPITAL)


def test_auroc_counts_pairs_and_half_of_the_ties():
    close(auroc(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8])), 0.75)
    close(auroc(np.array([0, 1, 1]), np.array([0.5, 0.5, 0.5])), 0.5)


def test_scores_that_tell_the_hospitals_apart_are_flagged():
    found = audited([10, 20, 80, 90, 80, 20, 90, 10])
    close(found["in_auroc"], 1.0)
    close(found["out_auroc"], 0.5)
    close(found["evidence"], 0.25)  # 0.875 among the healthy, 0.375 among the sick
    close(found["exploits_artifact"], True)


def test_scores_that_tell_the_labels_alone_are_not():
    found = audited(100 * LABELS)
    close(found["out_auroc"], 1.0)
    close(found["evidence"], 0.0)
    close(found["exploits_artifact"], False)
