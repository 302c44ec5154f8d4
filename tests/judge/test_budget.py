"""The student's computing and waiting count; a busy machine, a pause and a clock that can't be read do not."""

import pytest

from grader.judge import budget as budgets
from grader.judge.budget import Budget, Idled, Spent, Starved
from grader.records import Usage


class Machine:
    """A clock and a kernel that do as they are told."""

    def __init__(self, monkeypatch, *, readable=True):
        self.now = self.cpu = self.delay = 0.0
        self.frozen, self.kills, self.host_kills, self.readable = False, 0, 0, readable
        monkeypatch.setattr(budgets.time, "monotonic", lambda: self.now)

    def read(self):
        if not self.readable:
            return None
        return Usage(
            cpu_seconds=self.cpu,
            delay_seconds=self.delay,
            frozen=self.frozen,
            memory_kills=self.kills,
            host_kills=self.host_kills,
        )

    def passes(self, budget, seconds, *, cpu=0.0, delay=0.0):
        """Time passes, of which the sandbox computes and queues these shares; the judge looks when it should."""
        end = self.now + seconds
        while self.now < end:
            step = min(budget.left() or 0.001, end - self.now) or 0.001
            self.now += step
            self.cpu += step * cpu
            self.delay += step * delay
        budget.left()


@pytest.fixture
def machine(monkeypatch):
    return Machine(monkeypatch)


def test_computing_for_longer_than_the_budget_is_too_long(machine):
    budget = Budget(20, machine.read)
    machine.passes(budget, 19, cpu=1.0)
    with pytest.raises(Spent):
        machine.passes(budget, 3, cpu=1.0)


def test_four_threads_use_it_four_times_as_fast(machine):
    budget = Budget(20, machine.read)
    with pytest.raises(Spent):
        machine.passes(budget, 7, cpu=4.0)


def test_waiting_for_longer_than_the_budget_is_too_long(machine):
    budget = Budget(20, machine.read)
    machine.passes(budget, 19)
    with pytest.raises(Idled):
        machine.passes(budget, 3)


def test_a_machine_with_ten_others_on_it_costs_nothing(machine):
    budget = Budget(20, machine.read)
    machine.passes(budget, 150, cpu=0.1, delay=0.9)
    assert budget.computed == pytest.approx(15)
    assert budget.waited == pytest.approx(0)


def test_a_pause_costs_nothing(machine):
    budget = Budget(20, machine.read)
    machine.passes(budget, 10, cpu=1.0)
    machine.frozen = True
    machine.passes(budget, 60)
    machine.frozen = False
    machine.passes(budget, 9, cpu=1.0)
    assert budget.waited <= 1.0


def test_who_is_given_next_to_nothing_is_not_blamed(machine):
    budget = Budget(20, machine.read)
    with pytest.raises(Starved):
        machine.passes(budget, 300, cpu=0.01, delay=0.99)


def test_without_a_clock_nobody_is_blamed(monkeypatch):
    machine = Machine(monkeypatch, readable=False)
    budget = Budget(20, machine.read)
    machine.passes(budget, 190)
    with pytest.raises(Starved):
        machine.passes(budget, 30)
    assert not budget.memory_killed


def test_only_a_full_memory_makes_a_kill_the_students(machine):
    budget = Budget(20, machine.read)
    budget.look()
    assert not budget.memory_killed
    machine.kills = 1
    budget.look()
    assert budget.memory_killed


def test_a_kill_for_want_of_this_machines_memory_is_told_apart(machine):
    budget = Budget(20, machine.read)
    machine.host_kills = 1
    budget.look()
    assert budget.host_killed
    assert not budget.memory_killed


def test_a_short_budget_is_looked_at_in_time(machine):
    budget = Budget(0.5, machine.read)
    with pytest.raises(Spent):
        machine.passes(budget, 0.8, cpu=1.0)


def test_what_the_judge_does_between_two_questions_costs_nothing(machine):
    budget = Budget(20, machine.read)
    for _ in range(10):
        budget.asked()
        machine.passes(budget, 1)
        budget.answered()
        machine.now += 15
    budget.asked()
    budget.left()
    assert budget.waited == pytest.approx(10)
