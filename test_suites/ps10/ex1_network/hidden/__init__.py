"""The checks of a submission, against the reference and PyTorch."""
