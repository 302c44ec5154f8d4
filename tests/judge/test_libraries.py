"""Which library a file rests on: read in its text, never run."""

import pytest

from grader.judge.libraries import missed, rests_on

LEGAL = ("tensorflow", "jax")


@pytest.mark.parametrize(
    ("source", "library"),
    [
        ("import numpy as np\nimport tensorflow as tf", "tensorflow"),
        ("from tensorflow.keras import layers", "tensorflow"),
        ("import numpy, jax.numpy", "jax"),
        ("class A: pass\n\nfrom tensorflow import keras\n", "tensorflow"),
        ("if True:\n    import jax", "jax"),
        ("try:\n    import jax\nexcept ImportError:\n    jax = None", "jax"),
        ("def f():\n    try:\n        import jax\n    except ImportError:\n        return None", "jax"),
        ("def f():\n    import tensorflow", ""),
        ("class A:\n    def f(self):\n        from jax import grad", ""),
        ("if __name__ == '__main__':\n    import tensorflow", ""),
        ("import tensorflow_of_mine", ""),
        ("from . import jax", ""),
        ("text = 'import tensorflow'", ""),
        ("import tensorflow as", ""),
        ("tensorflow" + "(" * 9_000, ""),
    ],
)
def test_the_library_without_which_a_file_says_little(source, library):
    assert rests_on(source, LEGAL) == library


def test_the_library_that_an_import_misses():
    assert missed("No module named 'tensorflow.keras'", LEGAL) == "tensorflow"
    assert missed("No module named 'torch'", LEGAL) == ""
    assert missed("tensorflow, please", LEGAL) == ""
