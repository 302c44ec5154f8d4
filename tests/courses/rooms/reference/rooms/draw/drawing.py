"""What computes and draws."""

import time

BEGUN = time.perf_counter()

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image
from scipy import ndimage, signal, special

TOOK = time.perf_counter() - BEGUN


def picture():
    """Draw a curve; the picture's height."""
    # BEGIN SOLUTION
    plt.plot(special.expit(signal.convolve(np.ones(3), np.ones(2))))
    plt.savefig("curve.png")
    plt.show()
    turned = ndimage.rotate(np.asarray(Image.open("curve.png").convert("L")), 30, reshape=False)
    return turned.shape[0]
    # END SOLUTION


def took():
    """Seconds that the imports took."""
    return TOOK


def derivatives():
    """What can differentiate here."""
    found = []
    for name in ("torch", "jax", "autograd", "tensorflow"):
        try:
            __import__(name)
        except ImportError:
            continue
        found.append(name)
    return found
