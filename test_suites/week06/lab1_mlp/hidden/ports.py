"""The PyTorch port at a probe's weights."""

from dataclasses import dataclass

import numpy as np

from grader.checks import Answer


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
