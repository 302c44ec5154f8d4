"""The checks behind the points.

through_time  gradients of RNNCell.backward, wherever it leaves them
draws         samples against the probabilities that they should have
test_*        one file for each part of the exercise
"""
