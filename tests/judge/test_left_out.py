"""What tests nothing of the student's counts neither for nor against them, and is no fault of anybody's."""

import pytest

from grader.checks import NothingToCheck, fail
from grader.checks.answer import Answer
from grader.checks.failure import CheckUndecided, MappingMismatchError
from grader.checks.partial import CheckPartly
from grader.judge import fault
from grader.records import CheckResult, Fault, Finding, Outcome

OFF = Finding(headline="It is off.")


def meaning(error, derived=""):
    return fault.meaning(error, heard=True, hidden=False, derived=derived)


@pytest.mark.parametrize("error", [None, fail("It is off."), CheckPartly(OFF)])
def test_a_check_of_the_courses_own_code_is_left_out_however_it_ends(error):
    assert meaning(error).left_out == ""
    left = meaning(error, derived="loss")
    assert (left.outcome, left.fault, left.finding) == (Outcome.UNGRADED, None, None)
    assert left.left_out == (
        "Not counted: your repository has no loss of its own; it follows from your other methods."
    )


@pytest.mark.parametrize("error", [fault.Blocked("a", Outcome.FAILED), CheckUndecided(OFF), RuntimeError()])
def test_what_was_not_judged_is_not_left_out(error):
    assert meaning(error, derived="loss") == meaning(error)


def test_a_check_says_itself_that_there_is_nothing_to_check():
    left = meaning(NothingToCheck("your net takes no seed."))
    assert (left.outcome, left.fault, left.left_out) == (
        Outcome.UNGRADED,
        None,
        "Not counted: your net takes no seed.",
    )


def test_what_is_left_out_stops_no_check_that_needs_it():
    result = CheckResult(id="a", lab="lab1", promise="", outcome=Outcome.UNGRADED, counted=False)
    assert fault.stands_as(result) is Outcome.PASSED


class Spelled:
    """A repository whose mapping spells ``forward``."""

    def misfit(self, name, call, yours, wanted):
        raise MappingMismatchError("mlp", f"{name}: {call} gave {yours}, not {wanted}")


@pytest.mark.parametrize("read", [Answer.array, Answer.number])
def test_a_reply_of_another_form_is_the_mappings_whatever_reads_it(read):
    with pytest.raises(MappingMismatchError) as caught:
        read(Answer("forward(X)", {"W": 1}, Spelled(), "forward"))
    assert meaning(caught.value).fault is Fault.COURSE
