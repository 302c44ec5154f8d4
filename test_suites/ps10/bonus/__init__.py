"""The bonus challenges."""
