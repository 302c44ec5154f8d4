"""The repository itself: green CI, tests that notice bugs, a README that a stranger can follow."""
