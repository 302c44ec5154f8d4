"""A busy machine and pauses: does any outcome change?

    python -m benchmarks.load                           30 times lab 1 and 3 times the week's three labs, on two cores
    python -m benchmarks.load --labs 4 --weeks 0        a small one
    python -m benchmarks.load --labs 6 --weeks 1 --pause 25

Honest and flawed work in turn is graded with one seed each: first with nothing else running, then beside busy loops,
two for each core, each in a session of its own, so that the kernel gives each a share. With --pause all its
containers stop for so many seconds at a random instant, as on a laptop that is closed. Every check's outcome must be
the one of the idle run; any other is listed.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.speed import ENVIRONMENT, ROOT
from grader.gradebook import open_gradebook
from grader.sandbox.engine import Engine

GIT = ("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org")
LAB = ("--lab", "lab1_mlp")
WEEK = (*LAB, "--lab", "lab2_cxr", "--lab", "lab3_lstm")


def main():
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--labs", type=int, default=30, help="times that lab 1 is graded under load")
    options.add_argument("--weeks", type=int, default=3, help="times that the week's labs are")
    options.add_argument("--loops", type=int, default=2 * (os.cpu_count() or 2))
    options.add_argument(
        "--repository", action="store_true", help="with the week's fourth part, an hour each"
    )
    options.add_argument("--pause", type=float, default=0.0, help="seconds, once in each grade")
    given = options.parse_args()
    changed = 0
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        week = () if given.repository else WEEK
        for what, times, only in (("lab 1", given.labs, LAB), ("the week", given.weeks, week)):
            work = [hand_in(Path(folder), what, flawed) for flawed in (False, True)][: max(1, times)]
            idle = [outcomes(place, only, seed=f"{at:x}5") for at, place in enumerate(work) if times]
            with ExitStack() as stack:
                for _ in range(given.loops):
                    loop = subprocess.Popen(
                        [sys.executable, "-c", "while True: pass"], start_new_session=True
                    )
                    stack.callback(loop.wait)
                    stack.callback(loop.kill)
                for turn in range(times):
                    at = turn % len(work)
                    began = time.monotonic()
                    found = outcomes(work[at], only, seed=f"{at:x}5", pause=given.pause)
                    other = {
                        c: (idle[at].get(c), came) for c, came in found.items() if idle[at].get(c) != came
                    }
                    missing = idle[at].keys() - found.keys()
                    changed += len(other) + len(missing)
                    seconds = time.monotonic() - began
                    print(f"{what} {turn + 1:2}: {len(found)} outcomes in {seconds:3.0f} s, changed: {other or 'none'}"
                          f"{' missing: ' + str(missing) if missing else ''}", flush=True)  # fmt: skip
    print(f"{changed} outcomes changed")
    return bool(changed)


def hand_in(folder, what, flawed):
    """A repository: lab 1's example alone, or the whole week's."""
    place = folder / f"{what.replace(' ', '-')}-{'flawed' if flawed else 'honest'}"
    if place.exists():
        return place
    if what == "the week":
        flags = ["--flawed"] if flawed else []
        subprocess.run([sys.executable, ROOT / "examples" / "assemble", place, *flags], check=True)
        return place
    shutil.copytree(ROOT / "examples" / ("flawed" if flawed else "honest"), place)
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "Hand in"]):
        subprocess.run([*GIT, *command], cwd=place, check=True)
    return place


def outcomes(place, only, *, seed, pause=0.0):
    """Check → outcome, by `grade`."""
    with tempfile.TemporaryDirectory(prefix="load-book-") as folder:
        book = f"{folder}/book.sqlite"
        command = [sys.executable, "-m", "grader", str(place), "--assignment", "week06", *only,
                   "--seed", seed, "--quiet", "--gradebook", book]  # fmt: skip
        process = subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
        with ExitStack() as stack:
            if pause:
                pausing = threading.Thread(target=pause_once, args=(process, pause, 3 if only == LAB else 60))
                pausing.start()
                stack.callback(pausing.join)
            process.wait()
        with open_gradebook(book) as kept:
            record = kept.history(str(place))[-1].record
    return {(check.lab, check.id): str(check.outcome) for check in record.checks}


def pause_once(process, seconds, within):
    """Stop every container of this grade, after a random time."""
    time.sleep(random.uniform(2.0, 2.0 + within))
    engine, owner = Engine(), f"{process.pid}-"
    ours = [c.id for c in engine.containers("grader.owner") if c.labels["grader.owner"].startswith(owner)]
    with engine.client() as client:
        stopped = [container for container in ours if done(client.pause, container)]
        time.sleep(seconds)
        for container in stopped:
            done(client.unpause, container)


def done(act, container):
    """Whether it could be done: the container may have ended."""
    try:
        act(container)
    except Exception:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
