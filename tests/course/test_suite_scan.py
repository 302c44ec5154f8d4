"""Checks are read from a suite's source, without running it."""

import pytest

from grader.course.problems import Problems
from grader.course.suite import SuiteCheck, scan_suite


def scan(course):
    problems = Problems()
    root = course.root
    suite = scan_suite(root / "test_suites/week01/lab1_line", root, problems)
    assert not problems
    return suite


def test_a_check_is_its_decorator_and_the_first_line_of_its_docstring(course):
    suite = scan(course)
    assert suite.complete
    folder = "test_suites/week01/lab1_line"
    assert suite.checks == (
        SuiteCheck(
            id="forward.value",
            promise="Your line is X W + b.",
            where=f"{folder}/public/test_forward.py:4",
            hidden=False,
        ),
        SuiteCheck(
            id="forward.large",
            needs=("forward.value",),
            promise="Your line stays finite for large X.",
            where=f"{folder}/public/test_forward.py:12",
            hidden=False,
        ),
        SuiteCheck(
            id="gradients.W",
            needs=("forward.value",),
            seconds=2.5,
            promise="Your gradient of W is true.",
            where=f"{folder}/hidden/test_gradients.py:4",
            hidden=True,
        ),
        SuiteCheck(
            id="gradients.b",
            needs=("forward.value", "gradients.W"),
            promise="Your gradient of b is true.",
            where=f"{folder}/hidden/test_gradients.py:9",
            hidden=True,
        ),
    )


def test_the_decorator_may_be_spelled_with_its_module_and_keywords(course):
    course.write(
        "test_suites/week01/lab1_line/hidden/test_gradients.py",
        'from grader import checks\n\n@checks.check(id="g.W", needs=["f"], seconds=9)\n'
        'def test_w(student):\n    """A promise."""\n',
    )
    check = scan(course).checks[-1]
    assert (check.id, check.needs, check.seconds) == ("g.W", ("f",), 9)


def test_a_suite_is_never_imported(course):
    course.append("hidden", "\nraise SystemExit('imported')\n")
    assert len(scan(course).checks) == 4


def test_files_that_are_no_tests_are_not_scanned(course):
    course.write("test_suites/week01/lab1_line/hidden/helpers.py", "this is no Python")
    assert len(scan(course).checks) == 4


WHOLE = (
    'Write @check("id"), with needs="id" or needs=("id", "id"), and seconds=60 if need be; '
    "explained_by is written like needs, slow is a sentence."
)

FAULTS = {
    "without an id": (
        '@check("gradients.W", needs="forward.value", seconds=2.5)',
        "@check",
        'hidden:4: the @check of test_weight has no id. Write @check("topic.property").',
    ),
    "with a computed id": (
        '"gradients.W", needs="forward.value", seconds',
        'f"gradients.{W}", seconds',
        "hidden:4: the @check of test_weight must be written out: it is read without running it.",
    ),
    "with needs from elsewhere": (
        'needs="forward.value", seconds=2.5',
        "needs=ALL",
        "hidden:4: the @check of test_weight must be written out: it is read without running it.",
    ),
    "with an unknown argument": (
        "seconds=2.5",
        "second=2.5",
        f"hidden:4: the @check of test_weight is not one. {WHOLE}",
    ),
    "with no time": ("seconds=2.5", "seconds=0", f"hidden:4: the @check of test_weight is not one. {WHOLE}"),
    "with a number as id": (
        'check("gradients.W",',
        "check(7,",
        f"hidden:4: the @check of test_weight is not one. {WHOLE}",
    ),
    "that pytest never runs": (
        "def test_weight",
        "def weight",
        "hidden:4: weight is never run. Call it 'test_weight'.",
    ),
    "without a promise": (
        '"""Your gradient of W is true."""',
        "pass",
        "hidden:4: the check 'gradients.W' has no docstring. Its first line is the promise that students read.",
    ),
    "with an empty promise": (
        '"""Your gradient of W is true."""',
        '"""   """',
        "hidden:4: the check 'gradients.W' has no docstring. Its first line is the promise that students read.",
    ),
    "that is a coroutine": (
        "def test_weight",
        "async def test_weight",
        "hidden:4: test_weight must be a plain function of the module to be a check.",
    ),
}


@pytest.mark.parametrize(("old", "new", "told"), FAULTS.values(), ids=FAULTS)
def test_a_check_that_is_not_written_right_is_reported(course, old, new, told):
    assert told in course.change("hidden", old, new).faults()


def test_a_test_without_check_is_reported(course):
    course.append("hidden", "\ndef test_more(student):\n    pass\n")
    assert course.faults() == ["hidden:13: test_more has no @check, so no criterion can use it."]


def test_a_check_inside_a_class_is_reported(course):
    course.append(
        "hidden", '\nclass TestMore:\n    @check("more")\n    def test_it(self):\n        """Yes."""\n'
    )
    assert "hidden:14: test_it must be a plain function of the module to be a check." in course.faults()


def test_a_suite_that_is_no_python_is_one_fault_and_its_checks_are_not_missed(course):
    course.change(
        "hidden", "def test_weight(student, reference, rng):", "def test_weight(student, reference, rng)"
    )
    assert course.faults() == ["hidden:5: not valid Python: expected ':'."]


def test_a_suite_with_a_zero_byte_is_reported(course):
    course.append("hidden", "\0")
    (told,) = course.faults()
    assert told.startswith("hidden:1: not valid Python: source code string cannot contain null bytes")
