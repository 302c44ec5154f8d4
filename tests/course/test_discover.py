"""Which assignment a repository is for, and which labs are graded."""

import pytest

from grader.course import assignments, find_assignment, repository_name, select_labs
from grader.errors import UsageError


@pytest.fixture
def root(course):
    for name in ("week06", "week06_extra", "ps10"):
        course.write(f"rubrics/{name}.yaml", "")
    course.write("rubrics/notes.txt", "")
    return course.root


def refusal(call):
    with pytest.raises(UsageError) as caught:
        call()
    assert caught.value.exit_code == 2
    return f"{caught.value.message} | {caught.value.remedy}"


def test_a_courses_assignments_are_its_rubrics(root):
    assert assignments(root) == ("ps10", "week01", "week06", "week06_extra")


def test_a_course_without_rubrics_has_no_assignment(tmp_path):
    (tmp_path / "rubrics").mkdir()
    assert refusal(lambda: assignments(tmp_path)) == (
        f"The course in {tmp_path} has no assignment: no rubrics/*.yaml. | "
    )


def test_what_the_repository_says_comes_before_its_name(root):
    found = find_assignment(root, in_grade_yml="ps10", repository="week06-jane")
    assert (found.assignment, found.note) == ("ps10", "")


def test_the_instructors_word_comes_first_and_the_other_one_is_noted(root):
    found = find_assignment(root, option="week06", in_grade_yml="ps10", where="grade.yml:1")
    assert found.assignment == "week06"
    assert found.note == (
        "Graded for week06 as asked, although grade.yml:1 says 'ps10'; its mappings are not used."
    )


def test_two_that_agree_need_no_note(root):
    assert find_assignment(root, option="week06", in_grade_yml="week06").note == ""


@pytest.mark.parametrize(
    ("repository", "assignment"),
    [
        ("week06-jane", "week06"),
        ("week06", "week06"),
        ("Week06_Jane", "week06"),
        ("week06-extra-jane", "week06_extra"),
        ("https://host/class/week06-jane.git", "week06"),
        ("git@host:ps10.jane.git", "ps10"),
        ("/home/jane/ps10-jane/", "ps10"),
    ],
)
def test_the_repositorys_name_begins_with_its_assignment(root, repository, assignment):
    found = find_assignment(root, repository=repository)
    assert found.assignment == assignment
    assert found.note.startswith("Found by the repository's name, ")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://host/class/mlp.git", "mlp"),
        ("ssh://git@host:22/class/mlp", "mlp"),
        ("git@host:mlp.git", "mlp"),
        ("C:\\work\\mlp\\", "mlp"),
        ("mlp", "mlp"),
    ],
)
def test_a_repositorys_name_is_the_last_part_of_its_url(url, name):
    assert repository_name(url) == name


def test_a_name_that_only_looks_alike_is_not_guessed_but_suggested(root):
    assert refusal(lambda: find_assignment(root, repository="week061-jane")) == (
        "Which assignment is 'week061-jane' handed in for? No grade.yml says so, and its name begins with none of: "
        "ps10, week01, week06, week06_extra. Did you mean 'week06'? | "
        "Name it with --assignment, or write a line like 'assignment: ps10' into its grade.yml."
    )


def test_a_name_like_nothing_gets_the_list(root):
    assert refusal(lambda: find_assignment(root, repository="thesis")) == (
        "Which assignment is 'thesis' handed in for? No grade.yml says so, and its name begins with none of: "
        "ps10, week01, week06, week06_extra. | "
        "Name it with --assignment, or write a line like 'assignment: ps10' into its grade.yml."
    )


def test_an_unknown_option_lists_what_there_is(root):
    assert refusal(lambda: find_assignment(root, option="week6")) == (
        "There is no assignment 'week6'. Did you mean 'week06'? "
        "The course has: ps10, week01, week06, week06_extra. | "
    )


def test_an_unknown_assignment_in_the_repository_says_where(root):
    assert refusal(lambda: find_assignment(root, in_grade_yml="wek01\x1b[31m", where="grade.yml:3")) == (
        "grade.yml:3: there is no assignment 'wek01\\x1b[31m'. Did you mean 'week01'? "
        "The course has: ps10, week01, week06, week06_extra. | "
        "Correct it there, or name the assignment with --assignment."
    )


def test_labs_can_be_chosen_and_keep_their_order(course):
    assignment = course.load()
    assert select_labs(assignment, ()) == assignment
    assert [lab.id for lab in select_labs(assignment, ("lab1_line",)).labs] == ["lab1_line"]


def test_an_unknown_lab_is_reported_with_what_there_is(course):
    assignment = course.load()
    assert refusal(lambda: select_labs(assignment, ("lab_line",))) == (
        "week01 has no lab 'lab_line'. Did you mean 'lab1_line'? | "
    )
    assert (
        refusal(lambda: select_labs(assignment, ("cnn",)))
        == "week01 has no lab 'cnn'. Known labs: lab1_line. | "
    )
