"""What a class costs, and who is right: `grade cohort` against bare pytest and against otter-grader, two at a time.

    python -m benchmarks.whole_class                            60 submissions, about half an hour on two idle cores
    python -m benchmarks.whole_class --members 12 --lone 3      a small one
    python -m benchmarks.whole_class --otter /tmp/otter/bin     of a virtual environment: pip install otter-grader ipykernel

The class hands in week06/lab1_mlp: of ten, six good, two flawed, one hostile and one that can't be reached. Each way does the
same checks (``benchmarks/bare_suite``, which is as long as ours) with two jobs, in one run:

bare      ``xargs -P2`` over ``git clone --depth 1`` and ``timeout 120 python -m pytest``, in the student's own process
otter     the same with ``otter run`` on the same functions, each a doctest of a point; its own containers are left out
grade     ``grade cohort --jobs 2``, in Docker, from a cold start to the class's page
lone      for some members ``grade`` alone with the same seed: the verdict and each check's outcome must be the same

Wall time is a clock's; CPU is that of the process tree and of its containers. Ratios are to bare.
"""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.meter import Meter
from benchmarks.speed import ENVIRONMENT, LAB, ROOT, SUITE, children
from grader.gradebook import open_gradebook

SEED = "11"
KINDS = ("good", "good", "flawed", "good", "hostile", "good", "unreachable", "good", "flawed", "good")
RIGHT = {"good": "pass", "flawed": "revise", "hostile": "revise", "unreachable": "ungraded"}
HOSTILE = (
    "\nimport os\nos._exit(0)\n",
    "\nimport numpy.testing\nnumpy.testing.assert_allclose = numpy.testing.assert_array_equal = lambda *a, **k: None\n"
    "MLP.forward = lambda self, X: X[:, :1]\n",
    "\nwhile True:\n    pass\n",
)
"""Leaves with success while it is imported; makes comparing harmless, and computes nothing; never ends."""
BARE = f"""
url=$1 place=$2
git clone -q --depth 1 "file://$url" "$place" 2>/dev/null || exit 0
PYTHONPATH="$place/{LAB}:$PYTHONPATH" timeout 120 "$PYTHON" -m pytest -q -p no:cacheprovider -W ignore -c /dev/null \
    --rootdir="{SUITE}" --timeout=60 "{SUITE}" >"$place.log" 2>&1
echo $? >"$place.code"
true
"""
OTTER = f"""
url=$1 place=$2
git clone -q --depth 1 "file://$url" "$place" 2>/dev/null || exit 0
mkdir "$place.out"
PYTHONPATH="$place/{LAB}:{SUITE}:$PYTHONPATH" timeout 120 "$OTTER/otter" run --no-logo -a "$ZIP" -o "$place.out" \
    "$place/{LAB}/mlp_numpy.py" >"$place.log" 2>&1
true
"""


def main():
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--members", type=int, default=60)
    options.add_argument("--lone", type=int, default=10, help="members that are graded alone, too")
    options.add_argument(
        "--otter", type=Path, help="the bin folder of a virtual environment with otter-grader"
    )
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="class-") as folder:
        folder = Path(folder)
        members = hand_in(folder, given.members)
        figures = {"bare": bare(folder, members)}
        if given.otter:
            figures["otter"] = otter(folder, members, given.otter)
        figures["grade"] = grade(folder)
        same = [lone(folder, name) for name in sample(members, given.lone)]
    show(figures, members)
    assert all(same), "a lone grade says something else"
    print(f"{len(same)} graded alone with the same seed: the same verdict, the same outcome of every check.")


# ── the ways ──────────────────────────────────────────────────────────────────────────────────────────────


def bare(folder, members):
    figure = two_at_a_time(folder / "bare", members, BARE, {"PYTHON": sys.executable})
    codes = {name: folder / "bare" / f"{name}.code" for name in members}
    said = {name: code.read_text().strip() if code.exists() else "" for name, code in codes.items()}
    words = {"0": "pass", "": "ungraded"}
    return figure | {"said": {name: words.get(code, "revise") for name, code in said.items()}}


def otter(folder, members, bin):
    """Its tests are doctests: one for each function of the bare suite, a point each."""
    tests = folder / "tests"
    tests.mkdir()
    for file in sorted(SUITE.glob("test_*.py")):
        for name in (
            line.split("(")[0][4:] for line in file.read_text().splitlines() if line.startswith("def test_")
        ):
            case = {
                "code": f">>> from benchmarks import otter_case\n>>> otter_case.call('{file.stem}', '{name}')"
            }
            suite = {
                "cases": [case | {"hidden": False}],
                "scored": True,
                "setup": "",
                "teardown": "",
                "type": "doctest",
            }
            test = {"name": f"{file.stem}_{name}", "points": 1, "suites": [suite]}
            (tests / f"{file.stem}_{name}.py").write_text(f"OK_FORMAT = True\ntest = {test!r}\n")
    archive = folder / "autograder.zip"
    command = [bin / "otter", "generate", "-t", tests, "-o", archive, "-l", "python", "--no-environment"]
    subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)
    libraries = ":".join([str(ROOT), *(place for place in sys.path if place.endswith("site-packages"))])
    places = {"OTTER": str(bin), "ZIP": str(archive), "PYTHONPATH": libraries}
    figure = two_at_a_time(folder / "otter", members, OTTER, places)
    return figure | {"said": {name: otter_said(folder / "otter", name) for name in members}}


def otter_said(folder, name):
    if not (folder / name).exists():
        return "ungraded"
    results = folder / f"{name}.out" / "results.json"
    if not results.exists():
        return "revise"
    tests = json.loads(results.read_text())["tests"]
    scored = [test for test in tests if test.get("max_score")]
    return "pass" if scored and all(test["score"] == test["max_score"] for test in scored) else "revise"


def two_at_a_time(folder, members, script, places):
    folder.mkdir()
    pairs = "".join(f"{url}\n{folder / name}\n" for name, (_, url) in members.items())
    environment = ENVIRONMENT | {
        "REFERENCE": str(ROOT / "reference" / "week06" / LAB),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    before, began = children(), time.monotonic()
    subprocess.run(
        ["xargs", "-P2", "-n2", "bash", "-c", script, "bash"],
        input=pairs,
        text=True,
        check=True,
        env=environment | places,
    )
    return {"wall": time.monotonic() - began, "cpu": children() - before}


def grade(folder):
    command = [
        sys.executable, "-m", "grader", "cohort", str(folder / "roster.csv"), "--folders", "--assignment", "week06",
        "--lab", LAB, "--jobs", "2", "--seed", SEED, "--out", str(folder / "out"),
        "--gradebook", str(folder / "book.sqlite"),
    ]  # fmt: skip
    before, began = children(), time.monotonic()
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=log)
        with Meter(process.pid) as meter:
            process.wait()
            wall = time.monotonic() - began
    assert process.returncode in (0, 3), (folder / "log").read_text()
    with (folder / "out" / "class.csv").open() as file:
        said = {row["id"]: row["verdict"] for row in csv.DictReader(file)}
    return {"wall": wall, "cpu": children() - before + meter.total(), "said": said}


def lone(folder, name):
    """Whether a grade of its own says the same of every check."""
    url = str(folder / "class" / name)
    command = [
        sys.executable, "-m", "grader", url, "--assignment", "week06", "--lab", LAB, "--seed", SEED, "--quiet",
        "--gradebook", str(folder / "lone.sqlite"),
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    told = []
    for book in ("book.sqlite", "lone.sqlite"):
        with open_gradebook(str(folder / book)) as kept:
            record = kept.history(url)[-1].record
        told.append((record.verdict, record.grade, [(c.lab, c.id, c.outcome) for c in record.checks]))
    return told[0] == told[1]


# ── the class ─────────────────────────────────────────────────────────────────────────────────────────────


def hand_in(folder, number):
    """Name → (kind, folder); no two are the same."""
    members = {}
    for at in range(number):
        kind = KINDS[at % len(KINDS)]
        place = folder / "class" / f"s{at:03}-{kind}"
        members[place.name] = (kind, place)
        if kind == "unreachable":
            continue
        shutil.copytree(ROOT / "examples" / ("flawed" if kind == "flawed" else "honest"), place)
        with (place / LAB / "mlp_numpy.py").open("a") as file:
            file.write(f"\n# handed in by student {at}\n")
            if kind == "hostile":
                file.write(HOSTILE[at // len(KINDS) % len(HOSTILE)])
        git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "Hand in"]):
            subprocess.run([*git, *command], cwd=place, check=True)
    (folder / "roster.csv").write_text(
        "id,url\n" + "".join(f"{n},{url}\n" for n, (_, url) in members.items())
    )
    return members


def sample(members, number):
    """So many of those that can be had, evenly."""
    there = [name for name, (kind, _) in members.items() if kind != "unreachable"]
    return there[:: max(1, len(there) // max(1, number))][:number] if number else []


# ── what is shown ─────────────────────────────────────────────────────────────────────────────────────────


def show(figures, members):
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{len(members)} submissions, two at a time")
    for column in ("", "wall s", "ratio", "CPU s", "ratio", "wrong verdicts"):
        table.add_column(column)
    base = figures["bare"]
    for name, figure in figures.items():
        wrong = Counter(
            f"{kind} {figure['said'][who]}"
            for who, (kind, _) in members.items()
            if figure["said"][who] != RIGHT[kind]
        )
        table.add_row(
            name,
            *(f"{figure['wall']:.0f}", f"{figure['wall'] / base['wall']:.2f}"),
            *(f"{figure['cpu']:.0f}", f"{figure['cpu'] / base['cpu']:.2f}"),
            ", ".join(f"{number} × {what}" for what, number in wrong.items()) or "none",
        )
    Console(width=120).print(table)
    print(
        json.dumps(
            {name: {k: v for k, v in figure.items() if k != "said"} for name, figure in figures.items()}
        )
    )


if __name__ == "__main__":
    main()
