"""Problem Set 10: a neural network, a CNN and RNNs from scratch, then PyTorch."""
