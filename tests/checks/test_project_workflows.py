"""Workflows, GitHub's filters and its expressions: read as GitHub documents them; hostile ones raise nothing."""

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.checks.project.expressions import UNKNOWN, BadExpression, evaluate, interpolate
from grader.checks.project.globs import matches, selects
from grader.checks.project.job_machine import assignments
from grader.checks.project.workflow import read_workflow, workflows

CODE = ["src/a.py", "tests/test_a.py", "pyproject.toml"]


def workflow(on="push", job="", steps="      - run: pytest\n"):
    return read_workflow(
        "w.yml", f"on: {on}\njobs:\n  t:\n    runs-on: ubuntu-latest\n{job}    steps:\n{steps}"
    )


# ── When it runs ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("on", "starts"),
    [
        ("push", True), ("[pull_request, push]", True), ("{push: }", True), ("{push: {branches: [main]}}", True),
        ("{push: {branches: main}}", True), ("{push: {branches: ['**']}}", True), ("{push: {branches: ['m*', '!main']}}", False),
        ("{push: {branches: [no-such-branch]}}", False), ("{push: {branches: [$default-branch]}}", False),
        ("{push: {branches-ignore: [main]}}", False), ("{push: {branches-ignore: [docs]}}", True), ("{push: {tags: [v1]}}", False),
        ("{push: {tags: [v1], branches: [main]}}", True), ("{push: {paths: ['**.py']}}", True), ("{push: {paths: ['docs/**']}}", False),
        ("{push: {paths-ignore: ['**']}}", False), ("{push: {paths-ignore: ['**.md']}}", True), ("pull_request", False),
        ("{schedule: [{cron: '0 0 * * *'}]}", False), ("workflow_dispatch", False),
    ],
)  # fmt: skip
def test_a_push_to_main_starts_what_github_would_start(on, starts):
    assert (workflow(on).why_not_on_push("main", CODE) == "") is starts


def test_on_is_on_although_yaml_calls_it_true():
    assert workflow().events == {"push": {}}
    assert read_workflow("w.yml", '"on": push\njobs: {t: {runs-on: x, steps: [{run: a}]}}').events == {
        "push": {}
    }


@pytest.mark.parametrize(
    ("pattern", "text", "want"),
    [
        ("feature/*", "feature/a", True), ("feature/*", "feature/a/b", False), ("feature/**", "feature/a/b", True), ("*", "main", True),
        ("*", "a/b", False), ("**", "a/b", True), ("v[12].[0-9]+", "v1.10", True), ("v[12].[0-9]+", "v3.1", False), ("*.jsx?", "p.js", True),
        ("*.jsx?", "p.jsx", True), ("docs/**/*.md", "docs/a.md", True), ("docs/**/*.md", "docs/a/b/c.md", True), ("**/src/**", "src/a", True),
        ("**/src/**", "x/src/a/b", True), ("**.js", "a/b.js", True), ("*.js", "a/b.js", False), ("**/*-post.md", "a/my-post.md", True),
        ("main", "Main", False), ("a\\*b", "a*b", True), ("releases/**-alpha", "releases/x/1-alpha", True), ("", "", True),
    ],
)  # fmt: skip
def test_filters_match_as_in_githubs_own_table(pattern, text, want):
    assert matches(pattern, text) is want


def test_the_last_pattern_that_matches_decides():
    assert selects(["releases/**", "!releases/**-alpha"], "releases/1")
    assert not selects(["releases/**", "!releases/**-alpha"], "releases/1-alpha")
    assert not selects(["!releases/**-alpha"], "releases/1")


# ── What it does ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_step_knows_its_line_folder_shell_and_variables():
    steps = (
        "      - name: n\n        run: |\n          a\n          b\n        env: {A: b}\n        shell: sh\n"
    )
    (step,) = (
        workflow(job="    defaults: {run: {working-directory: lab1, shell: bash}}\n", steps=steps)
        .jobs[0]
        .steps
    )
    assert (step.line, step.folder, step.shell, step.env) == (9, "lab1", "sh", {"A": "b"})


@pytest.mark.parametrize(
    ("matrix", "count"),
    [
        ("{py: ['3.10', '3.11']}", 2), ("{py: [a, b], os: [x, y]}", 4), ("{py: [a, b], os: [x, y], exclude: [{py: a, os: x}]}", 3),
        ("{py: [a], include: [{py: a, extra: 1}, {py: c}]}", 2), ("{include: [{py: a}, {py: b}]}", 2),
    ],
)  # fmt: skip
def test_a_matrix_has_the_cells_that_github_makes(matrix, count):
    assert len(workflow(job=f"    strategy: {{matrix: {matrix}}}\n").jobs[0].cells) == count


@pytest.mark.parametrize(
    ("job", "said"),
    [
        ("    services: {db: {image: x}}\n", "services"),
        ("    container: x\n", "container"),
        ("    strategy: {matrix: '${{ x }}'}\n", "elsewhere"),
    ],
)
def test_what_is_not_understood_is_named(job, said):
    assert said in workflow(job=job).jobs[0].strange[0]


def test_anchors_are_read_and_bombs_are_not():
    text = "on: push\njobs:\n  a: &job\n    runs-on: x\n    steps: [{run: pytest}]\n  b: *job\n"
    assert [job.steps[0].run for job in read_workflow("w.yml", text).jobs] == ["pytest", "pytest"]
    bomb = "a: &a [1,1,1,1,1,1,1,1,1]\n" + "".join(
        f"{c}: &{c} [{','.join(['*' + p] * 9)}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert read_workflow("w.yml", bomb).limit


@pytest.mark.parametrize(
    "text", ["", "- 1", "on: push", "on: push\njobs: {}", "on: push\njobs: {t: 3}", "on: push\njobs: {t: {runs-on: x, steps: [3]}}", "a: [",
             "jobs: {t: {runs-on: x, steps: [{run: a}]}}", "on: push\njobs: {t: {steps: [{run: a}]}}", "on: {push: {paths: [a], paths-ignore: [b]}}"]
)  # fmt: skip
def test_what_github_refuses_is_a_fault(text):
    assert read_workflow("w.yml", text).fault


def test_only_files_of_the_workflows_folder_are_workflows():
    texts = {".github/workflows/a.yml": "on: push", ".github/b.yml": "", "x/.github/workflows/c.yml": ""}
    assert [w.file for w in workflows(texts)] == [".github/workflows/a.yml"]


def test_what_a_step_writes_for_the_next_is_read():
    assert assignments("A=1\nB<<END\nx\ny\nEND\nC=a=b\nnothing\n") == {"A": "1", "B": "x\ny", "C": "a=b"}


# ── Expressions ───────────────────────────────────────────────────────────────────────────────────────────

CONTEXT = {
    "github": {"event_name": "push", "ref": "refs/heads/main", "actor": UNKNOWN, "event": {"*": UNKNOWN}},
    "matrix": {"py": "3.11", "os": ["a", "b"]}, "secrets": UNKNOWN, "env": {"N": "7"}, "status()": "success",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("true", True), ("1 == 2", False), ("'A' == 'a'", True), ("1 == '1'", True), ("!false", True), ("null == 0", True), ("0x10", 16.0),
        ("github.event_name == 'push'", True), ("github.event_name == 'pull_request' || github.ref == 'refs/heads/main'", True),
        ("github.actor == 'nobody'", UNKNOWN), ("github.actor == 'nobody' && false", False), ("github.actor == 'x' || true", True),
        ("secrets.TOKEN != ''", UNKNOWN), ("startsWith(github.ref, 'refs/heads/')", True), ("contains(matrix.os, 'B')", True),
        ("contains('Hello', 'ell')", True), ("endsWith('abc', 'C')", True), ("format('{0}-{1}', 'a', matrix.py)", "a-3.11"),
        ("fromJSON('[1, 2]')[1]", 2.0), ("matrix['py']", "3.11"), ("matrix.nothing", None), ("github.event.head_commit.message", UNKNOWN),
        ("always()", True), ("failure()", False), ("success() && github.event_name == 'push'", True), ("env.N > 5", True), ("'it''s'", "it's"),
        ("github.event_name == 'push' && 'yes' || 'no'", "yes"), ("(1 < 2) && !(2 < 1)", True), ("join(matrix.os, '-')", "a-b"), ("what.ever", UNKNOWN),
    ],
)  # fmt: skip
def test_expressions_come_to_what_github_documents(text, want):
    found = evaluate(text, CONTEXT)
    assert found is want if want is UNKNOWN or isinstance(want, bool | None) else found == want


@pytest.mark.parametrize(
    "text",
    [
        "",
        "(",
        "1 ==",
        "a b",
        "'open",
        "f(",
        "a.",
        "a[",
        "&&",
        "(" * 60 + "1" + ")" * 60,
        "1" * 3_000,
        "!" * 3_000,
    ],
)
def test_what_is_no_expression_is_said_to_be_none(text):
    with pytest.raises(BadExpression):
        evaluate(text, CONTEXT)


def test_texts_are_filled_in_and_unknown_parts_are_empty():
    assert interpolate("a ${{ matrix.py }} b", CONTEXT) == ("a 3.11 b", True)
    assert interpolate("${{ secrets.TOKEN }}", CONTEXT) == ("", False)


# ── Whatever people write ─────────────────────────────────────────────────────────────────────────────────

WORDS = st.sampled_from(
    ["on", "push", "jobs", "steps", "run", "uses", "if", "env", "matrix", "include", "exclude", "branches", "paths-ignore", "needs", "with",
     "${{ ", " }}", "&&", "||", "!", "(", ")", "'", "github.ref", "&a", "*a", "<<", "|", ">", ": ", "- ", "\n", "\n  ", "\n    ", "[", "]", "{", "}",
     ",", "?", "!!python/object:os.system", "\t", "\x00", "true", "3.10", "0x", "~", "on: push\n", "jobs:\n  t:\n    steps:\n"]
)  # fmt: skip


@settings(max_examples=500, deadline=2_000, suppress_health_check=list(HealthCheck))
@given(st.lists(WORDS | st.text(max_size=6), max_size=80).map("".join))
def test_no_workflow_raises_anything(text):
    found = read_workflow("w.yml", text)
    found.why_not_on_push("main", CODE)
    found = read_workflow("w.yml", f"on: push\njobs:\n  t:\n    runs-on: x\n    steps:\n      - run: {text}")
    found.why_not_on_push("main", CODE)


@settings(max_examples=500, deadline=1_000, suppress_health_check=list(HealthCheck))
@given(st.lists(WORDS | st.text(alphabet=string.printable, max_size=4), max_size=40).map("".join))
def test_no_expression_raises_anything_else(text):
    try:
        evaluate(text, CONTEXT)
    except BadExpression:
        pass
    interpolate("${{" + text + "}}", CONTEXT)


@settings(max_examples=300, deadline=1_000)
@given(st.text(alphabet="ab/*?+[]!\\-", max_size=300), st.text(alphabet="ab/", max_size=200))
def test_no_filter_takes_long(pattern, text):
    selects([pattern, "!" + pattern], text)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text", ["[" * 60_000, "{a: " * 15_000, "- " * 30_000, "a: &a\n" * 10_000, "? " * 30_000, "a:\n" + "".join(" " * i + "a:\n" for i in range(1, 300)),
             "'" * 60_000, "x" * 100_000, "!" * 60_000, "&a " * 20_000, '"\\' * 30_000]
)  # fmt: skip
def test_huge_workflows_are_refused_or_read_in_time(text):
    read_workflow("w.yml", text)
    evaluate_all = interpolate("${{ " + text[:50_000] + " }}" * 1_000, CONTEXT)
    assert evaluate_all is not None
