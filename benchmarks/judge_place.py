"""Where the judge should run: in a container of its own, or as a subprocess beside the grader.

    python -m benchmarks.judge_place

Two services on one engine, whose sandboxes are containers in both; only the judge's place differs. Measured are the
time until a judge is ready for its first job, and the latency of a submission with judge and sandbox standing by.
See docs/decisions/0001-judge-in-a-container.md.
"""

import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from grader.judge_service import JudgeService
from grader.history import NoHistory
from grader.pipeline import grade
from grader.request import Request
from grader.records import Limits
from grader.sandbox.docker import DockerProvider
from grader.sandbox.local import LocalProvider

ROOT = Path(__file__).resolve().parents[1]
COURSE = ROOT / "tests" / "courses" / "attacks"
STARTS, SUBMISSIONS, PAUSE = 9, 15, 1.5


class Beside(DockerProvider):
    """Sandboxes in containers, the judge as a subprocess of this machine's Python."""

    def __init__(self):
        super().__init__()
        self._local = LocalProvider()

    def judge(self, course, data=None):
        return self._local.judge(course, data)

    def close(self):
        super().close()
        self._local.close()


class Silent:
    def stage(self, name):
        pass

    def saw(self, lab, event):
        pass


def start(place):
    """Seconds until the judge has called back."""
    provider = place()
    began = time.monotonic()
    judge = provider.judge(COURSE)
    took = time.monotonic() - began
    judge.close()
    provider.close()
    return took


def latencies(place, repository):
    """Seconds of each submission, judge and sandbox standing by."""
    took = []
    with JudgeService(place(), COURSE) as service:
        for turn in range(SUBMISSIONS + 1):  # the first is a warm-up
            service.provider.prepare("numpy", LIMITS)
            time.sleep(PAUSE)
            began = time.monotonic()
            grade(Request(repo=repository, assignment="toy"), service, NoHistory(), Silent())
            if turn:
                took.append(time.monotonic() - began)
    return took


LIMITS = Limits(check_seconds=4, total_seconds=60, memory_mb=512, processes=64, disk_mb=32, reply_mb=16)
"""Those of the course's rubric."""


def main():
    places = {"container": DockerProvider, "subprocess": Beside}
    starts = {name: [] for name in places}
    for turn in range(STARTS + 1):
        for name, place in places.items():
            took = start(place)
            if turn:
                starts[name].append(took)
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder, "toy-ada")
        repository.mkdir()
        text = (ROOT / "tests" / "attacks" / "00_correct" / "mlp.py").read_text()
        (repository / "mlp.py").write_text(text)
        git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "Hand in"]):
            subprocess.run([*git, *command], cwd=repository, check=True)
        waits = {name: latencies(place, str(repository)) for name, place in places.items()}
    for what, figures in (("start", starts), ("submission", waits)):
        for name, took in figures.items():
            median = statistics.median(took)
            print(f"{what:11} {name:11} {median:.3f} s ({min(took):.3f}–{max(took):.3f}), n = {len(took)}")


if __name__ == "__main__":
    main()
