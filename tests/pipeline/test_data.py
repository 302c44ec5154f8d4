"""What the instructor gives with --data is found by suites, by name, where the judge sees it."""

from pathlib import Path

from grader.judge.job import Job
from grader.judge_service import _with_data
from grader.records import Lab


def job(**data):
    lab = Lab(id="lab", assignment="week", title="", folder="", modules=(), criteria=(), data=data)
    return Job(course="", lab=lab, modules=(), seed="")


def test_each_entry_of_the_data_folder_is_in_lab_data_as_the_judge_sees_it(tmp_path):
    (tmp_path / "mnist").mkdir()
    (tmp_path / "films.npz").touch()
    seen = _with_data(job(horizon=10), tmp_path, Path("/data")).lab.data
    assert seen == {"horizon": 10, "mnist": "/data/mnist", "films": "/data/films.npz"}


def test_without_a_data_folder_the_rubrics_settings_stay_as_they_are():
    assert _with_data(job(horizon=10), None, None).lab.data == {"horizon": 10}
