"""Whether tests pass in another order: each stands for itself, and does not live on what the one before it left."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from grader.checks.project.sandbox import ProjectSandbox, Ran

PYTEST = "python -m pytest"
MOST_BYTES = 90_000
"""Of a command: bash takes no more than 128 KiB for one."""
_TEST = re.compile(r"^(\S[^\n]*?\.py::[^\n]+)$", re.MULTILINE)


def fails_in_another_order(
    sandbox: ProjectSandbox, command: str, rng: np.random.Generator, *, seconds: float
) -> Ran | None:
    """Run the tests shuffled; once more, the same way, if they fail.

    Args:
        sandbox: The repository, in a home where the command works.
        command: Runs its tests; only pytest's can be told an order.
        rng: Shuffles.
        seconds: For one run.

    Returns:
        The second failure; ``None`` if there is none, or no order can be told.
    """
    if command != PYTEST:
        return None
    (listed,) = sandbox.trials(f"{PYTEST} --collect-only -q", [{}], seconds=seconds, total_seconds=seconds)
    found = _TEST.findall(listed.output) if listed is not None and listed.worked else []
    if len(found) < 2 or "bytes are left out here" in (listed.output if listed else ""):
        return None
    names = [shlex.quote(found[i]) for i in rng.permutation(len(found))]
    shuffled = f"{PYTEST} {' '.join(names)}"
    if len(shuffled.encode()) > MOST_BYTES:
        return None
    last: Ran | None = None
    for _ in range(2):
        (last,) = sandbox.trials(shuffled, [{}], seconds=seconds, total_seconds=seconds)
        if last is None or last.status != 1:  # 1: tests failed; all else is about the names
            return None
    return last
