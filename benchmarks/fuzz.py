"""All the fuzzers at length: every reader of students' input, on inputs of a grammar and on mutated real files.

    python -m benchmarks.fuzz                         # 100,000 inputs each
    python -m benchmarks.fuzz --count 5000 sources    # some readers, fewer inputs

An exception that is no refusal ends it with the input. Prints the slowest input of each in CPU time, its size
(characters, bytes or paths), and its time for each of those.
"""

from __future__ import annotations

import argparse
import random
import time
import warnings

from tests.fuzz.parsers import PARSERS, run


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("readers", nargs="*", help=", ".join(PARSERS))
    options.add_argument("--count", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    given = options.parse_args()
    warnings.simplefilter("ignore")  # what Python thinks of the style of hostile sources
    print(
        f"seed {given.seed}\n{'reader':14} {'inputs':>8} {'refused':>8} {'slowest':>10} {'size':>8} {'each':>9}  seconds"
    )
    for name in given.readers or PARSERS:
        began = time.process_time()
        tried = run(PARSERS[name], given.count, given.seed)
        size = len(tried.input) if hasattr(tried.input, "__len__") else 0
        print(
            f"{name:14} {tried.inputs:8} {tried.refused:8} {1000 * tried.slowest:7.1f} ms {size:8} {1e6 * tried.slowest / max(size, 1):6.1f} us"
            f"  {time.process_time() - began:.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
