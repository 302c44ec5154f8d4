"""One record, in the forms that other tools read: the same totals in each.

gradescope   results.json of an autograder
junit        JUnit XML, test by test
github       annotations and a step summary of GitHub Actions
classroom    a runner's JSON for the autograding reporter, and Classroom 50's result.json
canvas       the gradebook CSV that Canvas imports, made from the one that it exported

Each is made of the student's copy: none shows what hidden checks must keep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from grader.exports.classroom import to_classroom50, to_runner
from grader.exports.github import to_annotations, to_step_summary
from grader.exports.gradescope import to_gradescope
from grader.exports.junit import to_junit

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.records import SafeRecord


class Export(NamedTuple):
    """One form of a record.

    Attributes:
        about: Who reads it, for the docs and the help.
        file: What the file is called there; empty: it is printed.
        make: The text, from a student's copy.
    """

    about: str
    file: str
    make: Callable[[SafeRecord], str]


EXPORTS: dict[str, Export] = {
    "gradescope": Export("Gradescope: an autograder's results", "results.json", to_gradescope),
    "junit": Export("anything that reads JUnit XML", "junit.xml", to_junit),
    "annotations": Export("GitHub Actions: what a step prints", "", to_annotations),
    "summary": Export("GitHub Actions: $GITHUB_STEP_SUMMARY", "summary.md", to_step_summary),
    "runner": Export("the autograding reporter of GitHub Classroom, in base64", "", to_runner),
    "classroom50": Export("Classroom 50", "result.json", to_classroom50),
}
