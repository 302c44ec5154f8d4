"""READMEs, workflows, requirements and tests, read as text; hostile ones raise nothing."""

import pytest

from grader.checks.project.commands import CommandKind, read_commands
from grader.checks.project.packages import plan
from grader.checks.project.readme import find_readme, readme_commands
from grader.checks.project.suites import tests as all_tests
from grader.checks.project.workflow import read_workflow, workflows

INDEX = {
    "numpy": "2.4.6",
    "torch": "2.13.0+cpu",
    "pytest": "9.2.0",
    "scikit-learn": "1.9.1",
    "setuptools": "84.2.1",
}


def commands(text):
    return [(c.kind, *c.argv) for c in read_commands(enumerate(text.splitlines(), 1))]


def install(line, **texts):
    (command,) = read_commands([(1, line)])
    return plan(command.argv, "", {name.replace("__", "."): text for name, text in texts.items()}, INDEX)


@pytest.mark.parametrize(
    ("line", "want"),
    [
        ("pip install numpy", [(CommandKind.INSTALL, "numpy")]),
        ("$ python3 -m pip install -r requirements.txt", [(CommandKind.INSTALL, "-r", "requirements.txt")]),
        ("(venv) $ pip3 install -e .[dev]", [(CommandKind.INSTALL, "-e", ".[dev]")]),
        ("uv pip install numpy", [(CommandKind.INSTALL, "numpy")]),
        (
            "cd lab1 && python train.py",
            [(CommandKind.ENTER, "lab1"), (CommandKind.RUN, "python", "train.py")],
        ),
        ("python3.11 -m pytest -q  # quick", [(CommandKind.TEST, "python", "-m", "pytest", "-q")]),
        ("uv run pytest", [(CommandKind.TEST, "pytest")]),
        ("coverage run -m pytest", [(CommandKind.TEST, "python", "-m", "pytest")]),
        ("git clone https://github.com/<you>/week06", [(CommandKind.DONE, "clone")]),
        ("python -m venv .venv", [(CommandKind.DONE, "-m")]),
        ("make test", [(CommandKind.UNTRIED, "make", "test")]),
        ("curl https://x | sh", [(CommandKind.UNTRIED,)]),
        ("python train.py --data /path/to/data", [(CommandKind.UNTRIED,)]),
        ("echo 'unpaired", [(CommandKind.UNTRIED,)]),
        ("python train.py > $HOME/log", [(CommandKind.UNTRIED,)]),
        ("# only a remark", []),
    ],
)
def test_a_line_of_shell_is_understood_or_left_alone(line, want):
    assert commands(line) == want


def test_a_backslash_joins_lines_and_the_first_one_counts():
    (command,) = read_commands(enumerate(["pip install \\", "  numpy torch"], 4))
    assert (command.line, command.argv) == (4, ("numpy", "torch"))


def test_variables_before_a_command_and_exported_ones_are_kept():
    run, export = read_commands([(1, "PYTHONPATH=src python -m pytest"), (2, "export SEED=3")])
    assert (run.kind, run.variables) == (CommandKind.TEST, {"PYTHONPATH": "src"})
    assert export.variables == {"SEED": "3"}


def test_a_readmes_commands_come_from_its_shell_blocks_with_their_lines():
    text = "# T\n\n```bash\npip install numpy\n```\n\n```python\nimport os\n```\n\n```\ntree of files\n$ python a.py\n```\n"
    assert [(c.kind, c.line) for c in readme_commands(text)] == [
        (CommandKind.INSTALL, 4),
        (CommandKind.RUN, 13),
    ]


def test_a_block_inside_a_list_and_one_that_never_ends_are_read():
    text = "1. Install\n\n    ```sh\n    pip install numpy\n    ```\n\n~~~\npytest\n"
    assert [c.kind for c in readme_commands(text)] == [CommandKind.INSTALL, CommandKind.TEST]


def test_restructured_text_is_read_too():
    text = "Run\n===\n\n.. code-block:: bash\n\n   pip install numpy\n   pytest\n\nDone.\n"
    assert [c.kind for c in readme_commands(text, "README.rst")] == [CommandKind.INSTALL, CommandKind.TEST]


def test_the_readme_at_the_top_is_found_however_it_is_spelt():
    assert find_readme({"docs/README.md": "", "Readme.rst": "", "readme.md": ""}) == "readme.md"
    assert find_readme({"docs/README.md": ""}) == ""


# ── pip install ───────────────────────────────────────────────────────────────────────────────────────────


def test_requirements_are_read_through_files_and_pins_give_way_to_what_the_index_has():
    found = install(
        "pip install -r requirements.txt",
        requirements__txt="numpy==1.26.4  # old\n-r more.txt\n",
        more__txt="torch",
    )
    assert found.commands == [["pip", "install", "numpy", "torch"]]
    assert found.moved == ["numpy 2.4.6 for numpy==1.26.4"]


def test_what_the_index_lacks_is_no_fault_but_a_slip_of_the_keys_is():
    found = install("pip install seaborn numppy sklearn")
    assert found.unknown == ["seaborn"]
    assert found.slips == [("numppy", "numpy"), ("sklearn", "scikit-learn")]


def test_a_missing_requirements_file_is_reported():
    assert install("pip install -r requirements.txt").missing == "requirements.txt"


def test_a_package_of_the_repositorys_own_brings_its_dependencies_and_extras():
    toml = "[project]\nname='a'\nversion='1'\ndependencies=['numpy']\n[project.optional-dependencies]\ndev=['pytest']\n"
    found = install("pip install -e .[dev]", pyproject__toml=toml)
    assert found.commands[0] == ["pip", "install", "numpy", "pytest"]
    assert found.commands[-1][-1] == "."


@pytest.mark.parametrize(
    "toml", ["[project", "project = 3", "[project]\ndependencies = 3", "build-system = 1"]
)
def test_a_broken_pyproject_is_left_for_pip_to_complain_about(toml):
    assert install("pip install .", pyproject__toml=toml).commands


# ── workflows ─────────────────────────────────────────────────────────────────────────────────────────────


def workflow(on="push", run="python -m pytest", extra=""):
    return (
        f"on: {on}\njobs:\n  t:\n    steps:\n      - uses: actions/checkout@v4\n      - run: {run}\n{extra}"
    )


@pytest.mark.parametrize(
    ("on", "want"),
    [
        ("push", True),
        ("[pull_request, push]", True),
        ("{push: {branches: [main]}}", True),
        ("{push: }", True),
        ("{push: {tags: [v1]}}", False),
        ("pull_request", False),
        ("{schedule: [{cron: '0 0 * * *'}]}", False),
    ],
)
def test_a_workflow_says_whether_a_push_starts_it(on, want):
    assert read_workflow("w.yml", workflow(on)).on_push is want


def test_a_step_knows_its_line_folder_variables_and_whether_its_failure_counts():
    extra = "        working-directory: lab1\n        env: {A: b, T: '${{ secrets.T }}'}\n        continue-on-error: true\n"
    (command,) = read_workflow("w.yml", workflow(extra=extra)).tests()
    assert (command.line, command.folder, command.variables, command.forgiven) == (
        6,
        "lab1",
        {"A": "b"},
        True,
    )


def test_githubs_own_template_is_understood():
    run = "|\n          pip install flake8 pytest\n          if [ -f requirements.txt ]; then pip install -r requirements.txt; fi\n          pytest"
    install_, conditional, test = read_workflow("w.yml", workflow(run=run)).jobs["t"]
    assert (conditional.only_if, conditional.kind, conditional.line) == (
        "requirements.txt",
        CommandKind.INSTALL,
        8,
    )
    assert (install_.kind, test.kind) == (CommandKind.INSTALL, CommandKind.TEST)


@pytest.mark.parametrize(
    "text",
    ["", "a: [", "- 1", "on: push", "a: &a [1]\nb: *a", "[" * 500, "on: push\njobs: {t: 3}", "on: push\njobs: {t: {steps: {}}}",
     "\x00", "on: {1: 2}\njobs: {t: {steps: [3, {run: 4}, {run: [1]}]}}", "!!python/object:os.system x"],
)  # fmt: skip
def test_no_workflow_raises_anything(text):
    read_workflow("w.yml", text)


def test_only_files_of_the_workflows_folder_are_workflows():
    found = workflows(
        {".github/workflows/a.yml": workflow(), ".github/b.yml": "", "x/.github/workflows/c.yml": ""}
    )
    assert [w.file for w in found] == [".github/workflows/a.yml"]


# ── tests ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("body", "want"),
    [
        ("assert f(1) == 2", True),
        ("np.testing.assert_allclose(f(1), 2)", True),
        ("with pytest.raises(ValueError): f(0)", True),
        ("if f(1) != 2: raise AssertionError", True),
        ("helper(f(1))", True),
        ("f(1)", False),
        ("assert True", False),
        ("assert f(1) == f(1)", False),
        ("assert (f(1), 'said')", False),
        ("idle(f(1))", False),
    ],
)
def test_a_test_asserts_if_something_in_it_can_fail(body, want):
    helpers = "def helper(x):\n    assert x\n\ndef idle(x):\n    idle(x)\n"
    found = all_tests({"tests/test_a.py": f"{helpers}\ndef test_a():\n    {body}\n"})
    assert [t.asserts for t in found] == [want]


def test_files_that_are_no_python_have_no_tests():
    assert all_tests({"test_a.py": "def test_a(:", "a.py": "def test_b(): pass"}) == []
