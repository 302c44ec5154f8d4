"""Feed every parser of what students write with inputs from grammars and with mutated real files.

    python -m benchmarks.fuzz [PARSER …] [--count 100000] [--first 0] [--at-once 2]

The first of the same inputs are in the tests (``tests/fuzz``). Each input has a time limit; what a parser raises
beyond what it says it raises, or takes longer for, is listed with its seed: ``tests.fuzz.feeding.drawn(parser,
seed)`` makes it again.
"""

import argparse
import concurrent.futures
import sys
import time

from tests.fuzz.feeding import feed
from tests.fuzz.parsers import PARSERS

SHARE = 500


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parsers", nargs="*", help=", ".join(PARSERS))
    parser.add_argument("--count", type=int, default=100_000, help="inputs for each parser")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--at-once", type=int, default=2)
    asked = parser.parse_args()
    failed = 0
    print("| parser | inputs | refused | failures | slowest, s of computing | its seed | minutes |")
    print("|---|---|---|---|---|---|---|")
    with concurrent.futures.ProcessPoolExecutor(asked.at_once) as pool:
        for name in asked.parsers or PARSERS:
            began = time.monotonic()
            last = asked.first + asked.count
            shares = [range(at, min(at + SHARE, last)) for at in range(asked.first, last, SHARE)]
            fed = list(pool.map(feed, [name] * len(shares), shares))
            failures = [failure for one in fed for failure in one.failures]
            slowest = max(fed, key=lambda one: one.slowest)
            minutes = (time.monotonic() - began) / 60
            print(
                f"| {name} | {sum(one.count for one in fed)} | {sum(one.refused for one in fed)} | {len(failures)} "
                f"| {slowest.slowest:.2f} | {slowest.slowest_seed} | {minutes:.1f} |",
                flush=True,
            )
            for seed, what in failures[:20]:
                print(f"    seed {seed}: {what}", flush=True)
            failed += len(failures)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
