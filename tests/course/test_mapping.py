"""A student's grade.yml: what it may say, what it must say, and that nothing in it can do harm."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.course import Declared, declared, load, read_grade_file, with_folders
from grader.errors import MappingNeeded
from grader.records import Mapping

MAPPED = """\
assignment: week01
labs:
  lab1_line:
    line:
      file: src/line_fit.py
      load: definitions        # its last lines train: leave them out
      pythonpath: [src]
      make: "Fit([n_in, n_out])"
      W: "m.weights[0]"
      b: m.biases[0]
      forward: "m.forward(X)[-1]"
      step: "m.train_step((X, y), lr)"
"""


@pytest.fixture
def assignment(course):
    return course.load()


def read(text, assignment, **how):
    return declared(read_grade_file(text.encode() if isinstance(text, str) else text), assignment, **how)


def faults(text, assignment):
    with pytest.raises(MappingNeeded) as caught:
        read(text, assignment, by_instructor=True)
    assert caught.value.exit_code == 2
    assert caught.value.remedy == "Correct grade.yml, or give a mapping that fits with --mapping FILE."
    return [str(problem) for problem in caught.value.problems]


def test_a_mapping_says_how_a_repository_spells_the_interface(assignment):
    assert read(MAPPED, assignment) == Declared(
        folders={},
        mappings={
            "lab1_line": (
                Mapping(
                    module="line",
                    file="src/line_fit.py",
                    load="definitions",
                    pythonpath=("src",),
                    spellings={
                        "make": "Fit([n_in, n_out])",
                        "W": "m.weights[0]",
                        "b": "m.biases[0]",
                        "forward": "m.forward(X)[-1]",
                        "step": "m.train_step((X, y), lr)",
                    },
                    derived={"predict": "derive.predict", "gradients": "derive.gradients"},
                    where="grade.yml:4",
                ),
            )
        },
    )


def test_gradients_will_do_instead_of_a_step(assignment):
    text = MAPPED.replace('step: "m.train_step((X, y), lr)"', 'gradients: "dict(W=m.dW, b=m.db)"')
    (mapping,) = read(text, assignment).mappings["lab1_line"]
    assert "gradients" in mapping.spellings
    assert "step" not in mapping.spellings
    assert mapping.derived == {"predict": "derive.predict", "step": "derive.step"}


def test_only_the_assignment_is_enough(assignment):
    file = read_grade_file(b"assignment: week01\n")
    assert (file.assignment, file.where) == ("week01", "grade.yml:1")
    assert declared(file, assignment) == Declared()


def test_a_labs_folder_can_be_elsewhere(assignment):
    said = read("labs:\n  lab1_line: {folder: ./src//fit/}\n", assignment)
    assert said == Declared(folders={"lab1_line": "src/fit"})
    assert with_folders(assignment, said).labs[0].folder == "src/fit"
    assert with_folders(assignment, Declared()) == assignment


@pytest.mark.parametrize("root", [".", "./", '""'])
def test_a_labs_folder_can_be_the_root(assignment, root):
    assert read(f"labs:\n  lab1_line: {{folder: {root}}}\n", assignment).folders == {"lab1_line": ""}


def test_a_module_that_only_lies_elsewhere_needs_its_file_and_is_imported_as_any(assignment):
    (mapping,) = read("labs:\n  lab1_line:\n    line: {file: src/lines.py}\n", assignment).mappings[
        "lab1_line"
    ]
    assert (mapping.file, mapping.load, mapping.spellings) == ("src/lines.py", "import", {})


def test_a_mapping_without_file_is_of_the_file_in_the_labs_folder(assignment):
    text = MAPPED.replace("    line:\n      file: src/line_fit.py\n", "    folder: code\n    line:\n")
    (mapping,) = read(text, assignment).mappings["lab1_line"]
    assert (mapping.file, mapping.load) == ("code/line.py", "definitions")


def test_a_file_for_another_assignment_says_nothing_about_this_one(assignment):
    assert read("assignment: week02\nlabs:\n  nonsense: 3\n", assignment) == Declared()


def test_the_instructors_mapping_counts_module_by_module(assignment):
    def mapping(module, file):
        return Mapping(module=module, file=file)

    students = Declared(
        folders={"lab1": "src", "lab2": "two"},
        mappings={"lab1": (mapping("a", "theirs.py"), mapping("b", "b.py")), "lab2": (mapping("c", "c.py"),)},
    )
    instructors = Declared(folders={"lab1": "code"}, mappings={"lab1": (mapping("a", "ours.py"),)})
    assert instructors.over(students) == Declared(
        folders={"lab1": "code", "lab2": "two"},
        mappings={"lab1": (mapping("a", "ours.py"), mapping("b", "b.py")), "lab2": (mapping("c", "c.py"),)},
    )


FAULTS = {
    "an unknown key at the top": (
        "assignment: week01",
        "asignment: week01",
        ["1: unknown key 'asignment'. Did you mean 'assignment'?"],
    ),
    "an assignment that is a number": (
        "assignment: week01",
        "assignment: 1",
        ["1: 'assignment' must be text, not the number 1. Put it in quotes."],
    ),
    "an unknown lab": (
        "  lab1_line:",
        "  lab1_lines:",
        ["3: week01 has no lab 'lab1_lines'. Did you mean 'lab1_line'?"],
    ),
    "an unknown module": (
        "    line:",
        "    lines:",
        ["4: lab1_line has no module 'lines'. Did you mean 'line'?"],
    ),
    "a misspelled folder": (
        "    line:",
        "    fodler: src\n    line:",
        ["4: lab1_line has no module 'fodler'. Did you mean 'folder'?"],
    ),
    "an unknown tensor": (
        "      W:",
        "      W1:",
        [
            "4: the mapping of line leaves out: W.",
            "9: unknown key 'W1'. Did you mean 'W'?",
        ],
    ),
    "an unknown method": (
        "      forward:",
        "      forwards:",
        [
            "4: the mapping of line leaves out: forward.",
            "11: unknown key 'forwards'. Did you mean 'forward'?",
        ],
    ),
    "neither gradients nor step": (
        '      step: "m.train_step((X, y), lr)"\n',
        "",
        ["4: the mapping of line leaves out: gradients or step."],
    ),
    "no make": ('      make: "Fit([n_in, n_out])"\n', "", ["4: the mapping of line leaves out: make."]),
    "an unknown way to load": (
        "load: definitions",
        "load: definition",
        ["6: 'load' is 'definition'. Did you mean 'definitions'?"],
    ),
    "a file outside": (
        "src/line_fit.py",
        "../../etc/passwd",
        ["5: 'file' must not leave the repository with '..'."],
    ),
    "an absolute file": ("src/line_fit.py", "/etc/passwd", ["5: 'file' must be relative to the repository."]),
    "a home": ("src/line_fit.py", "~/line.py", ["5: 'file' must be relative to the repository."]),
    "a drive": ("src/line_fit.py", "C:/line.py", ["5: 'file' must be relative to the repository."]),
    "backslashes": (
        "src/line_fit.py",
        "src\\line_fit.py",
        ["5: 'file' has backslashes: write 'src/line_fit.py'."],
    ),
    "the repository's own history": (
        "src/line_fit.py",
        ".git/config",
        ["5: 'file' is not a path that is read from a repository."],
    ),
    "a hidden character in a file": (
        "src/line_fit.py",
        '"src/line\\u202e.py"',
        ["5: 'file' is not a path that is read from a repository."],
    ),
    "a path outside": (
        "pythonpath: [src]",
        "pythonpath: [src, ..]",
        ["7: 'pythonpath' must not leave the repository with '..'."],
    ),
    "an expression that isn't one": (
        '"m.forward(X)[-1]"',
        '"m.forward(X"',
        ["11: 'forward' is not a Python expression: 'm.forward(X'."],
    ),
    "a statement": (
        '"m.train_step((X, y), lr)"',
        '"import os; os.system(1)"',
        ["12: 'step' is not a Python expression: 'import os; os.system(1)'."],
    ),
    "a tensor that can't be set": (
        '"m.weights[0]"',
        '"m.get_weights()[0].copy()"',
        ["9: 'W' can't be assigned to, as m.weights[0] can: 'm.get_weights()[0].copy()'."],
    ),
    "an expression that YAML reads as a list": (
        "m.biases[0]",
        "[0]",
        ["10: 'b' must be text, not a list."],
    ),
    "an expression that is a number": (
        "m.biases[0]",
        "0",
        ["10: 'b' must be text, not the number 0. Put it in quotes."],
    ),
    "a module that is text": (
        "    line:\n",
        "    line: src/line_fit.py\n    lin:\n",
        [
            "4: 'line' must be a map (keys with values), not text.",
            "5: lab1_line has no module 'lin'. Did you mean 'line'?",
        ],
    ),
    "labs that are a list": (
        "labs:\n",
        "labs: []\nlab:\n",
        [
            "2: 'labs' must be a map (names with values), not an empty list.",
            "3: unknown key 'lab'. Did you mean 'labs'?",
        ],
    ),
}


@pytest.mark.parametrize(("old", "new", "told"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_reported_with_its_line_and_what_was_meant(assignment, old, new, told):
    assert MAPPED.count(old) == 1
    assert faults(MAPPED.replace(old, new), assignment) == [f"grade.yml:{line}" for line in told]


def test_a_students_own_may_leave_out_what_they_have_not_written_but_not_make_or_a_tensor(assignment):
    left = read(MAPPED.replace('      step: "m.train_step((X, y), lr)"\n', ""), assignment)
    assert "gradients" not in {
        **left.mappings["lab1_line"][0].spellings,
        **left.mappings["lab1_line"][0].derived,
    }
    bare = MAPPED.replace('      make: "Fit([n_in, n_out])"\n', "")
    with pytest.raises(MappingNeeded) as caught:
        read(bare, assignment)
    assert [str(problem) for problem in caught.value.problems] == [
        "grade.yml:4: the mapping of line leaves out: make."
    ]


def test_all_faults_of_a_mapping_are_reported_at_once(assignment):
    text = "labs:\n  lab1_line:\n    line:\n      file: ../x\n      W: m.W(\n      v: 1\n  lab2: {}\n"
    assert faults(text, assignment) == [
        "grade.yml:3: the mapping of line leaves out: make, b, forward, gradients or step.",
        "grade.yml:4: 'file' must not leave the repository with '..'.",
        "grade.yml:5: 'W' is not a Python expression: 'm.W('.",
        "grade.yml:6: unknown key 'v'. Known keys: make, W, b, forward, gradients, predict, step, file, load, "
        "pythonpath.",
        "grade.yml:7: week01 has no lab 'lab2'. Known labs: lab1_line.",
    ]


def test_a_module_without_interface_takes_a_file_but_no_spellings(course):
    text = course.read("rubric")
    start, end = text.index("        interface:"), text.index("    criteria:")
    course.overwrite("rubric", text[:start] + text[end:])
    assignment = load(course.root, "week01")
    assert faults("labs:\n  lab1_line:\n    line: {file: a.py, make: f()}\n", assignment) == [
        "grade.yml:3: unknown key 'make'. Known keys: file, load, pythonpath."
    ]


def test_an_expression_is_never_run(assignment, tmp_path):
    trace = tmp_path / "ran"
    text = MAPPED.replace("Fit([n_in, n_out])", f"open('{trace}', 'w')")
    declared(read_grade_file(text.encode()), assignment, by_instructor=True)
    assert not trace.exists()


HOSTILE = {
    "nested parentheses": "(" * 900,
    "closed parentheses": "(" * 450 + "x" + ")" * 450,
    "signs": "-" * 900 + "x",
    "nots": "not " * 220 + "x",
    "attributes": "x" + ".a" * 450,
    "calls": "x" + "()" * 450,
    "powers": "**".join("x" * 300),
    "lambdas": "lambda: " * 110 + "x",
    "f-strings": "f'{" * 150 + "x" + "}'" * 150,
    "a long expression": "x + " * 3000 + "x",
    "an escape that warns": "'\\d'",
    "nothing but spaces": "   x",
}


@pytest.mark.parametrize("expression", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_expression_is_only_read(assignment, expression):
    text = MAPPED.replace("m.biases[0]", '"' + expression.replace("\\", "\\\\") + '"')
    start = time.process_time()
    try:
        read(text, assignment)
    except MappingNeeded as refused:
        assert all(len(str(problem)) < 300 for problem in refused.problems)
    assert time.process_time() - start < 1


def test_many_faults_are_cut_off_and_counted(assignment):
    text = "labs:\n  lab1_line:\n" + "".join(f"    m{i}: x\n" for i in range(900))
    start = time.process_time()
    told = faults(text, assignment)
    assert time.process_time() - start < 2
    assert len(told) == 101
    assert told[-1] == "grade.yml:102: … and 800 more problems."


def test_what_students_write_is_reported_without_control_characters(assignment):
    (told,) = faults('labs:\n  "x\\e[31m\\u202e\\n": {}\n', assignment)
    assert told == "grade.yml:2: week01 has no lab 'x\\x1b[31m\\u202e\\n'. Known labs: lab1_line."


def test_a_mapping_file_of_the_instructor_is_reported_by_its_own_name():
    with pytest.raises(MappingNeeded) as caught:
        read_grade_file(b"labs: [1, 2\n", "maps/jane.yml")
    assert caught.value.message == "maps/jane.yml has 1 fault."
    assert str(caught.value.problems[0]) == "maps/jane.yml:1: a '[' that opens here is not closed properly."


def test_a_file_that_is_too_long_is_not_read():
    with pytest.raises(MappingNeeded) as caught:
        read_grade_file(b"#" * 20_000)
    assert str(caught.value.problems[0]) == (
        "grade.yml:1: the file has 20,000 bytes; at most 16,384 are read."
    )


WORDS = st.sampled_from(
    "assignment labs lab1_line line folder file load pythonpath make W b forward step week01 src m.W [ ] { } , "
    ": - ' \" # & * ! | > 1 true ~ .. / \n".split(" ")
    + ["\n", "\n  ", "\n    ", "\n      ", ": "]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, max_size=40).map("".join))
def test_no_grade_yml_does_more_than_need_a_mapping(shared_assignment, text):
    try:
        read(text, shared_assignment)
    except MappingNeeded:
        pass
