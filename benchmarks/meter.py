"""CPU time of containers, read from the kernel while they live."""

import os
import threading
import time
from collections import defaultdict

from grader.sandbox.engine import Engine

POLL = 0.005


class Meter:
    """CPU seconds of the containers that a process owns, read while they live.

    The engine is asked only once per container, whose it is; the rest is reading files of the kernel's.
    """

    def __init__(self, pid):
        self._pid = pid
        self._used, self._names = {}, {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._poll, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()

    def total(self):
        time.sleep(2 * POLL)
        return sum(self._used.values())

    def by_name(self):
        sums = defaultdict(float)
        for container, seconds in self._used.items():
            sums[self._names[container]] += seconds
        return dict(sums)

    def _poll(self):
        engine, strangers = Engine(), set()
        while not self._ended.wait(POLL):
            for container, file in cgroups():
                if container in strangers:
                    continue
                if container not in self._names:
                    name = whose(engine, container, self._pid)
                    if name is None:
                        strangers.add(container)
                        continue
                    self._names[container] = name
                try:
                    self._used[container] = seconds_in(file)
                except (OSError, ValueError):  # it has just ended
                    pass


def cgroups():
    """Container ids and the kernel's file with their CPU time, of cgroup v1 or v2."""
    for place in ("/sys/fs/cgroup/cpuacct/docker", "/sys/fs/cgroup/docker", "/sys/fs/cgroup/system.slice"):
        try:
            entries = os.listdir(place)
        except OSError:
            continue
        for entry in entries:
            container = entry.removeprefix("docker-").removesuffix(".scope")
            if len(container) == 64:
                file = "cpuacct.usage" if "cpuacct" in place else "cpu.stat"
                yield container, f"{place}/{entry}/{file}"


def seconds_in(file):
    with open(file) as stat:
        text = stat.read()
    return int(text) / 1e9 if text.strip().isdigit() else int(text.split()[1]) / 1e6


def whose(engine, container, pid):
    """What runs in it, if it is this process's: judge, numpy or torch."""
    try:
        found = engine.inspect(container)
    except Exception:
        return None
    if not found["Config"]["Labels"].get("grader.owner", "").startswith(f"{pid}-"):
        return None
    command = " ".join(found["Config"]["Cmd"])
    return (
        "judge" if "grader.judge" in command else "torch sandbox" if "torch" in command else "numpy sandbox"
    )
