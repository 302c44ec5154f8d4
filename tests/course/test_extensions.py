"""More time for one repository: from extensions.yaml, or from the command line."""

import pytest

from grader.course import terms
from grader.errors import CourseError, UsageError

ADA = "https://host.example/class/week01-ada"
BERLIN = """\
- repository: week01-ada
  assignment: week01
  until: 2026-11-30 12:00 Europe/Berlin
  reason: "ill"
"""


def said(course, extensions="", repository=ADA, option="", opens="opens: 2026-11-16\n"):
    if extensions:
        course.write("extensions.yaml", extensions)
    if opens:
        course.change("rubric", "labs:\n", f"{opens}labs:\n")
    return terms(course.load(), repository, option)


def test_without_an_extension_the_rubrics_deadline_holds(course):
    assert said(course).due == "2026-11-20T18:00:00+01:00"
    assert said(course, opens="").extension == ""


def test_without_a_week_there_is_a_deadline_but_no_moment(course):
    known = said(course, opens="")
    assert (known.deadline, known.due) == ("Friday 18:00 Africa/Lagos", "")


def test_an_extension_has_its_own_time_and_zone_and_says_why(course):
    known = said(course, BERLIN)
    assert known.due == "2026-11-30T12:00:00+01:00"
    assert known.extension == "extensions.yaml: ill"


@pytest.mark.parametrize(
    "repository",
    [
        "https://host.example/class/week01-ada.git",
        "git@host.example:class/week01-ada",
        "git@host.example:week01-ada",
        "/home/ta/Week01-Ada/",
    ],
)
def test_a_repository_is_meant_by_the_end_of_its_address(course, repository):
    assert said(course, BERLIN, repository).extension


@pytest.mark.parametrize("repository", ["https://h/c/week01-ada-lovelace", "https://h/c/not-week01-ada"])
def test_a_name_that_only_resembles_it_gets_no_more_time(course, repository):
    assert not said(course, BERLIN, repository).extension


def test_a_date_alone_means_the_deadlines_time_and_zone(course):
    assert said(course, BERLIN.replace(" 12:00 Europe/Berlin", "")).due == "2026-11-30T18:00:00+01:00"


def test_of_two_extensions_the_later_counts(course):
    earlier = BERLIN.replace("-30", "-25").replace("ill", "early")
    assert said(course, BERLIN + earlier).extension == "extensions.yaml: ill"


def test_another_assignments_extension_is_another_matter(course):
    course.write("rubrics/week02.yaml", "")
    assert not said(course, BERLIN.replace("assignment: week01", "assignment: week02")).extension


def test_an_extension_for_an_assignment_that_is_not_there_is_an_error(course):
    with pytest.raises(CourseError) as caught:
        said(course, BERLIN.replace("assignment: week01", "assignment: wekk01"))
    assert [str(p) for p in caught.value.problems] == [
        "extensions.yaml:2: there is no assignment 'wekk01'. Did you mean 'week01'?"
    ]


def test_an_extension_before_the_deadline_shortens_nothing_and_that_is_said(course):
    known = said(course, BERLIN.replace("2026-11-30", "2026-11-18"))
    assert (known.due, known.extension) == ("2026-11-20T18:00:00+01:00", "")
    assert known.passed_over == (
        "extensions.yaml says 2026-11-18 12:00 (+0100), which is earlier: the deadline holds"
    )


def test_an_extension_on_the_command_line_before_the_deadline_is_wrong_usage(course):
    with pytest.raises(UsageError, match="is before the deadline, 2026-11-20 18:00"):
        said(course, option="2026-11-18")


def test_the_command_line_counts_over_the_file(course):
    known = said(course, BERLIN, option="2026-12-01 09:00")
    assert (known.due, known.extension) == ("2026-12-01T09:00:00+01:00", "--extension")


def test_an_extension_on_the_command_line_that_is_no_time_is_wrong_usage(course):
    with pytest.raises(UsageError, match=r"--extension: the extension's date 'tomorrow' is no day"):
        said(course, option="tomorrow")


def test_every_fault_of_the_file_is_reported_with_its_line(course):
    wrong = "- {repository: a, assignment: week01, until: 2026-11-31}\n- {repositry: b, assignment: week01, until: 1}\n"
    with pytest.raises(CourseError) as caught:
        said(course, wrong)
    assert [str(p) for p in caught.value.problems] == [
        "extensions.yaml:1: the extension's date '2026-11-31' is no day. Write it as 2026-11-27.",
        "extensions.yaml:2: 'repository' is missing.",
        "extensions.yaml:2: 'until' must be text, not the number 1. Put it in quotes.",
        "extensions.yaml:2: unknown key 'repositry'. Did you mean 'repository'?",
    ]
