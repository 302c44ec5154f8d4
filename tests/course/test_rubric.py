"""A rubric's own faults, one each."""

import pytest

from grader.course import apply, reference_files

FAULTS = {
    "an unknown key": (
        "advice: true",
        "advise: true",
        "32: unknown key 'advise'. Did you mean 'advice'?",
    ),
    "an unknown key like no other": (
        "advice: true",
        "zzz: true",
        "32: unknown key 'zzz'. Known keys: id, title, advice, checks, points, category, part, manual.",
    ),
    "a missing title": ('title: "A line through points"\n', "", "1: 'title' is missing."),
    "a number for a title": (
        '"A line through points"',
        "2026",
        "2: 'title' must be text, not the number 2026. Put it in quotes.",
    ),
    "an empty title": ('"A line through points"', '"  "', "2: 'title' must be text, not empty text."),
    "a title with no value": ('"A line through points"', "", "2: 'title' must be text, not nothing."),
    "another assignment's name": (
        "assignment: week01",
        "assignment: week02",
        "1: 'assignment' is 'week02', but the file is called week01.yaml.",
    ),
    "a number among checks": (
        "[forward.value]",
        "[forward.value, 3]",
        "26: 'checks' must be a list of texts, with the number 3 in it. Put it in quotes.",
    ),
    "a check twice in a criterion": (
        "[forward.value]",
        "[forward.value, forward.value]",
        "26: 'forward.value' stands twice in 'checks'.",
    ),
    "advice that is no flag": (
        "advice: true",
        "advice: yes",
        "32: 'advice' must be true or false, not text.",
    ),
    "an unknown environment": (
        "environment: numpy",
        "environment: numpyy",
        "12: 'environment' is 'numpyy'. Did you mean 'numpy'?",
    ),
    "an environment like no other": (
        "environment: numpy",
        "environment: jax",
        "12: 'environment' is 'jax'. Known values: numpy, torch, scipy, onnx.",
    ),
    "arrays of a kind that isn't": (
        "environment: numpy",
        "arrays: numpi",
        "12: 'arrays' is 'numpi'. Did you mean 'numpy'?",
    ),
    "tensors where torch isn't": (
        "environment: numpy",
        "arrays: tensor",
        "12: 'arrays' is 'tensor', but torch isn't there.",
    ),
    "a document the reference lacks": (
        "    data:",
        "    documents: {memo: MEMO.md}\n    data:",
        "8: the reference has no file 'MEMO.md'. Known files: derive.py, line.py.",
    ),
    "a document that is no Python name": (
        "    data:",
        "    documents: {my-memo: line.py}\n    data:",
        "8: the document 'my-memo' needs a Python name: letters, digits and '_'.",
    ),
    "an unknown limit": (
        "memory_mb: 512",
        "memory: 512",
        "7: unknown key 'memory'. Did you mean 'memory_mb'?",
    ),
    "a limit in words": (
        "memory_mb: 512",
        "memory_mb: 512M",
        "7: 'memory_mb' must be a number, not text.",
    ),
    "half a megabyte": (
        "memory_mb: 512",
        "memory_mb: 0.5",
        "7: 'memory_mb' must be a whole number, not the number 0.5.",
    ),
    "no time at all": (
        "check_seconds: 5",
        "check_seconds: 0",
        "7: 'check_seconds' must be greater than 0, not 0.",
    ),
    "negative points": (
        "id: forward\n",
        "id: forward\n        points: -1\n",
        "25: 'points' must be 0 or more, not -1.",
    ),
    "a flag for a number": (
        "id: forward\n",
        "id: forward\n        points: true\n",
        "25: 'points' must be a number, not true or false.",
    ),
    "a module that is no Python name": (
        "      line:\n",
        "      my-line:\n",
        "10: the module 'my-line' needs a Python name: letters, digits and '_'.",
    ),
    "a module called folder": (
        "      line:\n",
        "      folder:\n",
        "10: a module can't be called 'folder': grade.yml says the lab's folder so.",
    ),
    "a criterion twice": (
        "id: gradients",
        "id: forward",
        "27: the criterion 'forward' is written twice, first in line 24.",
    ),
    "a folder outside": (
        "    limits:",
        "    folder: ../elsewhere\n    limits:",
        "7: 'folder' must not leave the repository with '..'.",
    ),
    "a module outside": ("file: line.py", "file: /line.py", "11: 'file' must be relative to the repository."),
    "backslashes": (
        "    limits:",
        "    folder: src\\lab1\n    limits:",
        "7: 'folder' has backslashes: write 'src/lab1'.",
    ),
    "an interface without class": ("          class: Line\n", "", "13: 'class' is missing."),
    "a size that is made of nothing": (
        "b: [n_out]",
        "b: [n_outs]",
        "18: the size 'n_outs' of 'b' is not an argument of 'make'. Did you mean 'n_out'?",
    ),
    "a tensor called like a mapping's word": (
        "            b: [n_out]",
        "            step: [n_out]",
        "18: 'step' is a mapping's own word: file, load, pythonpath, make, step.",
    ),
    "a tensor that is no name": (
        "            b: [n_out]",
        "            b-1: [n_out]",
        "18: 'b-1' is not a Python name.",
    ),
    "a method called like a tensor": (
        "predict: [X]}",
        "predict: [X], W: [X]}",
        "19: 'W' is a tensor already.",
    ),
    "a derivation of nothing": (
        "derive: {predict:",
        "derive: {predikt:",
        "21: 'derive' names the unknown method 'predikt'. Did you mean 'predict'?",
    ),
    "a derivation by nobody": (
        "predict: derive.predict",
        "predict: derive.predikt",
        "21: 'predict' is derived by 'derive.predikt', which no tool has. Did you mean 'derive.predict'?",
    ),
    "a derivation with other arguments": (
        "predict: derive.predict",
        "predict: derive.gradients",
        "21: 'predict' is derived by 'derive.gradients', which takes X, y, not X.",
    ),
    "a deadline without a zone": (
        "Friday 18:00 Africa/Lagos",
        "Friday 18:00",
        "3: the deadline 'Friday 18:00' needs a day, a time and a zone. "
        "Write '2026-11-27 18:00 Africa/Lagos' or 'Friday 18:00 Africa/Lagos'.",
    ),
    "a zone that isn't": (
        "Africa/Lagos",
        "Africa/Lagoss",
        "3: the deadline's zone 'Africa/Lagoss' is not known. Did you mean 'Africa/Lagos'?",
    ),
}


@pytest.mark.parametrize(("old", "new", "told"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_reported_once_with_its_line_and_what_was_meant(course, old, new, told):
    assert course.change("rubric", old, new).faults() == [f"rubric:{told}"]


def test_checks_that_are_no_list_leave_a_check_alone(course):
    assert course.change("rubric", "[forward.value]", "forward.value").faults() == [
        "rubric:26: 'checks' must be a list of texts, not text.",
        "public:4: the check 'forward.value' is in no criterion. "
        "Add it to a criterion of the rubric: required, or advice.",
    ]


def test_a_criterion_that_is_no_map_does_not_move_the_others_places(course):
    course.change("rubric", "    criteria:\n", "    criteria:\n      - forward\n")
    course.change("rubric", "[forward.large]", "[forward.big]")
    assert course.faults() == [
        "rubric:24: an item of 'criteria' must be a map (keys with values), not text.",
        "rubric:34: nobody wrote the check 'forward.big'. Did you mean 'forward.large'?",
        "public:12: the check 'forward.large' is in no criterion. "
        "Add it to a criterion of the rubric: required, or advice.",
    ]


def test_labs_that_are_a_list_are_reported(course):
    course.overwrite("rubric", "assignment: week01\ntitle: Lines\nlabs: [lab1]\n")
    assert course.faults() == ["rubric:3: 'labs' must be a map (names with values), not a list."]


def test_a_lab_that_is_no_python_name_has_no_folders_either(course):
    assert course.change("rubric", "  lab1_line:", "  1-line:").faults() == [
        "rubric:5: the lab '1-line' needs a Python name: letters, digits and '_'.",
        "rubric:5: the lab '1-line' has no folder test_suites/week01/1-line. Did you mean 'lab1_line'?",
        "rubric:5: the lab '1-line' has no folder reference/week01/1-line. Did you mean 'lab1_line'?",
    ]


def test_a_lab_without_criteria_is_reported(course):
    text = course.read("rubric")
    course.overwrite("rubric", text.split("    criteria:")[0] + "    criteria: []\n")
    assert "rubric:23: 'criteria' must be a list of maps, not an empty list." in course.faults()


def test_a_rubric_that_is_not_yaml_is_one_fault(course):
    course.change("rubric", "labs:\n", "labs:\n\tlab0: {}\n")
    assert course.faults() == ["rubric:5: a tab in the indentation. YAML indents with spaces only."]


def test_a_rubric_that_is_a_list_is_one_fault(course):
    course.overwrite("rubric", "- week01\n")
    assert course.faults() == ["rubric:1: this must be a map (keys with values), not a list."]


@pytest.mark.parametrize("written", ['""', '"."', "./"])
def test_a_lab_may_lie_in_the_repositorys_root(course, written):
    course.change("rubric", "    limits:", f"    folder: {written}\n    limits:")
    assert course.load().labs[0].folder == ""


def test_a_module_without_interface_cannot_be_spelled_otherwise(course):
    text = course.read("rubric")
    start, end = text.index("        interface:"), text.index("    criteria:")
    course.overwrite("rubric", text[:start] + text[end:])
    assert course.load().labs[0].modules[0].interface == {}


def test_a_lab_may_ask_for_documents_and_a_mistake_may_edit_them(course):
    course.change("rubric", "    data:", "    documents: {memo: MEMO.md}\n    data:")
    course.write("reference/week01/lab1_line/MEMO.md", "The slope is 0.5.\n")
    course.append(
        "mistakes",
        "- {id: other-number, idea: made up, file: MEMO.md, replace: '0.5', with: '0.7', fails: forward.value}\n",
    )
    lab = course.load().labs[0]
    assert lab.documents == {"memo": "MEMO.md"}
    assert (
        apply(lab.mistakes[-1], reference_files(course.root / lab.reference))["MEMO.md"]
        == "The slope is 0.7.\n"
    )


def test_a_module_may_be_given_numpy_arrays_where_torch_is(course):
    course.change("rubric", "environment: numpy", "environment: torch\n        arrays: numpy")
    assert course.load().labs[0].modules[0].arrays == "numpy"
