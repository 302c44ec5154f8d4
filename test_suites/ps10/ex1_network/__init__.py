"""Exercise 1: a neural network from scratch."""
