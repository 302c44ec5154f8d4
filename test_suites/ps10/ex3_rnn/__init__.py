"""Exercise 3: recurrent networks."""
