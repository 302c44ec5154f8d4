"""The bases are what cases are made of: their tests are not ours to run."""

collect_ignore = ["bases"]
