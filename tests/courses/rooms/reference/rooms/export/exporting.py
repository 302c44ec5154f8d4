"""What exports a network and logs its training."""

import torch
from torch import nn


def network():
    """A small one, with a batch norm."""
    torch.manual_seed(0)
    layers = (nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return nn.Sequential(*layers, nn.Linear(4, 3)).eval()


def dynamo(X):
    """Export as PyTorch does by default; the network's own answer."""
    # BEGIN SOLUTION
    shapes = ({0: torch.export.Dim("n")},)
    torch.onnx.export(
        network(), (X,), "network.onnx", dynamo=True, dynamic_shapes=shapes, external_data=False
    )
    return network()(X).detach()
    # END SOLUTION


def trace(X):
    """Export as it was done before."""
    names = {"input_names": ["X"], "dynamic_axes": {"X": {0: "n"}}}
    torch.onnx.export(network(), (X,), "network.onnx", dynamo=False, **names)
    return network()(X).detach()


def script(X):
    """Export as TorchScript."""
    torch.jit.script(network()).save("network.pt")
    return network()(X).detach()


def log():
    """Write an event file."""
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter() as writer:
        writer.add_scalar("loss", 1.0, 0)
