"""Training the network on X-rays, and asking it for probabilities."""

import numpy as np
import torch
from model import build_model
from torch.nn import functional as F

BATCH = 32


def to_tensor(images):
    """(N, H, W) of uint8 → (N, 1, H, W) of floats around zero."""
    return (torch.as_tensor(np.asarray(images)).float().unsqueeze(1) - 128) / 64


def train(images, labels, *, epochs, seed):
    """Train a ResNet18 to tell the sick (1) from the healthy (0).

    Args:
        images: (N, H, W) of uint8.
        labels: (N,) of 0 and 1.
        epochs: How often each image is seen.
        seed: Decides everything that is random: the same seed gives the same network.

    Returns:
        The network.
    """
    # BEGIN SOLUTION: seed, build, and minimise the binary cross-entropy of the logits with mini-batches
    torch.manual_seed(seed)
    model = build_model()
    X, y = to_tensor(images), torch.as_tensor(np.asarray(labels)).float()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=1e-4)
    model.train()
    for _ in range(epochs):
        for rows in torch.randperm(len(X)).split(BATCH):
            optimizer.zero_grad()
            loss = F.binary_cross_entropy_with_logits(model(X[rows])[:, 0], y[rows])
            loss.backward()
            optimizer.step()
    return model
    # END SOLUTION


def predict(model, images):
    """The probability that each image shows the disease.

    Args:
        model: From ``train``.
        images: (N, H, W) of uint8.

    Returns:
        (N,) of floats between 0 and 1. An image's probability is its own: it must not depend on the others.
    """
    # BEGIN SOLUTION: evaluation mode, no gradients, a batch at a time, sigmoid
    model.eval()
    with torch.no_grad():
        logits = [model(batch)[:, 0] for batch in to_tensor(images).split(256)]
    return torch.sigmoid(torch.cat(logits)).numpy()
    # END SOLUTION
