"""What one job had to import, the next one finds imported; and what a job says can do nothing else."""

import os
import subprocess
import sys

import pytest

from grader.judge import warmth

FORKS = """
import os, sys
from grader.judge import warmth
warmth.LIBRARIES = ("colorsys", "this")
memory = warmth.Warmth()
def job(source):
    if os.fork() == 0:
        exec(source)
        memory.note()
        os._exit(0)
    os.wait()
    memory.import_noted()
job("pass")
print("colorsys" in sys.modules)
job("import colorsys")
print("colorsys" in sys.modules, "this" in sys.modules)
"""


def test_what_a_fork_imported_the_server_imports_and_nothing_else():
    done = subprocess.run([sys.executable, "-c", FORKS], capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["False", "True", "False"], done.stderr


@pytest.mark.parametrize("said", [b"\xff" * 1000, b"", b"\x07torch"])
def test_what_is_no_number_of_a_library_is_passed_over(said):
    memory, before = warmth.Warmth(), set(sys.modules)
    os.write(memory._write, said)
    memory.import_noted()
    assert set(sys.modules) == before


def test_a_note_that_finds_no_room_is_lost_and_holds_nobody_up(monkeypatch):
    monkeypatch.setattr(warmth, "LIBRARIES", ("os",) * 200)
    memory = warmth.Warmth()
    for _ in range(1000):
        memory.note()
    memory.import_noted()
