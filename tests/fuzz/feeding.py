"""Feed a parser texts, each within a time limit, and keep what went wrong."""

import signal
import time
from typing import NamedTuple

from tests.fuzz.parsers import PARSERS, SECONDS
from tests.fuzz.texts import text


class TooSlow(BaseException):
    """A text took longer than it may."""


class Fed(NamedTuple):
    """What became of a parser's texts: how many, the slowest, and the seeds that it can't take."""

    name: str
    count: int
    slowest: float
    slowest_seed: int
    failures: tuple[tuple[int, str], ...]


def feed(name, seeds):
    """Feed one parser."""
    kind, parser, allowed = PARSERS[name]
    failures, slowest, slowest_seed, count = [], 0.0, 0, 0
    before = signal.signal(signal.SIGVTALRM, _stop)
    try:
        for seed in seeds:
            given = text(kind, seed)
            count += 1
            signal.setitimer(signal.ITIMER_VIRTUAL, 4 * SECONDS)
            began = time.process_time()
            try:
                parser(given)
            except allowed:
                pass
            except (Exception, TooSlow) as error:
                failures.append((seed, f"{type(error).__name__}: {error}"[:200]))
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            took = time.process_time() - began
            if took > slowest:
                slowest, slowest_seed = took, seed
            if took > SECONDS:
                failures.append((seed, f"{took:.1f} s of computing"))
    finally:
        signal.signal(signal.SIGVTALRM, before)
    return Fed(name, count, slowest, slowest_seed, tuple(failures))


def _stop(_number, _frame):
    raise TooSlow
