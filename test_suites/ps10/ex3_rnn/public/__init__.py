"""The checks that students have.

answers   arrays found in what a call gives, whatever they are wrapped in
cells     the recurrence of RNNCell, and how a cell may read it
gates     an LSTM's weights, in whatever layout they are
words     text that no one has seen, of a few invented words
test_*    one file for each part of the exercise
"""
