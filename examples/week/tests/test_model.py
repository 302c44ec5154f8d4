"""ResNet18: a block small enough for paper, and where the whole network takes its mean."""

import pytest
import torch
from known import close
from model import BasicBlock, build_model


@pytest.fixture(scope="module")
def net():
    return build_model(num_classes=3, in_channels=1).eval()


def test_a_block_adds_what_went_in_before_the_last_relu():
    block = BasicBlock(1, 1).eval()
    with torch.no_grad():
        for convolution, weight in ((block.conv1, 2.0), (block.conv2, 0.5)):
            convolution.weight.zero_()[0, 0, 1, 1] = weight
        found = block(torch.tensor([1.0, -1.0]).reshape(2, 1, 1, 1))
    close(found.flatten(), [2.0, 0.0], within=1e-4)


def test_the_logits_are_read_off_the_mean_over_the_image(net):
    seen = []
    handle = net.layer4.register_forward_hook(lambda module, given, out: seen.append(out))
    with torch.no_grad():
        logits = net(torch.linspace(-1, 1, 2 * 40 * 40).reshape(2, 1, 40, 40))
        close(seen[0].shape, [2, 512, 2, 2])
        close(logits, net.fc(seen[0].mean(dim=(2, 3))), within=1e-4)
    handle.remove()
