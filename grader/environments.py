"""The environments that code runs in: one row each, and nothing else says what is in which.

    base ◀─ numpy ◀─ torch ◀─ judge      an image holds its own packages and those of the one below
                 ◀─ scipy   ◀─ onnx
                 ◀─ torch-cuda ◀─ onnx-cuda       in place of torch and onnx, where a GPU is asked for

A row is read by whoever needs its part: images and sandboxes are made from it, rubrics may name it, the judge
knows by it what student code is given, ``grade doctor`` looks for its image. A new environment is a row here and
a file of pinned packages, ``sandbox/image/<name>.txt``. What can't be built is no row.

Rubrics, jobs and records name ``torch``, whatever it computes on: which image that is, the provider knows.
"""

from __future__ import annotations

from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

NUMPY = ("numpy", "numpy.random", "numpy.linalg")
"""NumPy imports some of itself at first use: 10 ms in every process that draws a number."""
DRAWS = ("scipy.ndimage", "scipy.signal", "scipy.special", "PIL.Image", "matplotlib.pyplot")
"""Together more than a second, which each check would pay for."""
CUDA = "cuda"
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
        pins: Which file pins its packages; empty: its own.
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
    pins: str = ""

    @property
    def pinned(self) -> str:
        """The file that pins its packages."""
        return f"{self.pins or self.name}.txt"


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

_OF = {row.name: row for row in _ROWS}
_WITH_CUDA = tuple(
    replace(_OF[name], name=f"{name}-{CUDA}", below=below, pins=pins, module=False, device=CUDA)
    for name, below, pins in (("torch", "numpy", ""), ("onnx", "torch-cuda", "onnx"))
)
"""Several GB each, and built only if somebody asks for a GPU."""

ENVIRONMENTS = MappingProxyType({row.name: row for row in (*_ROWS, *_WITH_CUDA)})
"""Name → row; each after the one that it rests on."""
WITHOUT_CODE = "/without-code"
"""Ends the name of a sandbox of an environment that has a submission's files, but none of its code."""
DEFAULT, JUDGE, STRANGER = "numpy", "judge", "stranger"
"""Of modules that name none; where the judge runs; where a repository's own commands run."""
FOR_MODULES = tuple(row.name for row in _ROWS if row.module)


def built_for(device: str) -> tuple[str, ...]:
    """The environments whose images are needed where this is computed on; those of the CPU always are."""
    return tuple(row.name for row in ENVIRONMENTS.values() if row.device in ("cpu", device))


def on(name: str, device: str) -> str:
    """The environment that has what this one has and computes on a device; itself if there is no other."""
    other = f"{name}-{device}"
    return other if other in ENVIRONMENTS else name
