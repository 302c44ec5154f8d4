"""Whether tests run and notice anything, in a sandbox that answers as it is told to."""

import pytest

from grader.checks.project import Played, ProjectOutcome, Ran, judge_tests
from grader.checks.project.documented import installing_commands, commands_for_tests
from grader.checks.project.tested import installs
from grader.records import Fetched

PYTEST = "python -m pytest"
MODULE = "def double(x):\n    return 2 * x\n"
TEST = "from m import double\n\n\ndef test_double():\n    assert double(2) == 4\n"


class Told:
    """Answers commands from a table of texts that they begin with; trials by a predicate on the changed files."""

    url = "https://host/ada/net"

    def __init__(self, texts=None, answers=None, notices=lambda overlay: bool(overlay)):
        self.texts = {"m.py": MODULE, "test_m.py": TEST} | (texts or {})
        self.answers = {
            "python -m pip": (0, ""),
            PYTEST: (0, "1 passed"),
            "python -m unittest": (5, "Ran 0 tests"),
        } | (answers or {})
        self.typed, self.found, self.kept = [], {}, False
        self._notices = notices

    def settle(self, **_how):
        return "/home/stranger/net"

    def script(self, text, **_how):
        self.typed.append(text)
        known = [key for key in self.answers if text.startswith(key)]
        answer = (
            self.answers[max(known, key=len)] if known else (127, f"bash: line 1: {text}: command not found")
        )
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        status, output = answer
        return Played(commands=(Ran(line=1, text=text, status=status, output=output),))

    def trials(self, _command, overlays, **_how):
        return [Ran(status=int(self._notices(overlay)), output="") for overlay in overlays]

    def has_package(self, _name):
        return True

    def fetched(self):
        return Fetched()

    def keep(self):
        self.kept = True


def judged(**kwargs):
    sandbox = Told(**kwargs)
    return judge_tests(sandbox, seconds=60), sandbox


def test_tests_that_pass_and_notice_both_broken_copies_pass_and_their_home_is_kept():
    found, sandbox = judged()
    assert found.word is ProjectOutcome.PASS
    assert sandbox.kept
    assert sandbox.found["tests"].command == PYTEST


@pytest.mark.parametrize(
    ("blind", "does"),
    [
        (lambda overlay: False, "raises"),
        (lambda overlay: "taken out" in overlay.get("m.py", ""), "returns something else"),
    ],
)
def test_tests_that_pass_on_a_broken_copy_test_nothing(blind, does):
    found, sandbox = judged(notices=blind)
    assert found.word is ProjectOutcome.REVISE
    assert does in found.why
    assert not sandbox.kept


def test_tests_that_pass_once_and_not_again_are_for_a_person():
    found, _ = judged(notices=lambda _overlay: True)
    assert found.word is ProjectOutcome.REVIEW


def test_tests_that_fail_are_the_repositorys():
    found, _ = judged(answers={PYTEST: (1, "FAILED test_m.py::test_double\n== 1 failed in 0.1s ==")})
    assert found.word is ProjectOutcome.REVISE
    assert found.why == "Tests fail."


def test_a_list_whose_versions_cant_be_had_is_tried_in_todays_and_blames_nobody():
    lists = {"requirements.txt": "numpy==1.16.1  # old\npytest>=4\n-e .\n"}
    failing = {"python -m pip install -q -r": (1, "ERROR: Failed building wheel for numpy")}
    found, sandbox = judged(texts=lists, answers=failing)
    assert "python -m pip install -q numpy pytest" in sandbox.typed
    assert found.word is ProjectOutcome.PASS
    red = {PYTEST: (1, "== 1 failed in 0.1s ==")}
    found, _ = judged(texts=lists, answers=failing | red)
    assert found.word is ProjectOutcome.REVIEW


def test_a_package_for_a_newer_python_is_tried_all_the_same():
    toml = {"pyproject.toml": '[project]\nname = "net"\nrequires-python = ">=3.99"\n'}
    refused = "ERROR: Package 'net' requires a different Python: 3.11.2 not in '>=3.99'"
    found, sandbox = judged(texts=toml, answers={"python -m pip install -q -e": [(1, refused), (0, "")]})
    assert any(line.endswith("--ignore-requires-python") for line in sandbox.typed)
    assert found.word is ProjectOutcome.PASS


def test_what_a_readme_asks_for_in_words_is_installed():
    missing = (2, "E   ModuleNotFoundError: No module named 'torch'\n== 1 error in 0.1s ==")
    readme = {
        "README.md": "# Net\n\nTo run the tests you will have to install [PyTorch](https://pytorch.org).\n"
    }
    found, sandbox = judged(texts=readme, answers={PYTEST: [missing, (0, "2 passed")]})
    assert "python -m pip install -q torch" in sandbox.typed
    assert found.word is ProjectOutcome.PASS


def test_tests_that_another_command_runs_are_tests():
    readme = {"README.md": "# Net\n\n```bash\npython checks/run_tests.py --all\n```\n"}
    answers = {PYTEST: (5, "no tests ran in 0.01s"), "python checks/run_tests.py": (0, "ok")}
    found, sandbox = judged(texts=readme, answers=answers)
    assert found.word is ProjectOutcome.PASS
    assert sandbox.found["tests"].command == "python checks/run_tests.py --all"


def test_a_folder_that_is_not_there_is_not_searched():
    _, sandbox = judged(
        answers={PYTEST: (5, "no tests ran in 0.01s"), "python -m unittest": (0, "Ran 0 tests")}
    )
    assert not any("discover" in line for line in sandbox.typed)


def test_commands_come_from_workflows_readmes_makefiles_and_tools():
    texts = {
        ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
        "    - run: |\n        pip install torch pytest\n        uv run pytest tests/ -v\n"
        "    - run: pytest ${{ matrix.args }}\n",
        "README.md": "# Net\n\n```\npip install -r requirements.txt\nmake test\n```\n",
        "Makefile": "test:\n\tpytest\n\ntest_files := a b\n",
        "tox.ini": "[tox]\n",
    }
    assert commands_for_tests(texts) == ["pytest tests/ -v", "make test", "python -m tox"]
    assert "python -m pip install torch pytest" in installing_commands(texts)


def test_a_repository_is_installed_whatever_file_says_how():
    for name, text in (("setup.cfg", ""), ("setup.py", ""), ("pyproject.toml", "[build-system]\n")):
        listed = installs(
            {name: text} | ({"pyproject.toml": "[build-system]\n"} if name == "setup.cfg" else {})
        )
        assert "python -m pip install -q -e '.'" in listed
    assert "python -m pip install -q -e '.'" not in installs({"pyproject.toml": "[tool.ruff]\n"})


ODD = {"tests/layer.py": "class TestLayer(TestCase):\n    def test_a(self):\n        self.assertTrue(f())\n"}
NAMED = "python -m pytest tests/layer.py"


def test_files_that_pytest_does_not_look_into_are_named_to_it():
    found, sandbox = judged(texts=ODD, answers={PYTEST: (5, "no tests ran in 0.01s"), NAMED: (0, "1 passed")})
    assert found.word is ProjectOutcome.PASS
    assert sandbox.found["tests"].command == NAMED


def test_tests_that_fail_are_not_made_up_for_by_files_of_other_names():
    found, sandbox = judged(
        texts=ODD, answers={PYTEST: (1, "== 1 failed in 0.1s =="), NAMED: (0, "1 passed")}
    )
    assert NAMED not in sandbox.typed
    assert found.word is ProjectOutcome.REVISE


def test_a_linter_that_passes_does_not_speak_for_tests_that_could_not_be_run():
    make = {"Makefile": "check:\n\truff check .\n", "README.md": "# Net\n\n```bash\nmake check\n```\n"}
    missing = (2, "ERROR: No matching distribution found for pybind11\n== 1 error in 0.1s ==")
    found, sandbox = judged(
        texts=make, answers={PYTEST: missing, "make check": (0, "ok")}, notices=lambda _overlay: False
    )
    assert "make check" in sandbox.typed
    assert found.word is ProjectOutcome.REVIEW


def test_the_latest_installer_is_no_test():
    readme = {
        "README.md": "# Net\n\n```bash\nbash Miniconda3-latest-Linux-x86_64.sh\nbash run_tests.sh\n```\n"
    }
    assert commands_for_tests(readme) == ["bash run_tests.sh"]


def test_what_another_command_lacks_says_nothing_of_tests_that_could_not_be_run():
    readme = {"README.md": "# Net\n\n```bash\nbash run_tests.sh\n```\n"}
    offline = (
        1,
        "E   urllib.error.URLError: <urlopen error [Errno 111] Connection refused>\n== 1 failed in 0.1s ==",
    )
    gone = (127, "bash: run_tests.sh: No such file or directory")
    found, sandbox = judged(texts=readme, answers={PYTEST: offline, "bash run_tests.sh": gone})
    assert "bash run_tests.sh" in sandbox.typed
    assert found.word is ProjectOutcome.REVIEW
