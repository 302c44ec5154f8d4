"""A judge's service knows which course it serves, also while its judge is still being started."""

import subprocess
import threading
import time
from contextlib import suppress

import pytest

from grader.course import course_version
from grader.errors import Ungraded
from grader.judge_service import JudgeService


class Provider:
    """Its judge never comes: it waits until the provider is closed, or fails at once."""

    name = "docker"

    def __init__(self, *, fails: bool = False) -> None:
        self.closed = threading.Event()
        if fails:
            self.closed.set()

    def judge(self, _course, _data):
        self.closed.wait(30)
        raise Ungraded("no judge")

    def close(self) -> None:
        self.closed.set()


@pytest.fixture
def course(tmp_path):
    (tmp_path / "rubrics").mkdir()
    (tmp_path / "rubrics/week01.yaml").write_text("assignment: week01")
    for command in ("init -q", "add -A", "-c user.name=Ada -c user.email=a@b commit -q -m one", "tag v1"):
        subprocess.run(["git", *command.split()], cwd=tmp_path, check=True)
    return tmp_path


def test_the_course_s_version_does_not_wait_for_the_judge(course):
    with JudgeService(Provider(), course) as service:
        assert service.course_version.tag == "v1"
        assert service.course_version == course_version(course)


def test_the_course_s_version_is_looked_up_while_a_lab_is_judged(course, monkeypatch):
    with JudgeService(Provider(fails=True), course) as service:
        with pytest.raises(Ungraded, match="no judge"):
            service.judge_lab(None, None, print)
        looked = service._course_version
        assert looked.result(30).tag == "v1"
        monkeypatch.setattr("grader.judge_service.course_version", None)
        assert service.course_version is looked.result()


def test_who_waits_for_a_judge_in_vain_still_has_the_version(course):
    """Ctrl-C while the images are built: the look stands in line behind the judge."""
    with JudgeService(Provider(), course) as service:

        def judge():
            with suppress(Ungraded):
                service.judge_lab(None, None, print)

        threading.Thread(target=judge, daemon=True).start()
        while service._course_version is None:
            time.sleep(0.01)
        assert service.course_version.tag == "v1"


def test_a_judge_that_could_not_be_started_is_started_again_for_the_next(course, monkeypatch):
    """Docker was being restarted when the first submission came."""
    provider, living = Provider(fails=True), Closable()
    with JudgeService(provider, course) as service:
        service._judge.exception(30)
        provider.judge = lambda _course, _data: living
        monkeypatch.setattr(service, "_judge_lab", lambda judging, *_: judging.result(30))
        assert service.judge_lab(None, None, print) is living
        assert service.judge_lab(None, None, print) is living


class Closable:
    def close(self):
        pass
