"""Sandboxes standing by, with sandboxes that are nothing but a connection."""

import socket
import threading

import pytest

from grader.errors import Ungraded
from grader.records import Limits
from grader.sandbox.pool import Pool

LIMITS = Limits()


class Cell:
    def __init__(self) -> None:
        self.connection, self.inside = socket.socketpair()
        self.closed = threading.Event()

    def close(self) -> None:
        self.connection.close()
        self.inside.close()
        self.closed.set()


@pytest.fixture
def started():
    cells: list[Cell] = []
    yield cells
    for cell in cells:
        cell.close()


@pytest.fixture
def pool(started):
    def start(_environment, _limits):
        started.append(Cell())
        return started[-1]

    return Pool(start)


def test_a_prepared_sandbox_is_taken_instead_of_a_new_one(pool, started):
    pool.prepare("numpy", LIMITS, 1)
    assert pool.take("numpy", LIMITS) is started[0]
    assert len(started) == 1


def test_without_a_prepared_sandbox_a_new_one_is_started(pool, started):
    assert pool.take("numpy", LIMITS) is started[0]


def test_preparing_twice_prepares_once(pool, started):
    pool.prepare("numpy", LIMITS, 2)
    pool.prepare("numpy", LIMITS, 2)
    pool.take("numpy", LIMITS), pool.take("numpy", LIMITS)
    assert len(started) == 2


def test_a_sandbox_with_other_limits_is_another_sandbox(pool, started):
    pool.prepare("numpy", LIMITS, 1)
    taken = pool.take("numpy", Limits(memory_mb=1))
    assert taken is not pool.take("numpy", LIMITS)


def test_a_sandbox_that_died_while_it_stood_by_is_replaced(pool, started):
    pool.prepare("numpy", LIMITS, 1)
    dead = pool.take("numpy", LIMITS)
    pool._standing_by[("numpy", LIMITS)].append(_done(dead))
    dead.inside.close()
    assert pool.take("numpy", LIMITS) is not dead
    assert dead.closed.is_set()


def test_why_a_sandbox_failed_to_start_is_reported_to_whoever_takes_it():
    def start(_environment, _limits):
        raise Ungraded("no more memory")

    pool = Pool(start)
    pool.prepare("numpy", LIMITS, 1)
    with pytest.raises(Ungraded, match="no more memory"):
        pool.take("numpy", LIMITS)


def test_closing_closes_what_stands_by_and_what_is_being_started():
    may_start, cell = threading.Event(), Cell()

    def start(_environment, _limits):
        may_start.wait(10)
        return cell

    pool = Pool(start)
    pool.prepare("numpy", LIMITS, 1)
    pool.close()
    may_start.set()
    assert cell.closed.wait(10)


def _done(sandbox):
    from concurrent.futures import Future

    future = Future()
    future.set_result(sandbox)
    return future
