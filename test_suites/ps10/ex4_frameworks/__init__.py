"""Exercise 4: with a framework."""
