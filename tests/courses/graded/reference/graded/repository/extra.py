"""The challenge."""


def answer():
    """Seven."""
    # BEGIN SOLUTION
    return 7
    # END SOLUTION
