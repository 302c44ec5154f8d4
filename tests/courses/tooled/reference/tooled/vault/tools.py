"""Tools, one of them faulty."""


def total(vault, more):
    """The total of a vault, and more."""
    return {"total": vault.total() + more.sum()}


def broken(vault):
    """A tool with a fault of its own."""
    return {}["ours"]
