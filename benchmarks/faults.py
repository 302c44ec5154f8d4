"""What may go wrong while a class is graded, done to it for real: is anything lost, graded twice, or left behind?

    python -m benchmarks.faults kills                  kill -9 at 20 random instants, and the same command again
    python -m benchmarks.faults disk                   the gradebook's disk is full, then it isn't (as root: a tmpfs)
    python -m benchmarks.faults engine                 a Docker engine of its own is restarted twice (as root)
    python -m benchmarks.faults cluster                a Ray node whose engine has no image (as root, with ray)

A class of toy hand-ins, right, wrong and hostile, is graded by the command line in Docker. After every fault:

- what had been announced is in the gradebook, and the table is whole
- no commit was graded twice
and in the end:
- everybody has the verdict of an undisturbed run with the same seed; nobody is blamed for what was our fault
- no container, no folder and no process of any of these runs is left
"""

import argparse
import contextlib
import csv
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from grader.gradebook.sqlite import SqliteGradebook
from grader.sandbox import owner
from grader.sandbox.engine import Engine

ROOT = Path(__file__).resolve().parents[1]
COURSE, ATTACKS = ROOT / "tests" / "courses" / "attacks", ROOT / "tests" / "attacks"
KINDS = ("00_correct", "00_wrong", "00_stub", "a01_os_exit_zero", "c11_sigstop", "a48_kill_parent")
ENDED = re.compile(r"^(\d+)/\d+ {2}\S+ (\w+) {2}(\S+) {2}(as before)?")
"""``3/12  ✓ pass  ada  as before``, as a log says it."""


def main():
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("fault", choices=["kills", "disk", "engine", "cluster"])
    options.add_argument("--members", type=int, default=12)
    options.add_argument("--times", type=int, default=20, help="kills")
    options.add_argument("--seed", type=int, default=1, help="of the instants")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        {"kills": kills, "disk": disk, "engine": engine, "cluster": cluster}[given.fault](Path(folder), given)
    print("holds")


# ── the faults ────────────────────────────────────────────────────────────────────────────────────────────


def kills(folder, given):
    members = hand_in(folder, given.members)
    expected = undisturbed(folder, members)
    chance, run = random.Random(given.seed), Run(folder, folder / "book.sqlite")
    for number in range(given.times):
        process, log = run.start()
        instant = chance.uniform(0.2, 12.0)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(instant)
        whole_group = chance.random() < 0.5  # or the grader alone, as the kernel does when memory is short
        with contextlib.suppress(ProcessLookupError):
            (os.killpg if whole_group else os.kill)(process.pid, signal.SIGKILL)
        process.wait()
        kept = run.check(log)
        print(f"kill {number + 1:2}: after {instant:4.1f} s, {kept} of {len(members)} kept", flush=True)
        if kept == len(members) and number + 1 < given.times:  # all done: the next kills meet a class anew
            run.check_end(expected)
            run = Run(folder, folder / f"book{number}.sqlite", run.pids)
    process, log = run.start()
    assert process.wait() == 0, log.read_text()
    run.check(log)
    run.check_end(expected)


def disk(folder, given):
    members = hand_in(folder, given.members)
    expected = undisturbed(folder, members)
    small = folder / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(small)], check=True)
    try:
        run = Run(folder, small / "book.sqlite")
        process, log = run.start()
        code = process.wait()
        kept = run.check(log)
        print(f"full disk: exit code {code}, {kept} of {len(members)} kept", flush=True)
        assert code == 3
        assert 0 < kept < len(members)
        assert "database or disk is full" in log.read_text()
        table = run.table()
        assert Counter(row["verdict"] for row in table)["ungraded"] == len(members) - kept, table
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
        process, log = run.start()
        assert process.wait() == 0, log.read_text()
        run.check(log)
        run.check_end(expected)
    finally:
        subprocess.run(["umount", str(small)], check=True)


def engine(folder, given):
    members = hand_in(folder, given.members)
    with OwnEngine(folder / "engine") as docker:
        expected = undisturbed(folder, members)
        run = Run(folder, folder / "book.sqlite")
        process, log = run.start()
        for after in (2, 6):
            await_results(log, process, after)
            docker.restart()
            print(f"engine restarted after result {after}", flush=True)
        assert process.wait() == 0, log.read_text()
        print(f"tried again: {len(re.findall('tried again later', log.read_text()))}", flush=True)
        run.check(log)
        run.check_end(expected)


def cluster(folder, given):
    """Gigabytes go to it: minutes."""
    from ray.cluster_utils import Cluster

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    members = hand_in(folder, given.members)
    expected = undisturbed(folder, members)
    slot = {"memory": 4 << 30, "object_store_memory": 400 << 20}
    with OwnEngine(folder / "engine", empty=True) as docker:
        nodes = Cluster(
            initialize_head=True, head_node_args=slot | {"num_cpus": 0, "include_dashboard": False}
        )
        try:
            nodes.add_node(num_cpus=2, env_vars={"DOCKER_HOST": docker.address}, **slot)
            os.environ["RAY_ADDRESS"] = nodes.address
            run = Run(folder, folder / "book.sqlite", more=("--engine", "ray"))
            process, log = run.start()
            assert process.wait() == 0, log.read_text()
            run.check(log)
            run.check_end(expected)
            left = subprocess.run(
                ["docker", "-H", docker.address, "ps", "-aq"], capture_output=True, check=True
            )
            assert not left.stdout, "containers left on the node"
        finally:
            nodes.shutdown()


class OwnEngine:
    """A Docker engine beside the machine's, with the images that the toy lab needs; DOCKER_HOST names it.

    Args:
        empty: It has no image, and DOCKER_HOST stays as it is.
    """

    def __init__(self, folder, *, empty=False):
        self._folder, self._empty = folder, empty
        folder.mkdir()
        self.address = f"unix://{folder}/docker.sock"

    def __enter__(self):
        if self._empty:
            self._start()
            return self
        names = subprocess.run(
            ["docker", "images", "--format", "{{.Repository}}:{{.Tag}}"], capture_output=True, text=True, check=True
        ).stdout.split()  # fmt: skip
        from grader.sandbox.image import base, tags

        wanted = tags(base.present(Engine()))
        wanted = [
            n for n in names if n in {wanted[e] for e in ("numpy", "judge")} or n.startswith("grader-base")
        ]
        self._start()
        save = subprocess.Popen(["docker", "save", *wanted], stdout=subprocess.PIPE)
        subprocess.run(["docker", "-H", self.address, "load", "-q"], stdin=save.stdout, check=True)
        os.environ["DOCKER_HOST"] = self.address
        return self

    def __exit__(self, *_):
        if not self._empty:
            os.environ.pop("DOCKER_HOST")
        self._stop()

    def restart(self):
        self._stop()
        time.sleep(3)
        self._start()

    def _start(self):
        place = self._folder
        with (place / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    "dockerd", "-H", self.address, "--data-root", place / "data", "--exec-root", place / "exec",
                    "--pidfile", place / "pid", "--bridge", "none", "--iptables=false", "--ip6tables=false",
                    "--containerd-namespace", f"faults{os.getpid()}",
                    "--containerd-plugins-namespace", f"faults{os.getpid()}p",
                ],
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        for _ in range(120):
            asked = subprocess.run(["docker", "-H", self.address, "info"], capture_output=True)
            if asked.returncode == 0:
                return
            time.sleep(0.5)
        raise SystemExit((place / "log").read_text()[-2000:])

    def _stop(self):
        self._process.terminate()
        self._process.wait(60)


# ── a run, and what must hold of it ───────────────────────────────────────────────────────────────────────


class Run:
    """One command, run as often as it takes."""

    def __init__(self, folder, book, pids=(), more=()):
        self._folder, self._book, self._out = folder, book, folder / f"out-{book.stem}"
        self._more = more
        self.pids = list(pids)

    def start(self):
        log = self._folder / f"log-{self._book.stem}-{len(self.pids)}"
        command = [
            sys.executable, "-m", "grader", "cohort", str(self._folder / "roster.csv"), "--folders", "--jobs", "2",
            "--assignment", "toy", "--course", str(COURSE), "--out", str(self._out), "--gradebook", str(self._book),
            "--seed", "7", *self._more,
        ]  # fmt: skip
        with log.open("w") as file:
            process = subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=file, start_new_session=True, cwd=ROOT
            )
        self.pids.append(process.pid)
        return process, log

    def check(self, log):
        """After any end: nothing that was announced is lost, nothing is there twice; returns how many are kept."""
        if not self._book.exists():
            assert not announced(log)
            return 0
        with SqliteGradebook(self._book) as book:
            (state,) = book._database.execute("PRAGMA integrity_check").fetchone()
            assert state == "ok", state
            records = [
                kept.record for repository, _ in book.repositories() for kept in book.history(repository)
            ]
        twice = [url for url, number in Counter(record.url for record in records).items() if number > 1]
        assert not twice, f"graded twice: {twice}"
        kept = {Path(record.url).name for record in records}
        lost = {who for who, verdict in announced(log).items() if verdict != "ungraded"} - kept
        assert not lost, f"announced, but not in the gradebook: {lost}"
        if (self._out / "class.csv").exists():
            assert len(self.table()) == len(list((self._folder / "class").iterdir()))
        return len(kept)

    def check_end(self, expected):
        verdicts = {row["id"]: row["verdict"] for row in self.table()}
        assert verdicts == expected, {
            who: (verdicts[who], expected[who]) for who in expected if verdicts[who] != expected[who]
        }
        ours = {str(pid) for pid in self.pids}
        for _ in range(40):
            left = [
                c.id
                for c in Engine().containers("grader.owner")
                if c.labels["grader.owner"].split("-")[0] in ours
            ]
            if not left:
                break
            time.sleep(0.5)
        assert not left, f"containers left: {left}"
        folders = [f for f in Path(tempfile.gettempdir()).glob(f"{owner.PREFIX}*") if owner_of(f) in ours]
        assert not folders, f"folders left: {folders}"
        assert not processes_with(str(self._book)), "processes left"

    def table(self):
        with (self._out / "class.csv").open() as file:
            return list(csv.DictReader(file))


def announced(log):
    found = (ENDED.match(line) for line in log.read_text().splitlines())
    return {match[3]: match[2].lower() for match in found if match}


def undisturbed(folder, members):
    run = Run(folder, folder / "undisturbed.sqlite")
    began = time.monotonic()
    process, log = run.start()
    assert process.wait() == 0, log.read_text()
    print(f"undisturbed: {len(members)} in {time.monotonic() - began:.0f} s", flush=True)
    return {row["id"]: row["verdict"] for row in run.table()}


def await_results(log, process, number):
    while len(announced(log)) < number:
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)


def owner_of(folder):
    with contextlib.suppress(OSError):
        return (folder / owner.OWNER_FILE).read_text().split("-")[0]
    return ""


def processes_with(text):
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int(place.name) != os.getpid() and text.encode() in (place / "cmdline").read_bytes():
                found.append(place.name)
    return found


def hand_in(folder, number):
    """A class's repositories and its roster; no two are the same."""
    places = []
    for at in range(number):
        kind = KINDS[at % len(KINDS)]
        place = shutil.copytree(ATTACKS / kind, folder / "class" / f"s{at:03}", symlinks=True)
        with (place / "mlp.py").open("a") as file:
            file.write(f"\n# handed in by student {at}\n")
        git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
        for command in (["init", "-q"], ["add", "-A", "-f"], ["commit", "-q", "-m", "Hand in"]):
            subprocess.run([*git, *command], cwd=place, check=True)
        places.append(place)
    (folder / "roster.csv").write_text("id,url\n" + "".join(f"{p.name},{p}\n" for p in places))
    return [place.name for place in places]


if __name__ == "__main__":
    main()
