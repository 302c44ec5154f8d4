"""ResNet18 (K. He, X. Zhang, S. Ren, J. Sun: Deep Residual Learning for Image Recognition, CVPR 2016).

Parameters have torchvision's names, so weights from there load here, and the other way round.
"""

import torch
from torch import nn
from torch.nn import functional as F


class BasicBlock(nn.Module):
    """Two 3 by 3 convolutions whose result is added to what went in: the block learns a residual.

    Args:
        n_in: Channels that go in.
        n_out: Channels that come out.
        stride: Of the first convolution; 2 halves height and width.
    """

    def __init__(self, n_in, n_out, stride=1):
        super().__init__()
        # BEGIN SOLUTION: conv1, bn1, conv2, bn2; and downsample (a 1 by 1 convolution and its norm) or None
        self.conv1 = nn.Conv2d(n_in, n_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(n_out)
        self.conv2 = nn.Conv2d(n_out, n_out, 3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(n_out)
        self.downsample = None
        if stride != 1 or n_in != n_out:  # what is added must have the same shape
            shortcut = nn.Conv2d(n_in, n_out, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(shortcut, nn.BatchNorm2d(n_out))
        # END SOLUTION

    def forward(self, x):
        """(N, n_in, H, W) → (N, n_out, H / stride, W / stride)."""
        # BEGIN SOLUTION: norms after convolutions; the second ReLU comes after the addition
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(out + shortcut)
        # END SOLUTION


class ResNet18(nn.Module):
    """A stem, four stages of two blocks, the mean over the image, one linear layer: 18 layers with weights.

    Args:
        num_classes: Logits that come out.
        in_channels: 1 for X-rays, 3 for colour.
    """

    def __init__(self, num_classes=1, in_channels=1):
        super().__init__()
        # BEGIN SOLUTION: conv1 (7 by 7, stride 2), bn1, a 3 by 3 max-pool, layer1 to layer4, fc
        self.conv1 = nn.Conv2d(in_channels, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = nn.Sequential(BasicBlock(64, 64), BasicBlock(64, 64))
        self.layer2 = nn.Sequential(BasicBlock(64, 128, stride=2), BasicBlock(128, 128))
        self.layer3 = nn.Sequential(BasicBlock(128, 256, stride=2), BasicBlock(256, 256))
        self.layer4 = nn.Sequential(BasicBlock(256, 512, stride=2), BasicBlock(512, 512))
        self.fc = nn.Linear(512, num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        # END SOLUTION

    def forward(self, x):
        """The logits of a batch: (N, in_channels, H, W) → (N, num_classes)."""
        # BEGIN SOLUTION: stem, stages, mean over height and width, fc
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))
        # END SOLUTION


def build_model(num_classes=1, in_channels=1):
    """An untrained ResNet18."""
    return ResNet18(num_classes, in_channels)
