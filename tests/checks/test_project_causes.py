"""A command that failed → whose fault that is, from the words of the tools that print them."""

import pytest

from grader.checks.project.causes import Whose, cause_of
from grader.checks.project.surroundings import Surroundings
from grader.checks.project.outcome import ProjectOutcome, conclude
from grader.checks.project.readme_run import ReadmeRun, Result, CommandRun
from grader.checks.project.sandbox import Ran

TEXTS = {
    "src/net/__init__.py": "", "src/net/layers.py": "", "train.py": "x = 1\n", "broken.py": "def f(:\n", "requirements.txt": "numpy\n",
    "pyproject.toml": "[project]\n[project.scripts]\nnet-train = 'net:main'\n", "tests/test_a.py": "",
}  # fmt: skip
HOME = "/home/s"
IN_TRAIN = f'Traceback (most recent call last):\n  File "{HOME}/net/train.py", line 1, in <module>\n    x()\n'
IN_NUMPY = (
    IN_TRAIN + f'  File "{HOME}/.python/lib/python3.11/site-packages/numpy/a.py", line 3, in f\n    y()\n'
)


def cause(output, status=1, text="python train.py", prose=""):
    return cause_of(
        Ran(status=status, output=output, text=text), Surroundings(texts=TEXTS, home=HOME, prose=prose)
    )


@pytest.mark.parametrize(
    ("text", "output", "why"),
    [
        ("python a.py", f"python: can't open file '{HOME}/net/a.py': [Errno 2] No such file or directory", "a.py, which is not there"),
        ("pip install -r dev.txt", "ERROR: Could not open requirements file: [Errno 2] No such file or directory: 'dev.txt'", "dev.txt"),
        ("cd code", "bash: line 1: cd: code: No such file or directory", "code, which is not there"),
        ("./go.sh", "bash: line 1: ./go.sh: No such file or directory", "./go.sh"),
        ("pip install .", "ERROR: Directory '.' is not installable. Neither 'setup.py' nor 'pyproject.toml' found.".replace("Neither", "neither"), "nothing here that could be installed"),
        ("make tests", "make: *** No rule to make target 'tests'.  Stop.", "no such target"),
        ("python train.py", IN_TRAIN + "ModuleNotFoundError: No module named 'numpy'", "nothing before this installs it"),
        ("python train.py", IN_TRAIN + "ModuleNotFoundError: No module named 'net'", "Python finds no module net"),
        ("pytest", "bash: line 1: pytest: command not found", "no program pytest"),
        ("pytests", "bash: line 1: pytests: command not found", "no program pytests"),
        ("net-train", "bash: line 1: net-train: command not found", "no program net-train"),
        ("python broken.py", f'  File "{HOME}/net/broken.py", line 1\n    def f(:\n          ^\nSyntaxError: invalid syntax', "broken.py, line 1, is no Python"),
        ("python train.py", IN_TRAIN + "ZeroDivisionError: division by zero", "train.py, line 1, raises ZeroDivisionError"),
        ("pytest", "FAILED tests/test_a.py::test_b - assert 1 == 2\n===== 1 failed, 2 passed in 0.1s =====", "Tests fail"),
        ("python -m unittest", "FAILED (failures=1)", "Tests fail"),
        ("pytest", "===== no tests ran in 0.01s =====", "No tests are found"),
        ("pip install sklearn", "The 'sklearn' PyPI package is deprecated, use 'scikit-learn'", "scikit-learn"),
        ("uv sync", "error: No `pyproject.toml` found in current directory or any parent directory", "no pyproject.toml"),
    ],
)  # fmt: skip
def test_what_only_the_repository_can_repair_is_its_fault(text, output, why):
    found = cause(output, text=text)
    assert (found.whose, why in found.why) == (Whose.THEIRS, True), found


@pytest.mark.parametrize(
    "output",
    [
        IN_TRAIN + "urllib.error.URLError: <urlopen error [Errno -3] Temporary failure in name resolution>",
        "fatal: unable to access 'https://x/': Could not resolve host: x", IN_TRAIN + "RuntimeError: No CUDA GPUs are available",
        "AssertionError: Torch not compiled with CUDA enabled", IN_TRAIN + "EOFError: EOF when reading a line", IN_TRAIN + "MemoryError",
        "OSError: [Errno 28] No space left on device", IN_TRAIN + "KeyError: 'OPENAI_API_KEY'", "_tkinter.TclError: no display name and no $DISPLAY",
        "ERROR: Package 'x' requires a different Python: 3.11.2 not in '>=3.12'", "bash: line 1: sudo: command not found",
        "bash: line 1: conda: command not found", "ImportError: libGL.so.1: cannot open shared object file: No such file or directory",
        "ERROR: Could not find a version that satisfies the requirement numpy==1.16.1 (from versions: 2.0)", IN_TRAIN + "ModuleNotFoundError: No module named 'tkinter'",
        "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='x', port=443)\n==== 1 failed in 2s ====", "error: command 'gcc' failed: No such file or directory",
    ],
)  # fmt: skip
def test_what_the_surroundings_lack_is_nobodys_fault(output):
    assert cause(output).whose is Whose.SURROUNDINGS


@pytest.mark.parametrize(
    ("output", "status"),
    [("", 3), ("something odd", 1), ("bash: line 1: mystery: command not found", 127), (IN_NUMPY + "ValueError: x", 1),
     (IN_NUMPY + "ModuleNotFoundError: No module named 'pbr'", 1),
     ("usr/lib/python3/dist-packages/bandit/__init__.py:17: in <module>\n    import pbr\nE   ModuleNotFoundError: No module named 'pbr'", 1),
     (IN_TRAIN + "ImportError: cannot import name 'f' from 'numpy' (x)", 1)],
)  # fmt: skip
def test_what_no_sign_tells_is_left_to_a_person(output, status):
    assert cause(output, status=status).whose is Whose.UNKNOWN


def test_what_the_readme_asks_for_in_words_is_not_missing():
    missing = IN_TRAIN + "ModuleNotFoundError: No module named 'torch'"
    assert cause(missing, prose="You need to install torch first.").whose is Whose.UNKNOWN
    assert cause(missing, prose="A torch-like library.").whose is Whose.THEIRS
    data = IN_TRAIN + "FileNotFoundError: [Errno 2] No such file or directory: 'data/films.csv'"
    assert cause(data, prose="Put films.csv into data/.").whose is Whose.SURROUNDINGS
    assert cause(data).whose is Whose.THEIRS


def test_the_lines_that_tell_are_shown_and_few():
    output = (
        "\n".join(f"line {i}" for i in range(500)) + "\n" + IN_TRAIN + "ZeroDivisionError: division by zero\n"
    )
    lines = cause(output).lines
    assert "ZeroDivisionError" in lines
    assert len(lines.splitlines()) <= 12


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece",
    [
        'File "a", line 1\n',
        "Error: ",
        "No module named '",
        "=" * 40,
        " " * 50,
        "E   x\n",
        "a/" * 40,
        "line 1: ",
    ],
)
def test_no_output_takes_long(piece):
    cause(piece * (100_000 // len(piece)))


# ── What follows ──────────────────────────────────────────────────────────────────────────────────────────


def step(output="", status=0, text="python train.py"):
    if not status:
        return CommandRun(line=1, text=text, result=Result.WORKED)
    return CommandRun(line=2, text=text, result=Result.FAILED, cause=cause(output, status, text))


CRASH = step(IN_TRAIN + "ZeroDivisionError: division by zero", 1)
NETWORK = step("urllib.error.URLError: x", 1, "pip install x")
NOTHING = step(f"python: can't open file '{HOME}/net/a.py': [Errno 2] No such file", 2, "python a.py")
ODD = step("odd", 1)


@pytest.mark.parametrize(
    ("steps", "word"),
    [
        ([step()], ProjectOutcome.PASS), ([step(), CRASH], ProjectOutcome.REVISE), ([NETWORK, CRASH], ProjectOutcome.REVIEW), ([NETWORK, NOTHING], ProjectOutcome.REVISE),
        ([step(), NETWORK], ProjectOutcome.PASS), ([NETWORK], ProjectOutcome.REVIEW), ([step(), ODD], ProjectOutcome.REVIEW), ([step(text="pip install x")], ProjectOutcome.REVIEW), ([], ProjectOutcome.REVIEW),
    ],
)  # fmt: skip
def test_revise_needs_evidence_and_pass_needs_something_that_ran(steps, word):
    assert conclude(ReadmeRun(steps=tuple(steps))).word is word


def test_a_session_that_stopped_early_is_for_a_person():
    assert (
        conclude(ReadmeRun(steps=(step(text="pip install x"),), stopped="line 3 ended the shell itself")).word
        is ProjectOutcome.REVIEW
    )
