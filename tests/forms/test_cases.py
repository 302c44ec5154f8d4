"""The matrix itself: enough forms, honest ones mostly, each complete, and labels that can be wrong."""

import ast
import re
from collections import Counter

import msgspec
import pytest
import yaml

from tests.forms import prove
from tests.forms.cases import KINDS, Case, _read, base, cases

PLACE = re.compile(r"(?P<path>[^:]+):(?P<line>\d+)")
ABOUT_NO_README = {"no-readme"}
ABOUT_SYNTAX = {"syntax-error"}
MISSING = {"README", ".github/workflows", "actions/checkout"}  # named because it is nowhere

each = pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)


def bare(case: Case) -> str:
    return case.name.split("/")[1].split("-", 1)[1]


def of(kind: str) -> list[Case]:
    return [case for case in cases() if case.kind == kind]


def test_there_are_enough_forms():
    assert len(of("readme")) >= 60
    assert len(of("workflow")) >= 40


@pytest.mark.parametrize("kind", KINDS)
def test_most_are_honest(kind):
    outcomes = Counter(case.outcome for case in of(kind))
    assert outcomes["revise"] < 0.4 * outcomes.total()
    assert outcomes["pass"] > 0.5 * outcomes.total()
    assert set(outcomes) == {"pass", "revise", "review"}


@pytest.mark.parametrize("kind", KINDS)
def test_names_and_numbers_are_unique_and_nothing_else_lies_there(kind):
    names = [path.name for path in KINDS[kind].iterdir()]
    assert all(re.fullmatch(r"\d{3}-[a-z0-9-]+\.yaml", name) for name in names)
    assert sorted(int(name[:3]) for name in names) == list(range(1, len(names) + 1))
    assert len({name[4:] for name in names}) == len(names)


@each
def test_a_case_is_one_sentence_and_fits_on_a_screen(case):
    file = KINDS[case.kind] / f"{case.name.split('/')[1]}.yaml"
    assert len(file.read_text().splitlines()) <= 50
    assert case.why.endswith(".")
    assert len(case.why) <= 120


@each
def test_a_repository_is_complete(case):
    paths = set(case.files)
    assert all(not path.startswith("/") and ".." not in path.split("/") for path in paths)
    assert case.executable <= paths
    assert set(case.changed) <= paths
    assert any(path.rsplit("/", 1)[-1].startswith("test_") for path in paths)
    readmes = [path for path in paths if path.rsplit("/", 1)[-1].lower().startswith("readme")]
    assert len(readmes) == (bare(case) not in ABOUT_NO_README)
    assert case.url.startswith("https://github.com/")


@each
def test_its_python_can_be_read(case):
    for path, text in case.files.items():
        if path.endswith(".py") and bare(case) not in ABOUT_SYNTAX:
            ast.parse(text, path)


@each
def test_a_revise_names_what_is_there_to_be_named(case):
    assert bool(case.names) == (case.outcome == "revise")
    for name in case.names:
        if place := PLACE.fullmatch(name):
            lines = case.files[place["path"]].splitlines()
            assert lines[int(place["line"]) - 1].strip()
        elif name not in MISSING:
            assert any(name in text for text in (*case.files, *case.files.values(), case.branch))


@each
def test_what_is_said_for_sure_is_shown_by_commands(case):
    """What can be run is run by ``tests.forms.prove``; what nobody starts, and what nobody can know, is not."""
    if case.outcome == "pass":
        assert case.commands
    if case.outcome == "review":
        assert not case.commands


@pytest.mark.parametrize("case", of("workflow"), ids=lambda case: case.name)
def test_a_passing_workflow_has_a_push_among_its_events(case):
    if case.outcome == "pass":
        texts = [text for path, text in case.files.items() if path.startswith(".github/workflows/")]
        workflows = [yaml.safe_load(text) for text in texts]
        assert any(
            "push" in (said.get("on") or said[True]) for said in workflows
        )  # YAML 1.1 takes "on" for true


def test_a_faulty_case_is_refused_by_name(tmp_path):
    file = tmp_path / "001-odd.yaml"
    file.write_text("why: Odd.\noutcome: maybe\nbase: flat\n")
    with pytest.raises(ValueError, match=r"readme/001-odd: Invalid enum value 'maybe'"):
        _read("readme", file)
    file.write_text("why: Odd.\noutcome: pass\nbase: flat\nremove: [gone.py]\n")
    with pytest.raises(ValueError, match=r"readme/001-odd: the base has no gone\.py"):
        _read("readme", file)


def test_a_broken_repository_keeps_its_tests():
    files = base("flat")
    harmed = prove.broken(files)
    assert harmed["tests/test_perceptron.py"] == files["tests/test_perceptron.py"]
    functions = [
        node for node in ast.walk(ast.parse(harmed["perceptron.py"])) if isinstance(node, ast.FunctionDef)
    ]
    assert len(functions) == 5
    assert all(isinstance(function.body[0], ast.Raise) for function in functions)


def test_a_wrong_label_is_refuted(tmp_path):
    bench = prove.Bench(tmp_path, pip=False)
    known = {bare(case): case for case in cases()}
    works, fails, lenient = known["fenced-bash"], known["no-such-file"], known["set-plus-e"]
    for case, other in ((works, "revise"), (fails, "pass"), (lenient, "pass")):
        assert prove.verdict(bench, case)[0]
        assert not prove.verdict(bench, msgspec.structs.replace(case, outcome=other))[0]
