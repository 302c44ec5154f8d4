"""``grade`` and ``python -m grader``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    from grader.cli import run  # imported late: `grade --help` should not wait for the engine

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
