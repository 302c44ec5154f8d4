"""Digits to train on, and digits that are withheld: MNIST's from the data folder, else the course's own."""

import gzip
from functools import cache
from pathlib import Path

import numpy as np

FILES = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
"""MNIST's 10,000 test images: enough for training, testing and withholding."""
KEPT = 360
"""Small digits that are withheld; of MNIST 1,000."""


def split(lab, module, rng):
    """All digits in a new order, in three parts.

    Returns:
        What ``mnist.npz`` is to hold, and the withheld images (N, 28, 28) with their labels (N,).
    """
    images, labels = _mnist(_folder(lab.data)) if _folder(lab.data) else _small(module)
    order = rng.permutation(len(images))
    kept = KEPT if len(images) < 5000 else 1000
    withheld, test, train = order[:kept], order[kept : 2 * kept], order[2 * kept : 2 * kept + 6000]
    brought = {
        "x_train": images[train],
        "y_train": labels[train],
        "x_test": images[test],
        "y_test": labels[test],
    }
    return brought, images[withheld], labels[withheld]


def normalised(images, train):
    """The images in each form that networks are trained on: whole numbers are scaled in several ways."""
    X, T = (each.reshape(len(each), -1).astype(np.float64) for each in (images, train))
    spread = np.where(T.std(axis=0) > 0, T.std(axis=0), 1)
    return {
        "/ 255": X / 255,
        "standardised": (X - T.mean()) / T.std(),
        "standardised as MNIST's are": (X / 255 - 0.1307) / 0.3081,
        "from -1 to 1": X / 127.5 - 1,
        "about 0": X / 255 - 0.5,
        "less the mean": (X - T.mean()) / 255,
        "less each pixel's mean": (X - T.mean(axis=0)) / 255,
        "each pixel standardised": (X - T.mean(axis=0)) / spread,
        "from 0.01 to 1": X / 255 * 0.99 + 0.01,
        "black and white": (X > 127).astype(np.float64),
        "as they are": X,
    }


def _folder(data):
    """Where MNIST's files are: in the data folder itself, or in ``mnist`` in it; ``None`` without."""
    for name in (FILES[0], f"{FILES[0]}.gz"):
        if name in data:
            return Path(data[name]).parent
    return Path(data["mnist"]) if "mnist" in data else None


@cache
def _mnist(folder):
    """IDX files: two zeros, type, number of axes; each axis as a big-endian int32; then the bytes."""
    found = []
    for name in FILES:
        plain = folder / name
        data = (
            plain.read_bytes() if plain.is_file() else gzip.decompress((folder / f"{name}.gz").read_bytes())
        )
        axes = np.frombuffer(data, ">i4", count=data[3], offset=4)
        found.append(np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(axes))
    return found[0], found[1].astype(np.int64)


@cache
def _small(module):
    """The course's digits, enlarged as the given loader does."""
    train_images, train_labels, test_images, test_labels = module.load()
    return np.concatenate([train_images, test_images]), np.concatenate([train_labels, test_labels])
