"""Content in: rubrics, suites and references → ``records.Assignment``, or all of its faults at once.

    load            (root, assignment id) → Assignment, checked
    choose          what a repository is graded for: assignment, labs, mappings
    rubric_of       the criteria that a part of the suite asks for
    terms           an assignment, a repository → when its work is due, with extensions
    apply           a mistake → the wrong submission's files
    write_starter   an assignment → a student's first commit

No content is imported or run here, and what students write is bounded before it is read.
"""

from grader.course.choose import GRADE_FILE, GRADE_FILE_BYTES, Choice, choose
from grader.course.discover import Found, assignments, find_assignment, repository_name, select_labs
from grader.course.extensions import terms
from grader.course.loading import load
from grader.course.mapping import Declared, GradeFile, declared, read_grade_file, with_folders
from grader.course.mistakes import apply
from grader.course.reference import reference_files
from grader.course.starter import starter_files, write_starter
from grader.course.suite import rubric_of

__all__ = [
    "GRADE_FILE",
    "GRADE_FILE_BYTES",
    "Choice",
    "Declared",
    "Found",
    "GradeFile",
    "apply",
    "assignments",
    "choose",
    "declared",
    "find_assignment",
    "load",
    "read_grade_file",
    "reference_files",
    "repository_name",
    "rubric_of",
    "select_labs",
    "starter_files",
    "terms",
    "with_folders",
    "write_starter",
]
