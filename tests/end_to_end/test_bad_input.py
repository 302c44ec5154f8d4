"""What is wrong with the command, the course or this machine: which of them, what to do, and the exit code."""

import os
import shutil
import socket

import pytest

from tests.end_to_end.conftest import ATTACKS, TOY


@pytest.fixture
def repository(hand_in):
    return hand_in(ATTACKS / "00_correct")


def test_an_unknown_assignment_lists_what_there_is_and_guesses(grade, repository):
    ended = grade(repository, "--assignment", "tyo", "--sandbox", "local", "--trust")
    assert ended.status == 2
    assert "There is no assignment 'tyo'. Did you mean 'toy'? The course has: toy." in ended.told


def test_a_repository_that_names_no_assignment_is_asked_for_one(grade, hand_in):
    ended = grade(hand_in(ATTACKS / "00_correct", "homework"), "--sandbox", "local", "--trust")
    assert ended.status == 2
    assert "Which assignment is 'homework' handed in for?" in ended.told
    assert "--assignment" in ended.told


def test_an_unknown_lab_lists_what_there_is(grade, repository):
    ended = grade(repository, "--lab", "mpl", "--sandbox", "local", "--trust")
    assert ended.status == 2
    assert "Did you mean 'mlp'?" in ended.told


def test_a_folder_that_is_no_course_is_named(grade, repository, tmp_path):
    ended = grade(repository, "--course", tmp_path, "--sandbox", "local", "--trust")
    assert ended.status == 2
    assert f"There is no course in {tmp_path}" in ended.told


def test_a_course_that_is_not_there_is_wrong_usage(grade, repository, tmp_path):
    assert grade(repository, "--course", tmp_path / "gone").status == 2


def test_all_faults_of_a_rubric_are_reported_at_once_with_their_lines(grade, repository, tmp_path):
    course = tmp_path / "course"
    shutil.copytree(TOY, course)
    rubric = course / "rubrics" / "toy.yaml"
    text = rubric.read_text().replace('title: "A two', 'titel: "A two').replace("loss.value]", "loss.valeu]")
    rubric.write_text(text)
    ended = grade(repository, "--course", course, "--sandbox", "local", "--trust")
    assert ended.status == 2
    assert "rubrics/toy.yaml:2: " in ended.told
    assert "Did you mean 'title'?" in ended.told
    line = 1 + next(i for i, said in enumerate(text.splitlines()) if "loss.valeu" in said)
    assert f"rubrics/toy.yaml:{line}: " in ended.told
    assert "Did you mean 'loss.value'?" in ended.told


def test_hidden_suites_in_the_local_sandbox_need_a_word_of_trust(grade, repository):
    ended = grade(repository, "--sandbox", "local")
    assert ended.status == 2
    assert "--trust" in ended.told
    assert "--suite public" in ended.told


def test_a_repository_that_is_not_there_could_not_be_graded(grade, tmp_path):
    ended = grade(tmp_path / "toy-nobody", "--sandbox", "local", "--trust")
    assert ended.status == 3
    assert "toy-nobody" in ended.told
    assert "Traceback" not in ended.told


def test_an_engine_that_is_not_running_is_told_from_one_that_is_not_installed(grade, repository, tmp_path):
    nowhere = f"unix://{tmp_path}/docker.sock"
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("git", "sh"):
        (tools / tool).symlink_to(shutil.which(tool))
    absent = grade(repository, DOCKER_HOST=nowhere, PATH=str(tools))
    assert absent.status == 3
    assert "Docker is not installed" in absent.told

    (tools / "docker").symlink_to(shutil.which("true"))
    stopped = grade(repository, DOCKER_HOST=nowhere, PATH=str(tools))
    assert stopped.status == 3
    assert "its engine is not running" in stopped.told
    assert "--sandbox local" in stopped.told


def test_an_engine_that_may_not_be_used_says_permission_and_how_to_get_it(grade, repository, tmp_path):
    before = ()
    if os.getuid() == 0:  # root may use any socket, unless it gives that up
        if not shutil.which("setpriv"):
            pytest.skip("setpriv, to give up root's rights, is not installed")
        before = ("setpriv", "--bounding-set=-dac_override")
    with socket.socket(socket.AF_UNIX) as engine:
        engine.bind(str(tmp_path / "docker.sock"))
        engine.listen()
        (tmp_path / "docker.sock").chmod(0)
        ended = grade(repository, before=before, DOCKER_HOST=f"unix://{tmp_path}/docker.sock")
    assert ended.status == 3
    assert "You are not permitted to use Docker" in ended.told
    assert "usermod -aG docker" in ended.told


def test_an_engine_elsewhere_is_refused_with_the_reason(grade, repository):
    ended = grade(repository, DOCKER_HOST="tcp://192.0.2.1:2375")
    assert ended.status == 3
    assert "need an engine on this machine" in ended.told
