"""A tool that needs what its environment hasn't got."""

import torch


def norm(vault):
    """The norm of a vault's gold."""
    return torch.as_tensor(vault.gold).norm()
