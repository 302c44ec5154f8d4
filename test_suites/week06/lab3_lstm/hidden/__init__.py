"""The checks behind the verdict.

cells      what an LSTM computes, from its weights
walking    forecasts one day after the other, each from its past alone
skill      scores with intervals, and how much skill no honest forecast has
claims     results.json, read with care and set against the basket
worlds     the basket's prices as they never were, and questions that only a leak answers otherwise
test_*     one file for each part of the lab
"""
