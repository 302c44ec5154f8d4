"""What the tests compare with."""

import numpy as np


def close(found, want, within=1e-6):
    """Numbers, arrays or tensors are what they should be, each of them."""
    np.testing.assert_allclose(np.asarray(found), np.asarray(want), rtol=within, atol=within)
