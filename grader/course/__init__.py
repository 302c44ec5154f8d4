"""Content in: rubrics, suites and references → ``records.Assignment``, or all of its faults at once.

    load            (root, assignment id) → Assignment, checked
    find_assignment which one a repository is for: option, grade.yml, the repository's name
    declared        a repository's grade.yml, compared with the assignment → folders and mappings
    terms           an assignment, a repository → when its work is due, with extensions
    apply           a mistake → the wrong submission's files
    write_starter   an assignment → a student's first commit

No content is imported or run here, and what students write is bounded before it is read.
"""

from grader.course.discover import Found, assignments, find_assignment, repository_name, select_labs
from grader.course.extensions import terms
from grader.course.loading import load
from grader.course.mapping import Declared, GradeFile, declared, read_grade_file, with_folders
from grader.course.mistakes import apply
from grader.course.reference import reference_files
from grader.course.starter import starter_files, write_starter
from grader.course.suite import public_checks

__all__ = [
    "Declared",
    "Found",
    "GradeFile",
    "apply",
    "assignments",
    "declared",
    "find_assignment",
    "load",
    "public_checks",
    "read_grade_file",
    "reference_files",
    "repository_name",
    "select_labs",
    "starter_files",
    "terms",
    "with_folders",
    "write_starter",
]
