"""A class on a real Ray cluster of two nodes, one of which is killed in the middle. Ray is not among what tests need:

pip install 'grader[ray]' -c constraints.txt && pytest tests/cohort/test_class_ray.py
"""

import csv
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.gradebook import open_gradebook
from tests.conftest import commit_all

ray_utils = pytest.importorskip(
    "ray.cluster_utils", reason="LEFT OUT, 79 MB: pip install 'grader[ray]' -c constraints.txt"
)
COURSE = Path(__file__).parents[1] / "courses" / "attacks"
ATTACKS = Path(__file__).parents[1] / "attacks"
VERDICTS = {"00_correct": "pass", "00_wrong": "revise", "a01_os_exit_zero": "revise"}
SLOT = {"num_cpus": 2, "memory": 4 << 30, "object_store_memory": 100 << 20}


@pytest.fixture
def cluster(monkeypatch):
    """Two nodes, each with room for one submission."""
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    cluster = ray_utils.Cluster(initialize_head=True, head_node_args=SLOT | {"include_dashboard": False})
    cluster.add_node(**SLOT)
    yield cluster
    cluster.shutdown()


@pytest.mark.docker
def test_every_verdict_arrives_once_though_a_node_is_killed(cluster, engine, tmp_path):
    folders = [
        shutil.copytree(ATTACKS / kind, tmp_path / "class" / f"s{at}-{kind}", symlinks=True)
        for at, kind in enumerate([*VERDICTS] * 3)
    ]
    for folder in folders:
        (folder / "WHO.md").write_text(folder.name)
        commit_all(folder)
    roster = tmp_path / "roster.csv"
    roster.write_text("id,url\n" + "".join(f"{f.name},{f}\n" for f in folders))
    command = [
        sys.executable, "-m", "grader", "cohort", str(roster), "--folders", "--assignment", "toy", "--engine", "ray",
        "--course", str(COURSE), "--out", str(tmp_path / "out"), "--gradebook", str(tmp_path / "book.sqlite"),
    ]  # fmt: skip
    where = os.environ | {"RAY_ADDRESS": cluster.address}
    running = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=where
    )
    said = []
    for line in running.stderr:
        said.append(line)
        if line.startswith("2/"):
            cluster.remove_node(next(iter(cluster.worker_nodes)), allow_graceful=False)
    assert running.wait(timeout=60) == 0, "".join(said)
    running.stderr.close()

    with (tmp_path / "out" / "class.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["id"]: row["verdict"] for row in rows} == {f.name: VERDICTS[f.name[3:]] for f in folders}
    with open_gradebook(str(tmp_path / "book.sqlite")) as book:
        kept = [len(book.history(str(folder))) for folder in folders]
    assert kept == [1] * len(folders)
    assert left_behind(engine) == []

    again = subprocess.run(command, capture_output=True, text=True, timeout=300, env=where)
    assert again.stderr.count("as before") == len(folders), again.stderr


def left_behind(engine):
    """Containers of processes that are no more, after a while for the engine."""
    from grader.sandbox import owner

    for _ in range(20):
        left = [c.id for c in engine.containers("grader.owner") if owner.is_dead(c.labels["grader.owner"])]
        if not left:
            break
        time.sleep(0.5)
    return left


def test_without_a_cluster_it_says_how_to_start_one(tmp_path):
    (tmp_path / "roster.csv").write_text("id,url\nada,https://host.example/ada\n")
    command = [
        sys.executable, "-m", "grader", "cohort", str(tmp_path / "roster.csv"), "--assignment", "toy", "--engine", "ray",
        "--course", str(COURSE), "--out", str(tmp_path / "out"), "--gradebook", str(tmp_path / "book.sqlite"),
    ]  # fmt: skip
    nowhere = os.environ | {"RAY_ADDRESS": "127.0.0.1:1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=nowhere)
    assert done.returncode == 2, done.stderr
    assert "There is no Ray cluster at '127.0.0.1:1'" in done.stderr
    assert "ray start --head" in done.stderr
