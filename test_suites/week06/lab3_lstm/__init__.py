"""Lab 3: an LSTM for 10-day-ahead returns. Graded are the protocol and the honesty, never the skill."""
