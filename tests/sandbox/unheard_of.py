"""A provider that the engine has never heard of."""

from grader.sandbox.local import LocalProvider


class UnheardOfProvider(LocalProvider):
    """A sandbox that somebody adds: it says that it doesn't protect, and nothing else may be known of it."""

    name = "unheard-of"
