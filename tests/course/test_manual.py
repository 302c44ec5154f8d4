"""What a rubric says of people's decisions, and of late work."""

import pytest

from grader.records import Policy


def add(course, text):
    return course.append("rubric", text)


def test_a_manual_criterion_has_guidance_and_no_checks(course):
    add(course, '      - {id: memo, title: "The memo", manual: "Is it sound?"}\n')
    memo = course.load().labs[0].criteria[-1]
    assert (memo.manual, memo.checks) == ("Is it sound?", ())


def test_a_criterion_can_not_be_decided_by_a_person_and_by_checks(course):
    add(course, '      - {id: memo, title: "The memo", manual: "Is it sound?", checks: [forward.value]}\n')
    assert (
        "rubric:34: the criterion 'memo' has 'manual' and 'checks'. "
        "A person decides it, or checks do: make two criteria of it."
    ) in course.faults()


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("manual: ''", "rubric:34: 'manual' must be text, not empty text."),
        ("advice: true", "rubric:34: 'checks' is missing."),
        ("manuel: 'x', checks: [forward.large]", "rubric:34: unknown key 'manuel'. Did you mean 'manual'?"),
    ],
)
def test_a_faulty_manual_criterion_is_reported(course, written, told):
    add(course, f'      - {{id: memo, title: "The memo", {written}}}\n')
    assert told in course.faults()


def test_the_policy_is_read_and_has_defaults(course):
    assert course.load().policy == Policy(late="note", revisions=None)
    course.change("rubric", "labs:\n", "policy: {late: refuse, revisions: 0}\nlabs:\n")
    assert course.load().policy == Policy(late="refuse", revisions=0)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("policy: {late: forbid}", "rubric:4: 'late' is 'forbid'. Known values: note, refuse, reduce."),
        ("policy: {revisions: 1.5}", "rubric:4: 'revisions' must be a whole number, not the number 1.5."),
        ("policy: {revision: 2}", "rubric:4: unknown key 'revision'. Did you mean 'revisions'?"),
        ("opens: Monday", "rubric:4: the day it opens 'Monday' is no day. Write it as 2026-11-27."),
    ],
)
def test_a_faulty_policy_is_reported(course, line, told):
    assert course.change("rubric", "labs:\n", f"{line}\nlabs:\n").faults() == [told]
