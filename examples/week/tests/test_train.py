"""Training and predicting, with a network of four weights in place of the large one."""

import numpy as np
import pytest
import torch
import train
from known import close

DARK_AND_BRIGHT = np.repeat(np.array([64, 192], np.uint8), 6)[:, None, None] * np.ones((1, 2, 2), np.uint8)
LABELS = np.repeat([0, 1], 6)


def tiny():
    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 1))


@pytest.fixture
def trained(monkeypatch):
    monkeypatch.setattr(train, "build_model", tiny)
    return lambda seed, epochs=1: train.predict(
        train.train(DARK_AND_BRIGHT, LABELS, epochs=epochs, seed=seed), DARK_AND_BRIGHT
    )


def test_pixels_become_numbers_around_zero():
    found = train.to_tensor(np.array([[[0, 128, 192]]], np.uint8))
    close(found, [[[[-2.0, 0.0, 1.0]]]])


def test_what_is_bright_is_learnt(trained):
    close(trained(0, epochs=600) > 0.5, LABELS)


def test_the_seed_decides(trained):
    close(trained(3), trained(3))
    close(np.abs(trained(3) - trained(4)).max() > 1e-3, True)


def test_a_probability_is_the_sigmoid_of_the_logit():
    net = tiny()
    with torch.no_grad():
        net[1].weight.fill_(0.25)
        net[1].bias.fill_(1.0)
    close(train.predict(net, DARK_AND_BRIGHT[5:7]), [0.5, 1 / (1 + np.exp(-2.0))])
