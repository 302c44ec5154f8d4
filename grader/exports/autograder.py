"""Autograders for Gradescope and for Classroom 50: a zip with the engine, the checks, and the script that they run.

Gradescope (https://gradescope-autograders.readthedocs.io): ``setup.sh`` and ``run_autograder`` lie at the zip's
root, which becomes ``/autograder/source``; what was handed in is in ``/autograder/submission``, about it
``submission_metadata.json``. Classroom 50 (its wiki, *Advanced autograding*): ``autograder.py`` lies in
``CLASSROOM/autograders/ASSIGNMENT``, is published with all that lies beside it, and run in the student's checkout.

Both keep the deadline, extensions and the number of hand-ins, so the rubric in the zip has none. There is no
container around student code there: hidden checks go to Gradescope only if that is asked for, and never to a page.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import yaml

from grader.course.public import public_course
from grader.course.rubric import rubric_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.records import Assignment

COURSE = "course"
CONSTRAINTS = "constraints.txt"
"""Versions that the course was proven with; empty if it pins none."""
THEIRS = ("deadline", "opens", "policy")
"""What a rubric says of hand-ins, and the platform decides."""
DATE = (1980, 1, 1, 0, 0, 0)
"""Of every file, so that the same content makes the same zip."""

SETUP = """\
#!/usr/bin/env bash
# Run once, as root, when Gradescope builds the autograder's image.
set -euo pipefail

cd "${AUTOGRADER:-/autograder}/source"
export DEBIAN_FRONTEND=noninteractive
new_enough() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

apt-get update -q
apt-get install -y -q git python3-venv || true
python=python3
if ! new_enough "$python"; then
    apt-get install -y -q python3.11 python3.11-venv
    python=python3.11
fi
"$python" -m venv .venv
.venv/bin/pip install -q -c CONSTRAINTS --extra-index-url https://download.pytorch.org/whl/cpu "./WHEEL[local]"
ln -sf "$PWD/.venv/bin/grade" /usr/local/bin/grade
"""
RUN = """\
#!/usr/bin/env bash
# Run by Gradescope for each submission. If it can't be graded there are no results, and Gradescope says so: that is
# never a zero.
set -euo pipefail

root=${AUTOGRADER:-/autograder}
received=$(python3 - "$root/submission_metadata.json" <<'PYTHON'
import json, sys

with open(sys.argv[1], encoding="utf-8") as file:
    print(json.load(file).get("created_at", ""))
PYTHON
)
status=0
grade "$root/submission" --course "$root/source/course" --assignment ASSIGNMENT OPTIONS --no-keep --no-color \\
    --sandbox local ${received:+--received "$received"} --out "$root/report" || status=$?
case $status in 0 | 1 | 4) ;; *) exit "$status" ;; esac
mkdir -p "$root/results"
grade export gradescope "$root/report/report.json" --to "$root/results/results.json"
"""


CLASSROOM50 = '''\
#!/usr/bin/env python3
"""Grades the checkout that it is run in, with the checks beside it. Classroom 50's runner calls it.

It ends with 0 once there is a result, whatever that says. Else the work could not be graded: that is never a zero.
A container that has the engine names its Python in GRADER_PYTHON; else it is installed, for this run alone.
"""

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
INDEX = "https://download.pytorch.org/whl/cpu"
GRADED = (0, 1, 4)
"""Exit codes: pass, revise, waits for a person."""


def installed(place):
    """The Python of a new environment with the engine."""
    venv.create(place, with_pip=True)
    python = place / "bin" / "python"
    engine = f"{HERE / 'WHEEL'}[local]"
    pip = [python, "-m", "pip", "install", "-q", "-c", HERE / "CONSTRAINTS", "--extra-index-url", INDEX, engine]
    subprocess.run(pip, check=True)
    return python


with tempfile.TemporaryDirectory() as folder:
    grade = [os.environ.get("GRADER_PYTHON") or installed(Path(folder, "engine")), "-m", "grader"]
    report = Path(folder, "report")
    how = ["--suite", "public", "--sandbox", "local", "--no-keep", "--no-color", "--out", report]
    ended = subprocess.run([*grade, Path.cwd(), "--course", HERE / "course", "--assignment", "ASSIGNMENT", *how])
    if ended.returncode not in GRADED:
        sys.exit(ended.returncode)
    subprocess.run([*grade, "export", "classroom50", report / "report.json", "--to", "result.json"], check=True)
    Path("release-body.md").write_bytes((report / "report.student.md").read_bytes())
'''


def to_gradescope_zip(assignment: Assignment, engine: Mapping[str, bytes], *, hidden: bool) -> bytes:
    """The zip for Gradescope.

    Args:
        assignment: As loaded, whole.
        engine: The wheel: its name, its content.
        hidden: Whether hidden checks and references go along, where student code can read them.
    """
    run = RUN.replace("OPTIONS", "--trust" if hidden else "--suite public")
    return _zip(assignment, engine, {"setup.sh": SETUP, "run_autograder": run}, hidden=hidden)


def to_classroom50_zip(assignment: Assignment, engine: Mapping[str, bytes]) -> bytes:
    """The zip for Classroom 50, with public checks alone: everybody can fetch it.

    Args:
        assignment: As loaded, whole.
        engine: The wheel: its name, its content.
    """
    return _zip(assignment, engine, {"autograder.py": CLASSROOM50}, hidden=False)


def _zip(
    assignment: Assignment, engine: Mapping[str, bytes], scripts: Mapping[str, str], *, hidden: bool
) -> bytes:
    ((wheel, content),) = engine.items()
    pins = assignment.root / CONSTRAINTS
    files = {f"{COURSE}/{name}": text for name, text in _course(assignment, hidden=hidden).items()}
    files |= {wheel: content, CONSTRAINTS: pins.read_bytes() if pins.is_file() else b""}
    for name, script in scripts.items():
        words = {"WHEEL": wheel, "CONSTRAINTS": CONSTRAINTS, "ASSIGNMENT": assignment.id}
        files[name] = re.sub("|".join(words), lambda found: words[found[0]], script).encode()  # noqa: B023
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(files.items()):
            entry = zipfile.ZipInfo(name, DATE)
            entry.external_attr = (0o755 if name in scripts else 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text)
    return packed.getvalue()


def _course(assignment: Assignment, *, hidden: bool) -> dict[str, bytes]:
    """The course's files, with a rubric that leaves hand-ins to the platform."""
    place = rubric_file(assignment.root, assignment.id).relative_to(assignment.root)
    if not hidden:
        files = public_course(assignment).files
    else:
        labs = assignment.labs
        folders = [folder for lab in labs for folder in (lab.suite, lab.reference, lab.mistakes_in)]
        above = {parent / "__init__.py" for lab in labs for parent in (lab.suite, *lab.suite.parents)}
        found = {f for folder in folders for f in (assignment.root / folder).rglob("*") if f.is_file()}
        found |= {assignment.root / file for file in above if (assignment.root / file).is_file()}
        found.add(assignment.root / place)
        files = {
            file.relative_to(assignment.root).as_posix(): file.read_bytes()
            for file in found
            if "__pycache__" not in file.parts
        }
    said = yaml.safe_load(files[place.as_posix()])
    kept = {key: value for key, value in said.items() if key not in THEIRS}
    return files | {place.as_posix(): yaml.safe_dump(kept, sort_keys=False, allow_unicode=True).encode()}
