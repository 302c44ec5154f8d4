"""Rules about a source are read from its text, which is never run."""

import pytest

from grader.checks import imports_only
from tests.checks.answers import finding

FREE = [
    "import numpy as np",
    "from numpy.linalg import norm",
    "import math, typing\nfrom pathlib import Path",
    "from __future__ import annotations",
    "from . import helpers",
    "import numpy\nif __name__ == '__main__':\n    import matplotlib.pyplot as plt\n",
    "name = 'import torch'  # import torch",
]
NOT_FREE = {
    "import torch": "torch",
    "from torch.nn import functional": "torch",
    "def f():\n    import jax.numpy as jnp": "jax",
    "try:\n    import autograd\nexcept ImportError:\n    pass": "autograd",
    "import importlib\nimportlib.import_module('to' + 'rch')": "importlib",
    "__import__('torch')": "__import__",
    "import ctypes": "ctypes",
    "exec('import torch')": "exec",
}


@pytest.mark.parametrize("source", FREE)
def test_numpy_and_the_standard_library_are_free(source):
    imports_only(source, ("numpy",))


@pytest.mark.parametrize("source", NOT_FREE)
def test_another_library_is_reported_with_its_line(source):
    told = finding(imports_only, source, ("numpy",), file="mlp_numpy.py")
    assert told.headline == f"This file uses {NOT_FREE[source]}."
    assert told.where.startswith("mlp_numpy.py, line ")


@pytest.mark.parametrize("source", ["def f(:", "\0", "(" * 5000])
def test_a_source_that_is_no_python_is_reported(source):
    assert "can't be read" in finding(imports_only, source, ("numpy",)).headline
