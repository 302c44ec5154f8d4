"""Rosters as they lie on instructors' disks, with their faults."""

import pytest

from grader.cohort import ClassMember, read_class
from grader.errors import CourseError, UsageError

PATTERN = "https://github.com/class/week06-{github_username}"


def test_a_plain_roster():
    data = b"id,url,name\nada,https://host/class/ada,Ada L.\nbob,git@host:class/bob.git,\n"
    assert read_class(data, "roster.csv") == (
        ClassMember("ada", "https://host/class/ada", "Ada L."),
        ClassMember("bob", "git@host:class/bob.git", ""),
    )


def test_github_classrooms_roster_needs_a_pattern():
    data = b'"identifier","github_username","github_id","name"\n"ada@uni.ch","ada-l","17","Ada"\n'
    assert read_class(data, "r.csv", PATTERN) == (
        ClassMember("ada@uni.ch", "https://github.com/class/week06-ada-l", "Ada"),
    )
    with pytest.raises(UsageError, match="does not say where"):
        read_class(data, "r.csv")


def test_a_student_who_has_not_joined_yet_is_a_fault_with_its_line():
    data = b"identifier,github_username,github_id,name\nada,ada-l,1,\nbob,,,\n"
    with pytest.raises(CourseError) as found:
        read_class(data, "r.csv", PATTERN)
    assert [p.where for p in found.value.problems] == ["r.csv:3"]
    assert "github_username" in found.value.problems[0].message


def test_github_classrooms_grades_name_each_repository():
    data = (
        b"assignment_name,assignment_url,starter_code_url,github_username,roster_identifier,"
        b"student_repository_name,student_repository_url,submission_timestamp,points_awarded,points_available\n"
        b"w6,u,s,ada-l,,week06-ada-l,https://github.com/class/week06-ada-l,,0,10\n"
    )
    assert read_class(data, "g.csv") == (ClassMember("ada-l", "https://github.com/class/week06-ada-l", ""),)


def test_canvass_export_leaves_out_what_is_no_student():
    data = (
        b"Student,ID,SIS User ID,SIS Login ID,Section,Week 6 (77)\n"
        b"    Points Possible,,,,,10\n"
        b'"Lovelace, Ada",901,u1,ada,S1,\n"Student, Test",902,,abc,S1,\n'
    )
    found = read_class(data, "c.csv", "https://host/class/{SIS Login ID}")
    assert found == (ClassMember("ada", "https://host/class/ada", "Lovelace, Ada"),)


@pytest.mark.parametrize("column", ["username", "usernames"])
def test_classroom_50(column):
    data = f"{column},first_name,score\nada,Ada,3\n".encode()
    assert read_class(data, "c50.csv", f"https://github.com/org/hw-{{{column}}}")[0].id == "ada"


def test_a_semicolon_and_a_byte_order_mark_are_read():
    assert read_class(b"\xef\xbb\xbfid;url\r\nada;https://h/a/b\r\n", "r.csv")[0].id == "ada"


@pytest.mark.parametrize(
    ("data", "line", "said"),
    [
        (b"id,url\nada,https://h/c/a\nADA,https://h/c/b\n", 3, "twice"),
        (b"id,url\nada,\n", 2, "no address"),
        (b"id,url\n,https://h/c/a\n", 2, "'id' is empty"),
        (b"id,url\nada,ext::sh -c evil\n", 2, "no address of a repository"),
        (b"id,url\nada,/etc\n", 2, "a roster may only name repositories on a host"),
        (b"id,url\nada,file:///etc\n", 2, "a roster may only name"),
        (b"id,url\nada,https://h/c/a\nb\xff,x\n", 3, "UTF-8"),
    ],
)
def test_each_fault_names_its_line(data, line, said):
    with pytest.raises(CourseError) as found:
        read_class(data, "r.csv")
    assert f"r.csv:{line}" in str(found.value.problems[0])
    assert said in str(found.value.problems[0])


def test_folders_are_read_only_where_the_instructor_allows_it(tmp_path):
    data = f"id,url\nada,{tmp_path}\n".encode()
    assert read_class(data, "r.csv", folders=True)[0].url == str(tmp_path)


def test_a_pattern_that_names_no_column_says_which_there_are():
    with pytest.raises(CourseError) as found:
        read_class(b"id,url\nada,x\n", "r.csv", "https://h/{login}")
    assert "no column 'login'" in str(found.value.problems[0])
    assert "id, url" in str(found.value.problems[0])


def test_a_name_can_not_leave_its_place_in_the_address():
    with pytest.raises(CourseError) as found:
        read_class(b"id,url\n../../evil,x\n", "r.csv", "https://h/class/{id}")
    assert "can't be part of an address" in str(found.value.problems[0])


@pytest.mark.parametrize("data", [b"", b"id,url\n"])
def test_a_roster_without_rows(data):
    with pytest.raises(UsageError, match="no row"):
        read_class(data, "r.csv")


def test_an_unknown_roster_lists_its_columns():
    with pytest.raises(UsageError, match="colour, size"):
        read_class(b"size,colour\n1,red\n", "r.csv")
