"""A small ResNet that was trained on printed letters: given, and the same for everybody.

``Backbone`` is the network without a head: images (N, 1, 16, 16) with pixels from 0 (paper) to 1 (ink) become
features (N, 36). ``pretrained_weights`` reads its weights from ``backbone.npz``, which lies beside this file.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn

FEATURES = 36
"""How many features an image becomes: what a head begins with."""

IMAGE = (1, 16, 16)
"""The shape of one image: channels, height, width."""


class Block(nn.Module):
    """Two 3×3 convolutions beside a shortcut (He et al., 2015)."""

    def __init__(self, n_in, n_out, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(n_in, n_out, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(n_out)
        self.conv2 = nn.Conv2d(n_out, n_out, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(n_out)
        self.shortcut = nn.Sequential()
        if stride != 1 or n_in != n_out:
            self.shortcut = nn.Sequential(
                nn.Conv2d(n_in, n_out, 1, stride, bias=False), nn.BatchNorm2d(n_out)
            )

    def forward(self, x):
        """(N, n_in, H, W) → (N, n_out, H / stride, W / stride)."""
        inner = torch.relu(self.norm1(self.conv1(x)))
        return torch.relu(self.norm2(self.conv2(inner)) + self.shortcut(x))


class Backbone(nn.Module):
    """A stem, three blocks, and the mean over all places. Its weights are random until you load them."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 16, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(16)
        self.blocks = nn.Sequential(Block(16, 16), Block(16, 32, stride=2), Block(32, FEATURES, stride=2))

    def forward(self, x):
        """Images (N, 1, 16, 16) → features (N, 36)."""
        return self.blocks(torch.relu(self.norm(self.stem(x)))).mean(dim=(2, 3))


def pretrained_weights():
    """The weights of a ``Backbone``: its state dict, name → tensor."""
    with np.load(Path(__file__).with_name("backbone.npz")) as stored:
        return {
            name: torch.from_numpy(stored[name].astype(np.float32))
            if stored[name].dtype.kind == "f"
            else torch.from_numpy(stored[name])
            for name in stored.files
        }
