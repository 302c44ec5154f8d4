"""The labs' folders are no packages: tests import from them by name."""

import sys
from pathlib import Path

import torch

for folder in ("lab1_mlp", "lab2_cxr", "lab3_lstm"):
    sys.path.insert(0, str(Path(__file__).parents[1] / folder))
torch.set_num_threads(1)  # the networks here are tiny
