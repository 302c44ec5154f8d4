"""The repository itself: green CI, tests with teeth, a README that a stranger can follow."""
