"""What a grade costs, against `git clone` and a bare pytest of an equivalent suite in the student's process.

    python -m benchmarks.speed                 all of it, about ten minutes on two idle cores
    python -m benchmarks.speed --repeat 7 --further 20

Three things are measured in one run, alternating, so that a busy machine hurts them alike:

bare      `git clone --depth 1` of the repository, then `python -m pytest benchmarks/bare_suite`: the same checks
          as week06/lab1_mlp, on data of the same sizes, trained as long, with no isolation at all
one       one `grade` from the command line: images present, nothing running
further   each further submission in one process: service kept open, sandboxes standing by

Wall time is a clock's. CPU time is user + system of the whole process tree, plus that of its containers (sandboxes
and judge), read from their cgroups every few milliseconds; Docker's own daemon and shims are left out, and the
last milliseconds of a container may be missed. Every process has one thread (OMP_NUM_THREADS=1).
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

from benchmarks.meter import Meter

ROOT = Path(__file__).resolve().parents[1]
SUITE = ROOT / "benchmarks" / "bare_suite"
ASSIGNMENT, LAB = "week06", "lab1_mlp"
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}


def main():
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--repeat", type=int, default=5, help="of bare and of one grade, after a warm-up")
    options.add_argument("--further", type=int, default=20, help="submissions in one process")
    options.add_argument("--json", type=Path, help="write every figure here")
    options.add_argument("--resident", nargs="*", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.resident is not None:
        resident(int(given.resident[0]), float(given.resident[1]), given.resident[2:])
        return
    with tempfile.TemporaryDirectory(prefix="grader-speed-") as folder:
        figures = measure(Path(folder), given.repeat, given.further)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1))
    show(figures)


def measure(folder, repeat, further):
    repositories = [str(repository(folder / f"{ASSIGNMENT}-{i:02}", i)) for i in range(further + 1)]
    figures = {"bare": [], "one": []}
    for turn in range(repeat + 1):  # the first is a warm-up
        for name, take in (("bare", bare), ("one", one)):
            figure = take(repositories[turn % len(repositories)], folder / "clone")
            if turn:
                figures[name].append(figure)
    figures["waiting"] = further_ones(repositories, jobs=1, pause=6.0)
    figures["together"] = further_ones(repositories, jobs=2, pause=0.0)
    figures["bare, 2 at a time"] = bare_together(repositories[1:], folder)
    return figures


# ── what is measured ──────────────────────────────────────────────────────────────────────────────────────


def bare(url, clone):
    """Clone, then pytest on the suite, as one shell would do it."""
    before = children()
    began = time.monotonic()
    clone_and_test(url, clone)
    return {"wall": time.monotonic() - began, "cpu": children() - before}


def clone_and_test(url, clone):
    shutil.rmtree(clone, ignore_errors=True)
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{url}", str(clone)], check=True)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-W",
        "ignore",
        "-c",
        os.devnull,
    ]
    places = {
        "PYTHONPATH": str(clone / LAB),
        "REFERENCE": str(ROOT / "reference" / ASSIGNMENT / LAB),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command += [f"--rootdir={SUITE}", "--timeout=60", str(SUITE)]
    subprocess.run(command, check=True, env=ENVIRONMENT | places, stdout=subprocess.DEVNULL)


def bare_together(urls, folder):
    """The same for many, two at a time, as `xargs -P2` does it."""
    before = children()
    began = time.monotonic()
    waiting = list(enumerate(urls))
    lock = threading.Lock()

    def work():
        while True:
            with lock:
                if not waiting:
                    return
                number, url = waiting.pop()
            clone_and_test(url, folder / f"clone{number}")

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {
        "wall": (time.monotonic() - began) / len(urls),
        "cpu": (children() - before) / len(urls),
        "count": len(urls),
    }


def one(url, _clone):
    """One `grade`, cold."""
    before = children()
    began = time.monotonic()
    command = [sys.executable, "-m", "grader", url, "--lab", LAB, "--no-keep", "--quiet"]
    process = subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE)
    with Meter(process.pid) as meter:
        said = process.communicate()[0]
        wall = time.monotonic() - began
    assert said == b"pass\n", said
    return {"wall": wall, "cpu": children() - before + meter.total(), "containers": meter.by_name()}


def further_ones(urls, jobs, pause):
    """A resident grader: a first submission, then the others; its own words are read line by line."""
    command = [sys.executable, "-m", "benchmarks.speed", "--resident", str(jobs), str(pause), *urls]
    process = subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    marks, walls, profiles = [], [], []
    with Meter(process.pid) as meter:
        for line in process.stdout:
            said = json.loads(line)
            if "mark" in said:
                marks.append({"at": said["at"], "cpu": said["mark"] + meter.total()})
            else:
                walls.append(said["wall"])
                profiles.append(said["profile"])
        process.wait()
    assert process.returncode == 0
    first, last = marks
    return {
        "walls": walls,
        "cpu": (last["cpu"] - first["cpu"]) / len(walls),
        "wall of all": (last["at"] - first["at"]) / len(walls),
        "profile": {key: statistics.median(p[key] for p in profiles) for key in profiles[0]},
    }


def resident(jobs, pause, urls):
    """In a process of its own: keep a service, grade one submission after the other, tell what each took."""
    from concurrent.futures import ThreadPoolExecutor

    from grader.course import load, select_labs
    from grader.judge_service import JudgeService
    from grader.history import NoHistory
    from grader.pipeline import grade
    from grader.request import Request
    from grader.records import Decision
    from grader.sandbox.docker import DockerProvider

    lab = select_labs(load(ROOT, ASSIGNMENT), [LAB]).labs[0]

    def tell(**what):
        print(json.dumps(what), flush=True)

    def mark():
        tell(mark=own() + children(), at=time.monotonic())

    def grade_one(url):
        watch = Stopwatch()
        began = time.monotonic()
        record = grade(Request(repo=url, labs=(LAB,)), service, NoHistory(), watch)
        wall = time.monotonic() - began
        assert record.verdict is Decision.PASS
        return wall, watch.profile(record, wall)

    with JudgeService(DockerProvider(), ROOT) as service:
        grade_one(urls[0])
        if not pause:
            service.prepare([lab], jobs)
        time.sleep(pause)
        mark()
        with ThreadPoolExecutor(jobs) as pool:
            if pause:
                for url in urls[1:]:
                    service.prepare([lab])
                    time.sleep(pause)
                    wall, profile = grade_one(url)
                    tell(wall=wall, profile=profile)
            else:
                for wall, profile in pool.map(grade_one, urls[1:]):
                    tell(wall=wall, profile=profile)
        mark()


class Stopwatch:
    """A watch that notes when the judge began its first check, and when it said its last word."""

    def __init__(self):
        self.fetched = self.first = self.last = None

    def stage(self, name):
        if name.startswith("judge"):
            self.fetched = time.monotonic()

    def saw(self, lab, event):
        self.last = time.monotonic()
        if self.first is None and type(event).__name__ == "Started":
            self.first = self.last

    def profile(self, record, wall):
        """Where a submission's wall time went, in seconds."""
        fetch = sum(t.seconds for t in record.timings if t.stage == "fetch")
        checks = sum(c.seconds for c in record.checks)
        return {
            "fetch the commit": fetch,
            "judge: fork, collect the suite": self.first - self.fetched,
            "checks": checks,
            "between checks: end a process, wipe, report": self.last - self.first - checks,
            "the rest: close sandboxes, verdict": wall - fetch - (self.last - self.fetched),
        }


# ── how it is measured ────────────────────────────────────────────────────────────────────────────────────


def own():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def repository(folder, number):
    """The honest example as a repository of its own; no two are the same."""
    shutil.copytree(ROOT / "examples" / "honest", folder)
    with (folder / LAB / "mlp_numpy.py").open("a") as file:
        file.write(f"\n# handed in by student {number}\n")
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "Hand in"]):
        subprocess.run([*git, *command], cwd=folder, check=True)
    return folder


# ── what is shown ─────────────────────────────────────────────────────────────────────────────────────────


def show(figures):
    from rich.console import Console
    from rich.table import Table

    console = Console()
    bare_wall, bare_cpu = (statistics.median(f[key] for f in figures["bare"]) for key in ("wall", "cpu"))
    table = Table(title="Medians in seconds (least–most), and as ratios to bare")
    for column in ("", "wall", "ratio", "aim", "CPU", "ratio", "aim"):
        table.add_column(column, justify="left" if not column else "right")

    def row(name, walls, cpus, aim_wall="", aim_cpu="", base=(bare_wall, bare_cpu)):
        wall, cpu = statistics.median(walls), statistics.median(cpus)
        table.add_row(
            name,
            *(f"{wall:.2f} ({min(walls):.2f}–{max(walls):.2f})", f"{wall / base[0]:.2f}", aim_wall),
            *(f"{cpu:.2f} ({min(cpus):.2f}–{max(cpus):.2f})", f"{cpu / base[1]:.2f}", aim_cpu),
        )

    row("bare: clone + pytest", [f["wall"] for f in figures["bare"]], [f["cpu"] for f in figures["bare"]])
    row(
        "one grade, nothing running",
        [f["wall"] for f in figures["one"]],
        [f["cpu"] for f in figures["one"]],
        "≤ 1.0",
    )
    waiting, together, both = figures["waiting"], figures["together"], figures["bare, 2 at a time"]
    row("each further, sandboxes standing by", waiting["walls"], [waiting["cpu"]], "≤ 0.15", "≤ 0.3")
    many = f"{both['count']} submissions, 2 at a time, per submission"
    row(f"bare: {many}", [both["wall"]], [both["cpu"]])
    base = both["wall"], both["cpu"]
    row(f"grade: {many}", [together["wall of all"]], [together["cpu"]], "", "≤ 0.3", base)
    console.print(table)
    console.print("The last row's ratios are to the row above it.")

    where = Table(title="Where the wall time of a further submission goes (median seconds)")
    where.add_column("")
    where.add_column("standing by", justify="right")
    where.add_column("2 at a time", justify="right")
    for key in waiting["profile"]:
        where.add_row(key, f"{waiting['profile'][key]:.3f}", f"{together['profile'][key]:.3f}")
    console.print(where)
    containers = defaultdict(list)
    for figure in figures["one"]:
        for name, seconds in figure["containers"].items():
            containers[name].append(seconds)
    parts = ", ".join(
        f"{name} {statistics.median(values):.2f} s" for name, values in sorted(containers.items())
    )
    console.print(f"CPU of one grade in containers: {parts}.")


if __name__ == "__main__":
    main()
