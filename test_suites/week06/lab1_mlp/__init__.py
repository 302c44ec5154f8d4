"""Lab 1: a perceptron from scratch in NumPy, then in PyTorch."""
