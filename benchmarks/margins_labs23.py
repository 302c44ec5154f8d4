"""How far labs 2 and 3's references stay from every limit, over many seeds.

    python -m benchmarks.margins_labs23 lab3_lstm --seeds 100
    python -m benchmarks.margins_labs23 lab2_cxr --seeds 2000 --only audit.flags_mark_readers

Prints, for each measurement of each check, the worst value that the reference ever had beside its limit, and the
smallest margin: how many times it could grow (or shrink) until the check failed. A check that doesn't pass is named
with its seed: it would have failed a correct student.
"""

from __future__ import annotations

import argparse
import math
import time

from tests.suites import Suite

from grader.records import Outcome


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("lab", choices=("lab2_cxr", "lab3_lstm"))
    options.add_argument("--seeds", type=int, default=100)
    options.add_argument("--first", type=int, default=0)
    options.add_argument(
        "--seconds", type=float, default=math.inf, help="stop before the next seed after this long"
    )
    options.add_argument("--only", nargs="*", default=[])
    given = options.parse_args()
    suite = Suite("week06", given.lab)
    worst: dict[tuple[str, str], float] = {}
    limits: dict[tuple[str, str], tuple[float | None, str]] = {}
    failed = done = 0
    begun = time.monotonic()
    for seed in range(given.first, given.first + given.seeds):
        if time.monotonic() - begun > given.seconds:
            break
        done += 1
        for check in suite.run({}, seed, given.only).values():
            if check.outcome is not Outcome.PASSED:
                failed += 1
                print(f"NOT PASSED {check.id} seed {seed}: {check.finding}", flush=True)
            for m in check.measurements:
                key = (check.id, m.name)
                worse = max if m.better == "lower" else min
                worst[key] = worse(worst.get(key, m.value), m.value)
                limits[key] = m.limit, m.better
    print(f"{'check':24} {'measured':64} {'worst':>10} {'limit':>10} {'margin':>8}")
    for (check, name), value in worst.items():
        limit, better = limits[check, name]
        print(
            f"{check:24} {name[:64]:64} {value:10.3g} {_limit(limit):>10} {_margin(value, limit, better):>8}"
        )
    print(f"{failed} not passed, {done} seeds")


def _limit(limit: float | None) -> str:
    return "" if limit is None else f"{limit:.3g}"


def _margin(value: float, limit: float | None, better: str) -> str:
    if limit is None or not value or not limit:
        return ""
    return f"{limit / value if better == 'lower' else value / limit:.3g}"


if __name__ == "__main__":
    main()
