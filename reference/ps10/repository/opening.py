"""What opens files that students wrote, where no code of theirs is: weights, exported networks, event files.

What can't be opened is returned as ``{"lost": why}``: a hostile file is nobody's fault but its author's.
"""

import os
from pathlib import Path

import numpy as np


def _path(name, committed=False):
    return Path(os.environ["SUBMISSION"], name) if committed else Path(name)


def _lost(error):
    return {"lost": f"{type(error).__name__}: {error}"[:200]}


def load(name, committed=False):
    """The arrays of a file of weights, name → array: ``.npz``, or what ``torch.save`` wrote."""
    try:
        if name.endswith((".npz", ".npy")):
            with np.load(_path(name, committed), allow_pickle=False) as opened:
                return {key: np.asarray(opened[key]) for key in opened.files}
        import torch

        try:
            found = torch.load(_path(name, committed), weights_only=True, map_location="cpu")
        except Exception:  # a whole model: nothing but this sandbox is at stake
            found = torch.load(_path(name, committed), weights_only=False, map_location="cpu")
        return _tensors(found.state_dict() if isinstance(found, torch.nn.Module) else found)
    except Exception as error:
        return _lost(error)


def _tensors(found, prefix=""):
    """All tensors at any depth, name → array."""
    import torch

    if isinstance(found, torch.Tensor):
        return {prefix or "tensor": found.detach().to(torch.float64).numpy()}
    items = found.items() if isinstance(found, dict) else []
    if isinstance(found, list | tuple):
        items = enumerate(found)
    named = {}
    for key, value in items:
        named |= _tensors(value, f"{prefix}.{key}" if prefix else str(key))
    return named


def run(name, batches):
    """What an exported network makes of each batch: a list of arrays, or of ``{"lost": why}``.

    Args:
        name: An ``.onnx`` file, or TorchScript.
        batches: Arrays (N, 1, 16, 16), float32.
    """
    try:
        call = _onnx(name) if name.endswith(".onnx") else _torchscript(name)
    except Exception as error:
        return _lost(error)
    results = []
    for batch in batches:
        try:
            results.append(np.asarray(call(np.asarray(batch, dtype=np.float32)), dtype=np.float64))
        except Exception as error:
            results.append(_lost(error))
    return results


def _onnx(name):
    import onnx
    from onnx.reference import ReferenceEvaluator

    model = onnx.load(name)
    wanted = model.graph.input[0]
    fixed = wanted.type.tensor_type.shape.dim[0]
    session = ReferenceEvaluator(model)

    def call(batch):
        if fixed.HasField("dim_value") and fixed.dim_value not in {0, len(batch)}:
            raise ValueError(f"the graph takes batches of {fixed.dim_value} only")
        return session.run(None, {wanted.name: batch})[0]

    return call


def _torchscript(name):
    import torch

    model = torch.jit.load(name, map_location="cpu")

    def call(batch):
        with torch.no_grad():
            return model(torch.from_numpy(batch)).numpy()

    return call


def scalars(name):
    """The scalars of a TensorBoard event file: tag → [steps, values]."""
    try:
        from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
        from tensorboard.util.tensor_util import make_ndarray

        found = {}
        for event in EventFileLoader(name).Load():
            for value in event.summary.value:
                steps, values = found.setdefault(value.tag, ([], []))
                number = make_ndarray(value.tensor) if value.HasField("tensor") else value.simple_value
                if np.size(number) == 1:
                    steps.append(float(event.step))
                    values.append(float(np.asarray(number).reshape(())))
        return {tag: [steps, values] for tag, (steps, values) in found.items() if steps}
    except Exception as error:
        return _lost(error)


def models(folder="models"):
    """Each file of a committed folder: its path → ``ok``, ``broken: why`` or ``unknown: why``.

    Broken is what can't be right in any program: an empty file, an LFS pointer, a damaged archive. What needs the
    student's code, or another library, to be opened is unknown.
    """
    root = Path(os.environ["SUBMISSION"])
    found = sorted(path for path in (root / folder).rglob("*") if path.is_file())
    named = [
        path for path in found if path.suffix.lower() not in {".md", ".txt", ".json", ".gitkeep", ".png"}
    ]
    return {str(path.relative_to(root)): _state(path) for path in named if not path.name.startswith(".")}


def _state(path):
    """How a file of weights is."""
    with path.open("rb") as file:
        head = file.read(64)
    if not head:
        return "broken: the file is empty"
    if head.startswith(b"version https://git-lfs"):
        return "broken: this is the pointer of a Git LFS file, not the file"
    if path.suffix.lower() == ".npy":
        return _opened(lambda: np.load(path, allow_pickle=True))
    if path.suffix.lower() == ".npz":
        return _opened(lambda: dict(np.load(path, allow_pickle=True)))
    if path.suffix.lower() in {".pt", ".pth", ".ckpt", ".bin"}:
        return _opened(lambda: _torch_file(path))
    if path.suffix.lower() == ".onnx":
        return _opened(lambda: __import__("onnx").load(path))
    if path.suffix.lower() in {".pkl", ".pickle"}:
        return _opened(lambda: __import__("pickle").loads(path.read_bytes()))  # alone in this sandbox
    return f"unknown: a {path.suffix or 'nameless'} file"


def _torch_file(path):
    import torch

    try:
        return torch.load(path, weights_only=False, map_location="cpu")
    except RuntimeError:
        return torch.jit.load(path, map_location="cpu")


def _opened(load):
    try:
        load()
    except (ImportError, AttributeError) as error:  # a class of the student's, or of another library
        return f"unknown: {error}"[:200]
    except Exception as error:
        return f"broken: {type(error).__name__}: {error}"[:200]
    return "ok"
