"""The environments that code runs in: one row each, and nothing else says what is in which.

    base ◀─ numpy ◀─ torch ◀─ judge      an image holds its own packages and those of the one below
                 ◀─ scipy   ◀─ onnx

A row is read by whoever needs its part: images and sandboxes are made from it, rubrics may name it, the judge
knows by it what student code is given, ``grade doctor`` looks for its image. A new environment is a row here and
a file of pinned packages, ``sandbox/image/<name>.txt``. What can't be built is no row.
"""

from __future__ import annotations

from types import MappingProxyType

from msgspec import Struct

NUMPY = ("numpy", "numpy.random", "numpy.linalg")
"""NumPy imports some of itself at first use: 10 ms in every process that draws a number."""
DRAWS = ("scipy.ndimage", "scipy.signal", "scipy.special", "PIL.Image", "matplotlib.pyplot")
"""Together more than a second, which each check would pay for."""
EXPORTS = (
    "torch._dynamo",
    "torch.onnx",
    "torch.export",
    "onnx.reference",
    "onnxscript",
    "torch.utils.tensorboard",
)
"""The real ``torch._dynamo``: exporting needs it."""
DIFFERENTIATES = ("torch", "jax", "tensorflow", "autograd")


class Environment(Struct, frozen=True, kw_only=True):
    """What is there, in one kind of sandbox. No environment has a network.

    Attributes:
        name: As rubrics, reports and images spell it.
        has: What student code finds, in words for students; empty where no module of theirs runs.
        below: The environment whose image this one's packages are put on; empty: the base.
        worker: Whether student code runs in it, beside the worker. Where not, the engine as it is installed here
            is mounted into it.
        module: Whether a rubric may name it for a module.
        device: What its libraries compute on.
        tensors: Whether modules may be given tensors.
        preload: Imported once, by the zygote.
        denied: Libraries that its image lacks on purpose; a sandbox without an image hides them.
        on_import: What a student is told whose code imports what isn't there; empty: the usual words.
        packages: Whether it has a developer's tools and may fetch packages through our filter; its image is made
            apart (``sandbox.image.stranger``).
    """

    name: str
    has: str = ""
    below: str = ""
    worker: bool = True
    module: bool = False
    device: str = "cpu"
    tensors: bool = False
    preload: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    on_import: str = ""
    packages: bool = False


_ROWS = (
    Environment(
        name="numpy",
        has="Python and NumPy only",
        module=True,
        preload=NUMPY,
        denied=DIFFERENTIATES,
        on_import="This part runs where only NumPy and the standard library exist.",
    ),
    Environment(
        name="torch",
        has="Python, NumPy and PyTorch",
        below="numpy",
        module=True,
        tensors=True,
        preload=(*NUMPY, "torch"),
        on_import="This part runs where only NumPy, PyTorch and the standard library exist.",
    ),
    Environment(
        name="scipy",
        has="Python, NumPy, SciPy, Pillow and Matplotlib",
        below="numpy",
        module=True,
        preload=(*NUMPY, *DRAWS),
        denied=DIFFERENTIATES,
        on_import="This part runs where nothing differentiates: NumPy, SciPy, Pillow, Matplotlib.",
    ),
    Environment(
        name="onnx",
        has="Python, PyTorch, ONNX and TensorBoard, with SciPy, Pillow and Matplotlib",
        below="torch",
        module=True,
        tensors=True,
        preload=(*NUMPY, "torch", *EXPORTS, *DRAWS),
        on_import="This part runs where PyTorch, ONNX, TensorBoard, SciPy, Pillow and Matplotlib exist.",
    ),
    Environment(name="judge", below="torch", worker=False),
    Environment(name="stranger", packages=True),
)

ENVIRONMENTS = MappingProxyType({row.name: row for row in _ROWS})
"""Name → row; each after the one that it rests on."""
WITHOUT_CODE = "/without-code"
"""Ends the name of a sandbox of an environment that has a submission's files, but none of its code."""
DEFAULT, JUDGE, STRANGER = "numpy", "judge", "stranger"
"""Of modules that name none; where the judge runs; where a repository's own commands run."""
FOR_MODULES = tuple(row.name for row in _ROWS if row.module)
