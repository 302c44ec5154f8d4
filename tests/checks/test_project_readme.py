"""READMEs as people write them → what a stranger types; hostile ones raise nothing but TooMuch."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.checks.project.blocks import TooMuch
from grader.checks.project.plan import find_readme, read_plan, has_placeholder
from grader.checks.project.outcome import ProjectOutcome
from grader.checks.project.readme import read_readme
from grader.checks.project.reading_order import installing_first
from grader.checks.project.command_words import runs_code
from grader.checks.project.readme_run import arrive, filled_in


def typed(text, path="README.md"):
    return [line.text for line in read_plan(text, path).commands]


def fenced(*lines, language="bash"):
    return "\n".join([f"```{language}", *lines, "```", ""])


@pytest.mark.parametrize(
    ("text", "want"),
    [
        (fenced("pip install x"), ["pip install x"]),
        ("1. Do\n\n    ```sh\n    pip install x\n    ```\n", ["pip install x"]),
        ("Do:\n\n    pip install x\n    pytest\n", ["pip install x", "pytest"]),
        ("```pip install x```\n", ["pip install x"]),
        ("~~~\npytest\n", ["pytest"]),
        ("```text\n.\n|-- mlp/\n|   `-- data.py\n`-- train.py\n```\n", []),
        (fenced("python >= 3.8", "numpy >= 1.21.0", "torchvision (for MNIST only)"), []),
        (fenced("numpy==1.26.4", language=""), []),
        (fenced("pip install numpy==1.26.4"), ["pip install numpy==1.26.4"]),
        (fenced("Accuracy:", "86.3% ░░░███ 98.2%", language=""), []),
        (fenced("% python train.py"), ["python train.py"]),
        ("> ```sh\n> pytest\n> ```\n", ["pytest"]),
        ("<!--\n```bash\nrm -rf /\n```\n-->\n", []),
        ("<pre><code>pip install x &amp;&amp; pytest\n</code></pre>\n", ["pip install x && pytest"]),
        (fenced("import os", language="python"), []),
        (fenced("pip install x", language="python"), ["pip install x"]),
        (fenced("src/", "├── a.py", language=""), []),
    ],
)
def test_blocks_come_from_a_markdown_parser(text, want):
    assert typed(text) == want


@pytest.mark.parametrize(
    "line",
    [
        "$ pytest -q", "% pytest -q", "> pytest -q", "user@host:~/x$ pytest -q", "(venv) $ pytest -q", "(venv) pytest -q",
        "[ada@box x]$ pytest -q", "C:\\x> pytest -q", "PS C:\\x> pytest -q", "PS> pytest -q", "❯ pytest -q", "$pytest -q",
        "➜  x git:(main) ✗ pytest -q", "root@box:/# pytest -q", "!pytest -q",
    ],
)  # fmt: skip
def test_a_prompt_is_cut_and_what_has_none_is_output(line):
    assert typed(fenced(line, "3 passed in 0.01s")) == ["pytest -q"]


def test_python_prompts_are_python():
    assert typed(fenced(">>> import os", ">>> os.getcwd()", language="")) == []


def test_sample_output_below_a_command_is_cut():
    assert typed(fenced("python a.py", "Epoch 1: loss 0.3", "[1, 2]")) == ["python a.py"]


def test_a_prompted_command_goes_on_behind_the_second_prompt():
    text = fenced("$ for x in 1 2; do", ">   echo $x", "> done", "1", "2", "$ pytest")
    assert typed(text) == ["for x in 1 2; do", "  echo $x", "done", "pytest"]


def test_every_command_keeps_its_line():
    plan = read_plan("# T\n\n```bash\n# first\npip install x\n\n$ no\n```\n\nthen\n\n    pytest\n")
    assert [line.number for line in plan.commands] == [7, 12]


def test_restructured_text_is_read_by_docutils():
    text = "T\n=\n\nRun::\n\n   $ pip install x\n   ok\n\n.. code-block:: bash\n\n   pytest\n\n.. include:: /etc/passwd\n"
    plan = read_plan(text, "README.rst")
    assert [(line.number, line.text) for line in plan.commands] == [(6, "pip install x"), (11, "pytest")]


def options(text):
    return [
        [[x.text for part in option for x in part.commands] for option in c.options]
        for c in read_plan(text).choices
    ]


def test_sections_named_after_tools_are_alternatives_and_rare_tools_come_last():
    text = f"# T\n## Install\n### With conda\n{fenced('conda env create')}\n### With pip\n{fenced('pip install x')}\n## Run\n{fenced('pytest')}"
    assert options(text) == [[["pip install x"], ["conda env create"]], [["pytest"]]]


def test_or_makes_an_alternative_between_blocks_and_within_one():
    assert options(f"{fenced('pip install x')}\nOr with uv:\n\n{fenced('uv sync')}") == [
        [["pip install x"], ["uv sync"]]
    ]
    assert options(fenced("pip install x", "# or", "uv sync")) == [[["pip install x"], ["uv sync"]]]


def test_what_is_for_another_system_is_not_typed():
    plan = read_plan(
        fenced("python -m venv v", "source v/bin/activate  # Linux", "v\\Scripts\\activate  # Windows")
    )
    assert [line.text for line in plan.commands] == ["python -m venv v", "source v/bin/activate  # Linux"]
    assert plan.passed[0].why == "it is for Windows"


def test_where_only_windows_is_reported_a_reader_knows_the_name_on_his_system():
    assert typed(fenced("python -m venv v", "v\\Scripts\\activate"))[1] == "source v/bin/activate"


@pytest.mark.parametrize(
    "line",
    ["python train.py --data path/to/data", "python train.py --key <your-key>", "git push origin main"],
)
def test_what_a_reader_fills_in_and_what_changes_the_repository_is_not_typed(line):
    assert typed(fenced(line, "pytest")) == ["pytest"]


@pytest.mark.parametrize(
    ("text", "inside", "cloned", "enters"),
    [
        (fenced("pytest"), True, True, True),
        (fenced("git clone https://github.com/ada/net", "cd net"), False, False, True),
        (fenced("git clone https://github.com/ada/net", "pytest"), False, False, False),
        (fenced("git clone https://github.com/<you>/net.git"), False, False, False),
        (fenced("git clone --depth 1 -b main git@github.com:ada/net.git x", "cd x"), False, False, True),
        (fenced("cd net", "pytest"), False, True, True),
        (fenced("cd src", "pytest"), True, True, True),
        (fenced("git clone https://github.com/openai/gym"), True, True, True),
    ],
)
def test_a_stranger_begins_where_the_readme_finds_him(text, inside, cloned, enters):
    found = arrive("https://github.com/ada/net", read_plan(text))
    assert (found.inside, found.cloned, found.enters) == (inside, cloned, enters)


def test_a_placeholder_in_an_address_becomes_the_readers_own():
    plan = read_plan(fenced("git clone <repository-url>"))
    arrival = arrive("https://github.com/ada/net", plan)
    assert (
        filled_in("git clone <repository-url>", arrival, "/home/net")
        == "git clone https://github.com/ada/net"
    )
    assert "https://github.com/ada/net" in arrival.urls


@pytest.mark.parametrize(
    ("line", "want"),
    [
        ("python train.py", True), ("uv run train.py", True), ("PYTHONPATH=src python -m pytest", True), ("make test", True),
        ("./run.sh", True), ("cd src && python a.py", True), ("python --version", False), ("pip list", False), ("ls", False),
        ("python -m venv .venv", False), ("pip install pytest", False), ("echo python", False), ("python -m pip install x", False),
        ("python -m filename.py", False), ("python <script>.py", False), ("python your_script.py", False),
        ("python train.py --data <folder>", True), ("julia src/net.jl", True), ("npm run start", True), ("npm install", False),
    ],
)  # fmt: skip
def test_what_runs_code_is_told_from_what_only_prepares(line, want):
    assert runs_code(line) is want


def test_the_readme_is_found_where_github_finds_it():
    assert find_readme({"docs/README.md": "", "Readme.rst": "", "readme.md": ""}) == "readme.md"
    assert find_readme({".github/README.md": "", "docs/README.md": ""}) == ".github/README.md"
    assert find_readme({"src/README.md": ""}) == ""


# ── Whatever people write ─────────────────────────────────────────────────────────────────────────────────

PIECES = st.sampled_from(
    ["```", "~~~", "```bash\n", "    ", "> ", "- ", "1. ", "$ ", "> ", "C:\\> ", "<!--", "-->", "<pre>", "</pre>", "`", "\\", "\n", "\n\n",
     "# ", "### Windows", "or ", "git clone ", "<you>", "cd ", "'", '"', "<<EOF", "EOF", "for x in", "done", "::\n\n", ".. code::", "|", "[", "](",
     "pip install x", "python a.py", "\x00", "\x1b[31m", "é", "\u202e", "*" * 30, "_" * 30, "(" * 30, " " * 60, "=" * 40, "…"]
)  # fmt: skip


@settings(max_examples=400, deadline=2_000, suppress_health_check=list(HealthCheck))
@given(
    st.lists(PIECES | st.text(max_size=8), max_size=120).map("".join),
    st.sampled_from(["README.md", "README.rst"]),
)
def test_no_readme_raises_anything_but_too_much(text, path):
    try:
        plan = read_plan(text, path)
    except TooMuch:
        return
    lines = text.splitlines()
    assert all(1 <= line.number <= len(lines) + 1 for line in plan.commands)


@pytest.mark.parametrize(
    "text",
    ["> " * 20_000, "- " * 20_000, "`" * 100_000, "[" * 100_000, "*a" * 50_000, "<" * 100_000, "    $ " + "a" * 150_000,
     "\n".join(["```bash", "pip install x \\"] * 2_400), "x" * 300_000, "\n" * 6_000, "$ " + " " * 3_900 + "x", "!" * 3_000 + "[a](b)"],
)  # fmt: skip
@pytest.mark.timeout(20)
@pytest.mark.parametrize("path", ["README.md", "README.rst"])
def test_huge_readmes_are_refused_or_read_in_time(text, path):
    try:
        read_plan(text, path)
    except TooMuch:
        pass


@pytest.mark.parametrize(
    "text", ["pip install -e .[dev]", 'pip install -e ".[dev]"', "pip install x[y,z]", "ls *[ab]"]
)
def test_extras_are_nothing_to_fill_in(text):
    assert not has_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        "python main.py [options]",
        "python main.py [--epochs N]",
        "python run.py <file>",
        "python -m unittest tests.[test_name]",
    ],
)
def test_a_synopsis_is(text):
    assert has_placeholder(text)


PYTHON = fenced("from net import MLP", "MLP(2, 3)", language="python")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (fenced("pip install -e .") + PYTHON, ProjectOutcome.PASS),
        (fenced("pip install -e ."), ProjectOutcome.REVIEW),
        (PYTHON, ProjectOutcome.REVIEW),
        (fenced("git clone https://host/ada/net"), ProjectOutcome.REVISE),
    ],
    ids=["a library that is imported", "installed, and then", "code alone", "cloned, and then"],
)
def test_a_readme_without_a_command_that_runs_code(text, word):
    _, found = read_readme({"README.md": f"# Net\n\n{text}"})
    assert found.word is word


@pytest.mark.parametrize(
    ("text", "typed", "said"),
    [
        ("- Install: `pip install -r requirements.txt`\n- Run `python train.py`", ["pip install -r requirements.txt", "python train.py"], True),
        ("Then run `pytest`, which takes a second.", ["pytest"], True),
        ("It is tested with plain `pytest` tests; you know `git clone`.", [], True),
        ("Start it:\n\npython train.py\n\nIt prints a loss.", ["python train.py"], True),
        ("`$ python train.py`<br>\nAnd wait.", ["python train.py"], False),
        (fenced("python train.py") + "\nor `python plot.py` for a figure", ["python train.py"], False),
        ("make sure that python is there", [], True),
        ("| to | type |\n|---|---|\n| test | `make test` |\n| save to | `./net.npy` |", ["make test"], True),
    ],
    ids=["steps", "one word after run", "mentioned", "a bare line", "before a break", "beside a block", "words", "a table"],
)  # fmt: skip
def test_sentences_are_followed_where_no_block_says_how_to_run(text, typed, said):
    groups = [g for choice in read_plan(text).choices for option in choice.options for g in option]
    assert [line.text for g in groups for line in g.commands] == typed
    assert all(g.is_said is said for g in groups)


@pytest.mark.parametrize(
    "text",
    [
        "Run python train.py to train.",
        "Open `demo.ipynb`.",
        "First run _search.py_.",
        "Set up a kernel on `main.ipynb`, and run all!",
    ],
)
def test_prose_that_says_what_to_run_goes_to_a_person(text):
    _, found = read_readme({"README.md": f"# Net\n\n{text}"})
    assert found.word is ProjectOutcome.REVIEW


def test_a_readme_that_only_installs_is_enough_for_a_library_at_most():
    lines = fenced("pip install -r requirements.txt", "python -m pytest --version")
    program = 'if __name__ == "__main__":\n    train()\n'
    for path, word in (
        ("examples/train.py", ProjectOutcome.REVIEW),
        ("train.py", ProjectOutcome.REVISE),
    ):
        _, found = read_readme({"README.md": f"# Net\n\n{lines}", path: program})
        assert found.word is word


@pytest.mark.parametrize(
    ("path", "text", "word"),
    [
        ("cnn/README.md", "To train, run ```python train.py```.", ProjectOutcome.REVIEW),
        ("setup_instructions.md", "Run all cells of the `main.ipynb` notebook.", ProjectOutcome.REVIEW),
        ("INSTALL.txt", "pip install -r requirements.txt\npython train.py\n", ProjectOutcome.REVIEW),
        ("cnn/README.md", "A net of three layers.", ProjectOutcome.REVISE),
        ("notes.md", "To train, run ```python train.py```.", ProjectOutcome.REVISE),
    ],
)
def test_another_document_that_says_how_to_run_goes_to_a_person(path, text, word):
    _, found = read_readme({"README.md": "# Net\n\nTwo layers, in NumPy.", path: text})
    assert found.word is word
    assert (path in found.why) is (word is ProjectOutcome.REVIEW)


def test_a_section_that_installs_is_done_before_what_runs():
    text = f"## Run\n\n{fenced('python a.py')}\n## Look\n\n{fenced('ls')}\n## Setup\n\n{fenced('pip install -r r.txt')}"

    def in_order(text):
        done = installing_first(read_plan(text).choices)
        return [
            line.text
            for choice in done
            for option in choice.options
            for part in option
            for line in part.lines
        ]

    assert in_order(text) == ["pip install -r r.txt", "python a.py", "ls"]
    before = f"## First\n\n{fenced('pip install numpy')}\n{text}"
    assert in_order(before) == ["pip install numpy", "python a.py", "ls", "pip install -r r.txt"]


def test_on_windows_alone_only_what_no_other_system_knows_is_left_out():
    block = fenced(
        "python -m venv v", r".\v\Scripts\Activate.ps1", "pip install x", r".\run.bat", language="powershell"
    )
    assert typed(block) == ["python -m venv v", "source v/bin/activate", "pip install x"]
    assert typed(f"{fenced('source v/bin/activate')}\n{block}") == ["source v/bin/activate"]
