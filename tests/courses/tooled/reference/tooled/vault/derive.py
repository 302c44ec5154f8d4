"""What follows from a mapped vault's total."""


def twice(*, net, total):
    """Two times the total."""
    assert net.params["gold"].sum() == total()
    return 2 * total()
