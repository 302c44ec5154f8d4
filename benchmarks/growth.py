"""What a class costs besides grading, as it grows: time for each member, and the most memory.

    python -m benchmarks.growth                         250, 500 and 1,000 members: some minutes
    python -m benchmarks.growth --members 50 100        a small one

`grade cohort` runs as always, twice, with its gradebook, its reports, its table and its page; only the grading of a
repository is replaced, by a record that was made before. In the first run everybody is new, in the second everybody
is answered from the gradebook. Each run is a process of its own. CPU is that process's, for a shared machine's
clock says little; memory is the most that it had resident. Ratios are to the smallest class.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LINEAR, FLAT = 1.25, 1.25
"""The most that a member's time, and that memory, may grow from the smallest class to the largest."""
RUNS = ("new", "answered")


def main():
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--members", type=int, nargs="+", default=[250, 500, 1000])
    options.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.inside:
        inside(given.inside)
        return
    figures = {}
    for number in given.members:
        with tempfile.TemporaryDirectory(prefix="growth-") as folder:
            hand_in(Path(folder), number)
            figures[number] = {run: measured(folder) for run in RUNS}
    show(figures)
    print("holds")


def hand_in(folder, number):
    rows = [f"s{at:04},https://host.example/class/s{at:04}\n" for at in range(number)]
    (folder / "roster.csv").write_text("id,url\n" + "".join(rows))


def measured(folder):
    command = [sys.executable, "-m", "benchmarks.growth", "--inside", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def inside(folder):
    from grader.cli import cohort

    cohort._here = stand_in
    arguments = [
        str(folder / "roster.csv"), "--assignment", "week06", "--course", str(ROOT), "--jobs", "2",
        "--out", str(folder / "out"), "--gradebook", str(folder / "book.sqlite"), "--no-color",
    ]  # fmt: skip
    began = time.process_time()
    code = cohort.cohort.main(arguments, standalone_mode=False)
    spent = time.process_time() - began
    assert code == 0, code
    print()
    print(json.dumps({"cpu": spent, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


@contextmanager
def stand_in(*_):
    yield StandIn()


class StandIn:
    """Grades nothing: its record is the same for all, but for the address."""

    jobs = 2

    def __init__(self):
        from tests.report import report_samples

        self._record = report_samples.ALL["revise"]()

    def grade(self, request, history, watch):
        from msgspec.structs import replace

        known = history.answer(request.repo, self._record.assignment, Any())
        if known is not None:
            return known
        return history.keep(
            request.repo, self._record.assignment, lambda _earlier: replace(self._record, url=request.repo)
        )

    def close(self):
        """Nothing is open."""


class Any:
    """Every earlier attempt is the answer."""

    def answered_by(self, record):
        return True


def show(figures):
    from rich.console import Console
    from rich.table import Table

    table = Table(title="a class's own cost: no grading")
    for column in ("members", "run", "CPU ms a member", "ratio", "most memory MB", "ratio"):
        table.add_column(column)
    smallest = min(figures)
    grown = []
    for number, runs in figures.items():
        for run, figure in runs.items():
            base = figures[smallest][run]
            time_ratio = figure["cpu"] / number / (base["cpu"] / smallest)
            memory_ratio = figure["mb"] / base["mb"]
            grown.append((number, run, time_ratio, memory_ratio))
            table.add_row(
                *(f"{number:,}", run, f"{1000 * figure['cpu'] / number:.1f}", f"{time_ratio:.2f}"),
                *(f"{figure['mb']:.0f}", f"{memory_ratio:.2f}"),
            )
    Console(width=110).print(table)
    bad = [row for row in grown if row[2] > LINEAR or row[3] > FLAT]
    assert not bad, f"grows with the class: {bad}"


if __name__ == "__main__":
    main()
