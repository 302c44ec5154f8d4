"""How far correct work stays from every limit: the reference over many seeds, and the same work in float32.

    python -m benchmarks.margins --seeds 2000 --trainings 100 --float32 100
    python -m benchmarks.margins --seeds 6000 --check example.learns

Ctrl-C ends it early, with what was measured until then. A check that fails once is named with its seed: it would have failed a correct student. Then comes a table of each
check's measurements: the worst value of all seeds, and the limit.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import time
from collections import Counter, defaultdict

from tests.content.correct import CORRECT, edited
from tests.in_process import InProcess
from tests.suites import Suite

from grader.records import Outcome

TRAININGS = ("fit.learns_digits", "port.learns_digits", "parity.free_seeds")
"""The checks that take longest, and whose margins are wide."""
ADVICE = ("port.bfloat16", "loss.stable", "gradients.stable")
"""What work in float32 is told, but never told to revise for."""
SINGLE = ("everything in float32", "a port that works in float32 only")
SUITE = Suite("week06", "lab1_mlp")
CHECKS = InProcess(SUITE)


class Margins:
    """What was measured of one kind of work."""

    def __init__(self) -> None:
        self.worst: dict[tuple[str, str], float] = defaultdict(lambda: -math.inf)
        self.limits: dict[tuple[str, str], float | None] = {}
        self.seeds: Counter[str] = Counter()
        self.failed: list[str] = []

    def see(self, check: str, told, seed: int) -> None:
        """Take in how one check ended."""
        self.seeds[check] += 1
        if told.outcome is not Outcome.PASSED:
            self.failed.append(f"{check}, seed {seed}: {told.finding or told.waited_for}")
            print("FAILED", self.failed[-1], flush=True)
        for m in told.evidence.measurements:
            key = (check, m.name)
            sign = 1.0 if m.better == "lower" else -1.0
            self.worst[key] = max(self.worst[key], sign * m.value)
            self.limits[key] = m.limit


def measured(texts, seeds: range, only: tuple[str, ...], into: Margins) -> None:
    """Run these checks on these seeds."""
    with CHECKS.submission(texts) as submission:
        for seed in seeds if only else ():
            for check, told in submission.run(seed, only, alone=True).items():
                into.see(check, told, seed)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--seeds", type=int, default=2000)
    options.add_argument("--trainings", type=int, default=100)
    options.add_argument("--float32", type=int, default=100)
    options.add_argument("--first", type=int, default=0)
    options.add_argument("--check", action="append", default=[], help="only these")
    given = options.parse_args()
    begun = time.process_time()
    reference = SUITE.reference()
    single = reference
    for name in SINGLE:
        single = edited(single, CORRECT[name])
    wanted = [check for check in CHECKS.checks if not given.check or check in given.check]
    in_double, in_single = Margins(), Margins()
    with contextlib.suppress(KeyboardInterrupt):
        for texts, into, count, checks in (
            (reference, in_double, given.trainings, [c for c in wanted if c in TRAININGS]),
            (single, in_single, given.float32, [c for c in wanted if c not in ADVICE]),
            (reference, in_double, given.seeds, [c for c in wanted if c not in TRAININGS]),
        ):
            measured(texts, range(given.first, given.first + count), tuple(checks), into)

    print("| check | measured | seeds | float64: worst | limit | float32: worst | limit |")
    print("|---|---|--:|--:|--:|--:|--:|")
    for key, worst in in_double.worst.items():
        check, name = key
        row = [f"`{check}`", name, f"{in_double.seeds[check]:,}", *shown(worst, in_double.limits[key])]
        row += shown(in_single.worst[key], in_single.limits[key]) if key in in_single.worst else ["", ""]
        print("| " + " | ".join(row) + " |")
    unmeasured = [c for c in wanted if all(check != c for check, _ in in_double.worst)]
    print("\nYes or no, without a measurement:", ", ".join(f"`{c}`" for c in unmeasured))
    print(
        f"\nfloat64: {sum(in_double.seeds.values()):,} checks, {len(in_double.failed)} failed; "
        f"float32: {sum(in_single.seeds.values()):,} checks, {len(in_single.failed)} failed; "
        f"{time.process_time() - begun:.0f} s of one core"
    )


def shown(worst: float, limit: float | None) -> list[str]:
    """A value and its limit, as the table has them."""
    return [f"{abs(worst):.2g}", "" if limit is None else f"{limit:.2g}"]


if __name__ == "__main__":
    main()
