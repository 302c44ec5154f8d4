"""Problem Set 10, Exercise 2: a convolutional network."""
