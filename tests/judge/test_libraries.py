"""How a file imports what is not installed: read in its text, never run."""

import pytest

from grader.judge.libraries import Imports, imports, missed

LEGAL = ("tensorflow", "jax")


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import numpy as np\nimport tensorflow as tf", Imports(top="tensorflow")),
        ("from tensorflow.keras import layers", Imports(top="tensorflow")),
        ("import numpy, jax.numpy", Imports(top="jax")),
        ("class A: pass\n\nfrom tensorflow import keras\n", Imports(top="tensorflow")),
        ("if True:\n    import jax", Imports(top="jax")),
        ("try:\n    import jax\nexcept ImportError:\n    jax = None", Imports(tried="jax")),
        (
            "def f():\n    try:\n        import jax\n    except ImportError:\n        return None",
            Imports(tried="jax"),
        ),
        (
            "import jax\ntry:\n    import tensorflow\nfinally:\n    pass",
            Imports(top="jax", tried="tensorflow"),
        ),
        ("def f():\n    import tensorflow", Imports()),
        ("class A:\n    def f(self):\n        from jax import grad", Imports()),
        ("if __name__ == '__main__':\n    import tensorflow", Imports()),
        ("import tensorflow_of_mine", Imports()),
        ("from . import jax", Imports()),
        ("text = 'import tensorflow'", Imports()),
        ("import tensorflow as", Imports()),
        ("tensorflow" + "(" * 9_000, Imports()),
    ],
)
def test_how_a_file_imports_a_library(source, found):
    assert imports(source, LEGAL) == found


def test_the_library_that_an_import_misses():
    assert missed("No module named 'tensorflow.keras'", LEGAL) == "tensorflow"
    assert missed("No module named 'torch'", LEGAL) == ""
    assert missed("tensorflow, please", LEGAL) == ""
