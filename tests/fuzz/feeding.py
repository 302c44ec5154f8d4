"""Feed a parser inputs, each within a time limit, and keep what went wrong."""

import random
import signal
import time
import warnings
from contextlib import suppress
from typing import NamedTuple

from tests.fuzz.parsers import PARSERS

SECONDS = 3.0
"""Of computing for one input; the slowest measured takes a third of it."""


class TooSlow(BaseException):
    """An input took longer than it may."""


class Fed(NamedTuple):
    """What became of a parser's inputs.

    Attributes:
        name: The parser's.
        count: How many it was given.
        refused: Of them, in words.
        slowest: CPU seconds of the slowest.
        slowest_seed: Makes that one again.
        failures: The seeds that it can't take, and why.
    """

    name: str
    count: int
    refused: int
    slowest: float
    slowest_seed: int
    failures: tuple[tuple[int, str], ...]


def drawn(name, seed):
    """One input of a parser, always the same for the same seed."""
    return PARSERS[name].draw(random.Random(f"{name} {seed}"))


def feed(name, seeds):
    """Feed one parser."""
    _, read, refuses = PARSERS[name]
    failures, slowest, slowest_seed, count, refused = [], 0.0, 0, 0, 0
    before = signal.signal(signal.SIGVTALRM, _stop)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Python thinks of the style of hostile sources
        with suppress(Exception):
            read(drawn(name, seeds[0]))  # what is loaded once
        try:
            for seed in seeds:
                given = drawn(name, seed)
                count += 1
                signal.setitimer(signal.ITIMER_VIRTUAL, 4 * SECONDS)
                began = time.process_time()
                try:
                    read(given)
                except refuses:
                    refused += 1
                except (Exception, TooSlow) as error:
                    why = error.__cause__ or error
                    failures.append((seed, f"{type(why).__name__}: {why}"[:200]))
                finally:
                    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
                took = time.process_time() - began
                if took > slowest:
                    slowest, slowest_seed = took, seed
                if took > SECONDS:
                    failures.append((seed, f"{took:.1f} s of computing"))
        finally:
            signal.signal(signal.SIGVTALRM, before)
    return Fed(name, count, refused, slowest, slowest_seed, tuple(failures))


def _stop(_number, _frame):
    raise TooSlow
