"""How far correct work stays from every limit: the reference, in float64 and in float32, over many seeds.

    python -m benchmarks.margins --seeds 200

Prints, for each check's measurements, the worst value of the float64 reference, of one that works in float32,
and the limit. A check that fails once is named with its seed: it would have failed a correct student.
"""

from __future__ import annotations

import argparse
import math
from collections import defaultdict

from tests.content.correct import CORRECT, edited
from tests.suites import Suite

from grader.checks import KnownMistakes
from grader.records import Outcome

ADVICE = ("port.bfloat16", "loss.stable", "gradients.stable")
"""What work in float32 is told, but never told to revise for."""
SINGLE = ("everything in float32", "a port that works in float32 only")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--seeds", type=int, default=200)
    options.add_argument("--first", type=int, default=0)
    given = options.parse_args()
    suite = Suite("week06", "lab1_mlp")
    double = suite.reference_sources()
    single = double
    for name in SINGLE:
        single = edited(single, CORRECT[name])
    known_mistakes = KnownMistakes(suite.folder, suite.mistakes)
    worst: dict[tuple[str, str], list[float]] = defaultdict(lambda: [-math.inf, -math.inf])
    limits: dict[tuple[str, str], float | None] = {}
    failed = 0
    for seed in range(given.first, given.first + given.seeds):
        for column, sources in enumerate((double, single)):
            for check in suite.ordered():
                if check in ADVICE and column:
                    continue
                told = suite.one(check, sources, seed, known_mistakes)
                if told.outcome is not Outcome.PASSED:
                    failed += 1
                    print(f"FAILED {check} {'float64 float32'.split()[column]} seed {seed}: {told.finding}")
                for m in told.evidence.measurements:
                    sign = 1.0 if m.better == "lower" else -1.0
                    key = (check, m.name)
                    worst[key][column] = max(worst[key][column], sign * m.value)
                    limits[key] = m.limit
    print(f"{'check':28} {'measured':56} {'float64':>9} {'float32':>9} {'limit':>9}")
    for (check, name), (a, b) in worst.items():
        print(f"{check:28} {name:56} {abs(a):9.1e} {abs(b):9.1e} {limits[check, name]:9.1e}")
    print(f"{failed} failed, {given.seeds} seeds")


if __name__ == "__main__":
    main()
