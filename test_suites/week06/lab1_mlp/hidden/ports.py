"""The PyTorch port at a probe's weights."""

from dataclasses import dataclass

import numpy as np

from grader.checks import Answer
from test_suites.week06.lab1_mlp.hidden.probes import convention_of

OF_THE_NET = {
    "port.logits": ("forward.logits", "forward.batch_sizes"),
    "port.loss": ("loss.value",),
    "port.gradients": ("gradients.b2", "gradients.W2", "gradients.b1", "gradients.W1"),
    "port.calls": ("purity.calls",),
    "port.step": ("fit.step",),
    "parity.curves": ("fit.curve",),
}
"""A port is held against the mistakes of a NumPy net: which of its checks say the same of what."""


def of_the_net(passed):
    """The NumPy net's checks that correspond to those which the port passed."""
    return tuple(check for own in passed for check in OF_THE_NET.get(own, ()))


@dataclass(frozen=True)
class Port:
    """A port that is ready to be asked, in float64 if it can.

    Attributes:
        net: The student's module.
        single: True if its forward works in float32 only.
    """

    net: Answer
    single: bool

    def cast(self, values):
        """Inputs in the port's own precision."""
        return values.astype(np.float32) if self.single else values


def port_of(module, probe):
    """The student's port with a probe's weights in it."""
    sizes = probe.sizes
    net = module.MLP(sizes["n_in"], sizes["n_hidden"], sizes["n_out"], seed=0)
    works_in = module.tool("prepare", net, probe.params, probe.X)
    return Port(net, single=works_in.text() != "float64")


def port_at(module):
    """Gives the port with a probe's weights, and what turns inputs into its precision."""

    def at(probe):
        port = port_of(module, probe)
        return port.net, port.cast

    return at


def port_convention(student, reference, rng):
    """The port's convention; its gradients are asked of the port."""
    module = student.mlp_torch

    def gradients(probe):
        port = port_of(module, probe)
        return port.net.gradients(port.cast(probe.X), probe.y)

    return convention_of(module, reference, rng, gradients)
