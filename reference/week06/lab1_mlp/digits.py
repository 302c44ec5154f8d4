"""Real handwritten digits: MNIST where you have its files, else 1,797 small ones that come with the lab.

MNIST's four files (http://yann.lecun.com/exdb/mnist, IDX format, plain or .gz) are looked for in the folder
you give, or in the one named by the environment variable MNIST_DIR. The small ones, 8 by 8 pixels, are the
test part of "Optical Recognition of Handwritten Digits" (E. Alpaydin and C. Kaynak, UCI Machine Learning
Repository, CC BY 4.0), as in scikit-learn's ``load_digits``.
"""

import gzip
import hashlib
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

MNIST = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
"""Each file, and the MD5 of its unzipped contents."""


class Digits(NamedTuple):
    """Images with what they show."""

    images: np.ndarray
    """(N, pixels) of uint8, from 0 (paper) to ``brightest`` (ink)."""
    labels: np.ndarray
    """(N,) of int64, from 0 to 9."""
    brightest: int
    name: str


def load(folder=None):
    """All digits there are: MNIST's 70,000 of 784 pixels, or 1,797 of 64 pixels.

    Args:
        folder: Where MNIST's files are; by default what MNIST_DIR says.

    Raises:
        FileNotFoundError: A folder was named, but a file isn't in it.
        ValueError: A file isn't MNIST's: its checksum differs.
    """
    folder = folder or os.environ.get("MNIST_DIR")
    if folder:
        parts = [_idx(Path(folder), name) for name in MNIST]
        images = np.concatenate(parts[::2]).reshape(-1, 28 * 28)
        return Digits(images, np.concatenate(parts[1::2]).astype(np.int64), 255, "MNIST")
    with np.load(Path(__file__).with_name("digits.npz")) as file:
        return Digits(file["images"], file["labels"].astype(np.int64), 16, "UCI digits")


def _idx(folder, name):
    """One IDX file: two zeros, type, number of axes; each axis as a big-endian int32; then the bytes."""
    plain, zipped = folder / name, folder / f"{name}.gz"
    if plain.is_file():
        data = plain.read_bytes()
    elif zipped.is_file():
        data = gzip.decompress(zipped.read_bytes())
    else:
        raise FileNotFoundError(f"{name} (or {name}.gz) is not in {folder}: MNIST is {', '.join(MNIST)}.")
    found = hashlib.md5(data, usedforsecurity=False).hexdigest()
    if found != MNIST[name]:
        raise ValueError(f"{folder / name} is not MNIST's: its MD5 is {found}, not {MNIST[name]}.")
    axes = data[3]
    shape = np.frombuffer(data, ">i4", count=axes, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(shape)
