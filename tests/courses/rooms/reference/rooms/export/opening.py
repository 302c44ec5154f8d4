"""What opens exported networks: run where no code of the student's is."""

import numpy as np


def run(name, X):
    """The outputs of an ONNX graph."""
    from onnx.reference import ReferenceEvaluator

    graph = ReferenceEvaluator(name)
    return graph.run(None, {graph.input_names[0]: np.asarray(X)})[0]


def script(name, X):
    """The outputs of a TorchScript."""
    import torch

    return torch.jit.load(name)(torch.as_tensor(X)).detach().numpy()
