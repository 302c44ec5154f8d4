"""Says what it is told to."""


def say():
    """A word."""
    return "nothing"
