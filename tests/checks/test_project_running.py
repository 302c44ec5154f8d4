"""A stranger follows commands, and tests are tried on bugs: in a sandbox that answers as told."""

import numpy as np
import pytest

from grader.checks.project import ReadmeRun, Result, cover, failed, mutation_score, readme_commands
from grader.checks.project.sandbox import Invocation, Ran
from grader.records import CommitStatus


class ScriptedSandbox:
    """Answers a command by the first line of ``says`` that it contains; its tests are a predicate on the files."""

    def __init__(self, texts, says=(), notices=lambda files: False, tested=()):
        self.texts, self.tested = texts, tested
        self.status = CommitStatus(state="unread", source="")
        self._says, self._notices = dict(says), notices
        self.ran = []

    def index(self):
        return {"numpy": "2.4.6", "pytest": "9.2.0"}

    def run(self, argv, *, seconds, folder="", variables=None, index=False):
        self.ran.append((folder, *argv))
        line = " ".join(argv)
        status, output = next((said for part, said in self._says.items() if part in line), (0, ""))
        return Ran(status=status, output=output)

    def trials(self, invocation, overlays, *, seconds, total_seconds):
        return [Ran(status=int(self._notices(self.texts | overlay)), output="") for overlay in overlays]


FILES = {"requirements.txt": "numpy\n", "src/train.py": "", "tests/test_a.py": ""}


def follow(script, says=(), files=FILES, prose=""):
    sandbox = ScriptedSandbox(files, says)
    run = ReadmeRun(sandbox, seconds=1.0, prose=prose)
    return run.follow(readme_commands(f"```bash\n{script}\n```\n")), sandbox, run


def test_what_works_is_followed_in_its_folder_to_the_end():
    script = "git clone x/week06\ncd week06\npip install -r requirements.txt\ncd src\npython train.py\ncd ..\npytest"
    steps, sandbox, _ = follow(script)
    assert failed(steps) is None
    assert sandbox.ran == [("", "pip", "install", "numpy"), ("src", "python", "train.py"), ("", "pytest")]


def test_a_missing_module_is_reported_as_a_missing_install():
    steps, _, _ = follow(
        "python src/train.py", {"train.py": (1, "ModuleNotFoundError: No module named 'numpy'")}
    )
    assert "no command before this installs it" in failed(steps).why
    assert "pip install numpy" in failed(steps).hint


def test_a_module_of_the_repositorys_own_is_no_missing_install():
    steps, _, _ = follow("pytest", {"pytest": (2, "No module named 'train'")})
    assert "install" not in failed(steps).why + failed(steps).hint


@pytest.mark.parametrize(
    ("script", "says", "why"),
    [
        ("cd code", {}, "There is no folder code."),
        ("pip install -r dev.txt", {}, "There is no dev.txt to install from."),
        ("pip install numppy", {}, "There is no package numppy."),
        ("pip install numpy", {"pip": (1, "ERROR: no")}, "pip could not install this."),
        ("python a.py", {"a.py": (2, "can't open file 'a.py'")}, "It names a file that is not there."),
        ("pytest", {"pytest": (127, "")}, "There is no program pytest."),
        ("pytest", {"pytest": (1, "1 failed")}, "Tests fail."),
        ("pytest", {"pytest": (5, "")}, "No tests are found."),
        ("python src/train.py", {"train": (1, "ZeroDivisionError")}, "It ended with exit status 1."),
    ],
)
def test_each_way_to_get_stuck_is_reported_in_its_own_words(script, says, why):
    steps, _, _ = follow(script, says)
    assert failed(steps).why == why


@pytest.mark.parametrize(
    ("says", "prose"),
    [
        ((1, "urllib.error.URLError: <urlopen error>"), ""),
        (
            (1, "FileNotFoundError: [Errno 2] No such file or directory: 'data/films.csv'"),
            "Put films.csv into data/.",
        ),
    ],
)
def test_what_the_sandbox_lacks_is_passed_over(says, prose):
    steps, _, _ = follow("python src/train.py", {"train.py": says}, prose=prose)
    assert [s.result for s in steps] == [Result.PASSED_OVER]


def test_a_package_that_the_index_lacks_is_passed_over_and_so_is_what_needs_it():
    script = "pip install seaborn numpy\npython src/train.py"
    steps, sandbox, run = follow(script, {"train.py": (1, "No module named 'seaborn'")})
    assert [s.result for s in steps] == [Result.WORKED, Result.PASSED_OVER]
    assert "seaborn" in run.notes[0]


def test_a_command_that_still_runs_without_an_error_is_taken_to_work():
    steps, _, _ = follow("python src/train.py", {"train.py": (None, "epoch 1")})
    assert steps[0].result is Result.LONG


def test_nothing_is_tried_after_the_step_that_failed():
    steps, sandbox, _ = follow("python a.py\npytest", {"a.py": (1, "")})
    assert len(steps) == len(sandbox.ran) == 1


# ── teeth ─────────────────────────────────────────────────────────────────────────────────────────────────

MODULE = "def double(x):\n    return x * 2\n\n\ndef idle(x):\n    return x\n"
WAYS = [Invocation()]


def value(files, expression):
    scope = {}
    exec(files["m.py"], scope)
    return eval(expression, scope)


def crashes(files, expression):
    try:
        value(files, expression)
    except Exception:
        return True
    return False


def wrong(files):
    return crashes(files, "double(3)") or value(files, "double(3)") != 6


def examined(notices):
    sandbox = ScriptedSandbox({"m.py": MODULE}, notices=notices, tested=("m.py",))
    rng = np.random.default_rng(0)
    covered = cover(sandbox, WAYS, rng, total_seconds=10)
    return covered, mutation_score(sandbox, WAYS, covered, rng, total_seconds=10)


def test_tests_that_compare_values_exercise_what_they_call_and_notice_every_bug():
    covered, score = examined(wrong)
    assert [t.name for t in covered.exercised] == ["double"]
    assert [t.name for t in covered.missed] == ["idle"]
    assert score.share == 1.0


def test_tests_that_only_call_exercise_but_notice_nothing_and_the_survivors_have_names():
    covered, score = examined(lambda files: crashes(files, "double(3)"))
    assert [t.name for t in covered.exercised] == ["double"]
    assert score.share == 0.0
    assert {m.what for m in score.survived} >= {"* turned into /", "does nothing and returns None"}


def test_tests_that_compare_text_are_found_out():
    covered, _ = examined(lambda files: files["m.py"] != MODULE)
    assert covered.reads_text


def test_tests_that_fail_on_the_code_as_it_is_tell_nothing():
    covered, _ = examined(lambda _files: True)
    assert covered.baseline.status == 1
    assert covered.exercised == ()
