"""The repositories in examples/, graded as the README's first command does it."""

import json

import pytest

from tests.end_to_end.conftest import ROOT

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("engine")]


@pytest.fixture
def graded(grade, hand_in, tmp_path):
    """Grade an example; how it ended, and its report."""

    def run(name):
        repository = hand_in(ROOT / "examples" / name, name)
        ended = grade(repository, "--lab", "lab1_mlp", "--out", tmp_path / "out", course=ROOT)
        return ended, json.loads((tmp_path / "out" / "report.json").read_text())

    return run


def test_the_honest_one_passes_with_every_required_check(graded):
    ended, report = graded("honest")
    assert ended.status == 0
    assert report["verdict"] == "pass"
    required = {check for c in report["criteria"] if c["weight"] == "required" for check in c["checks"]}
    assert {c["outcome"] for c in report["checks"] if c["id"] in required} == {"passed"}


def test_the_bug_of_the_flawed_one_is_named_in_words(graded):
    ended, report = graded("flawed")
    assert ended.status == 1
    named = next(c["finding"]["diagnosis"] for c in report["checks"] if c["id"] == "gradients.b2")
    assert "batch" in named
    assert named in " ".join(ended.said.split())


def test_the_one_with_its_own_spelling_passes_through_its_mapping(graded):
    ended, report = graded("own-spelling")
    assert ended.status == 0
    assert report["verdict"] == "pass"


def test_a_mapping_that_does_not_fit_is_never_a_revise(grade, hand_in, tmp_path):
    repository = hand_in(ROOT / "examples" / "own-spelling", "spelling")
    mapping = tmp_path / "mapping.yml"
    text = (ROOT / "examples" / "own-spelling" / "grade.yml").read_text()
    mapping.write_text(text.replace("m.weights[0]", "m.wieghts[0]"))
    ended = grade(repository, "--lab", "lab1_mlp", "--mapping", mapping, course=ROOT)
    assert ended.status == 2
    assert "The mapping does not fit" in ended.told
    assert "mapping.yml" in ended.told
    assert "wieghts" in ended.told


def test_a_draft_of_a_mapping_grades_what_it_was_drafted_from(grade, hand_in, tmp_path):
    repository = hand_in(ROOT / "examples" / "own-spelling", "spelling")
    draft = tmp_path / "draft.yml"
    ended = grade("map", repository, "--module", "mlp_numpy", "--out", draft, course=ROOT)
    assert ended.status == 0, ended.told
    assert "trying src/network.py" in ended.told
    assert "TODO" not in draft.read_text()
    ended = grade(repository, "--lab", "lab1_mlp", "--mapping", draft, course=ROOT)
    assert ended.status == 0, ended.said
    assert "graded through an instructor's mapping (draft.yml:" in " ".join(ended.said.split())


def test_what_a_draft_could_not_find_is_marked_and_its_exit_code_says_so(grade, hand_in, tmp_path):
    repository = hand_in(ROOT / "examples" / "own-spelling", "spelling")
    ended = grade("map", repository, "--module", "mlp_numpy", "--file", "src/port.py", course=ROOT)
    assert ended.status == 1
    assert "      # make: TODO" in ended.said.splitlines()
    ended = grade("map", repository, "--line", "make=Network([1])", course=ROOT)
    assert (ended.status, "choose it with --module" in ended.told) == (2, True)
