"""A file that does not finish loading is tried once; the later checks are told, as long as they ask the same."""

import pytest

from grader import wire
from grader.checks.failure import CheckFailed
from grader.judge.check_processes import CheckProcesses
from grader.judge.endless import EndlessLoads
from grader.judge.processes import HAD_ENDED, TooSlow
from grader.records import Limits

LOAD = wire.Load(name="box", file="box.py")


class Zygotes:
    """Give processes in which nothing ends but a load of ``other``."""

    def __init__(self):
        self.endless = EndlessLoads()
        self.begun = 0

    def begin(self, environment, seconds, reply_bytes):
        self.begun += 1
        return self

    def ask(self, question):
        if question == wire.Load(name="other", file="other.py"):
            return wire.Returned(None)
        raise TooSlow("Your code did not finish.")


def failures(zygotes, *asked, seconds=20.0, environment="numpy"):
    """The headlines of what one check asks, one question after the other."""
    processes = CheckProcesses(zygotes, Limits(), seconds)
    for question in asked:
        try:
            processes.ask(environment, question, "import box")
        except CheckFailed as failed:
            yield failed.finding.headline


def test_it_is_not_loaded_again_and_the_failure_is_the_same():
    zygotes = Zygotes()
    first, second = (list(failures(zygotes, LOAD)) for _ in range(2))
    assert first == second == ["Your code did not finish."]
    assert zygotes.begun == 1


def test_with_fewer_seconds_it_is_not_loaded_again():
    zygotes = Zygotes()
    assert list(failures(zygotes, LOAD)) == list(failures(zygotes, LOAD, seconds=5.0))
    assert zygotes.begun == 1


@pytest.mark.parametrize(
    "other",
    [
        {"seconds": 60.0},
        {"environment": "torch"},
        {"question": wire.Load(name="box", file="box.py", stand_ins={"helper": ""})},
        {"question": wire.Load(name="lid", file="lid.py")},
    ],
)
def test_with_more_seconds_or_in_another_way_it_is(other):
    zygotes = Zygotes()
    assert list(failures(zygotes, LOAD))
    assert list(failures(zygotes, other.pop("question", LOAD), **other))
    assert zygotes.begun == 2


def test_what_hung_behind_another_file_says_nothing_of_itself_alone():
    zygotes = Zygotes()
    assert list(failures(zygotes, wire.Load(name="other", file="other.py"), LOAD))
    assert list(failures(zygotes, LOAD))
    assert zygotes.begun == 2


def test_a_call_that_hung_is_made_again():
    zygotes = Zygotes()
    call = wire.Get("box", "__name__")
    assert list(failures(zygotes, call)) == list(failures(zygotes, call))
    assert zygotes.begun == 2


def test_who_was_spared_the_load_has_no_process_to_ask_more_of():
    zygotes = Zygotes()
    call = wire.Get("box", "__name__")
    assert list(failures(zygotes, LOAD))
    assert list(failures(zygotes, LOAD, call)) == ["Your code did not finish.", HAD_ENDED]
    assert zygotes.begun == 1
