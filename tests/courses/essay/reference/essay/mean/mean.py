"""Mean and spread of some numbers."""


def mean(numbers):
    """Their sum over their count."""
    # BEGIN SOLUTION
    return sum(numbers) / len(numbers)
    # END SOLUTION


def spread(numbers):
    """From the least to the largest."""
    # BEGIN SOLUTION
    return max(numbers) - min(numbers)
    # END SOLUTION
