"""Content in: rubrics, suites and references → ``records.Assignment``, or all of its faults at once.

    load            (root, assignment id) → Assignment, checked
    choose          what a repository is graded for: assignment, labs, mappings
    rubric_of       the criteria that a part of the suite asks for
    terms           an assignment, a repository → when its work is due, with extensions
    handed_in       a mistake → the wrong submission's files; apply: their texts
    write_starter   an assignment → a student's first commit
    starter_changes  an assignment, a revision of the course → what changed in what students are given
    course_version  a course → the state of its own git repository; course_at: its content at another

No content is imported or run here, and what students write is bounded before it is read.
"""

from grader.course.choose import GRADE_FILE, GRADE_FILE_BYTES, Choice, choose
from grader.course.completion import completed
from grader.course.discover import Found, assignments, find_assignment, repository_name, select_labs
from grader.course.extensions import terms
from grader.course.loading import load
from grader.course.mapping import Declared, GradeFile, declared, read_grade_file, with_folders
from grader.course.mistakes import apply, handed_in
from grader.course.reference import reference_content, reference_files
from grader.course.starter import starter, starter_files, write_starter
from grader.course.starter_changes import Change, starter_changes
from grader.course.suite import rubric_of
from grader.course.trusted_git import course_at, course_version, make_repository
from grader.course.waivers import with_waivers, write_waivers

__all__ = [
    "GRADE_FILE",
    "GRADE_FILE_BYTES",
    "Change",
    "Choice",
    "Declared",
    "Found",
    "GradeFile",
    "apply",
    "assignments",
    "choose",
    "completed",
    "course_at",
    "course_version",
    "declared",
    "find_assignment",
    "handed_in",
    "load",
    "make_repository",
    "read_grade_file",
    "reference_content",
    "reference_files",
    "repository_name",
    "rubric_of",
    "select_labs",
    "starter",
    "starter_changes",
    "starter_files",
    "terms",
    "with_folders",
    "with_waivers",
    "write_starter",
    "write_waivers",
]
