"""Every parser of what students write, with what it is fed and what it may raise."""

import numpy as np

from grader.checks.project import TooMuch, looks, tests, workflows
from grader.checks.project.broken import all_raise, all_wrong
from grader.checks.project.causes import Surroundings, asked_for, cause_of
from grader.checks.project.controls import controls, disguised
from grader.checks.project.documented import installing_commands, commands_for_tests
from grader.checks.project.expressions import BadExpression, evaluate, interpolate
from grader.checks.project.functions import public_functions
from grader.checks.project.globs import matches, selects
from grader.checks.project.mutants import bugs, emptied, taken_out
from grader.checks.project.plan import read_plan
from grader.checks.project.pythons import versions_for
from grader.checks.project.sandbox import Ran
from grader.checks.project.tested import installs

CONTEXT = {
    "github": {"ref": "refs/heads/main", "event_name": "push", "event": {"commits": [{"id": 1}]}},
    "matrix": {"os": "ubuntu", "python-version": "3.11"},
    "env": {"A": "1"},
}
SECONDS = 3.0
"""Of computing for one text; the slowest measured takes a third of it."""


def _source(text):
    rng = np.random.default_rng(0)
    targets = public_functions("m.py", text)
    for target in [targets[i] for i in rng.permutation(len(targets))[:3]]:
        taken_out(text, target), emptied(text, target), controls(text, target, rng)
        for bug in bugs(text, target, rng, 2):
            disguised(bug.text, target, rng)


def _suite(text):
    files = {"test_m.py": text, "conftest.py": text, "m.py": "def f(): pass\n"}
    tests(files), looks(files)


def _documented(text):
    files = {"README.md": text, "Makefile": text, "requirements.txt": text, "pyproject.toml": text}
    commands_for_tests(files), installing_commands(files), installs(files)


def _versions(text):
    for name in ("pyproject.toml", "setup.py", "setup.cfg", ".python-version"):
        versions_for({name: text}), installs({name: text})


def _cause(text):
    known = Surroundings(texts={"a.py": "import numpy\n", "tests/test_a.py": ""}, home="/home/x", prose=text)
    cause_of(Ran(line=1, text="python a.py", status=1, output=text), known)
    asked_for(text, text)


def _glob(text):
    for name in ("main", "releases/1/x.md", "a" * 300):
        matches(text, name), selects([text, "!" + text], name)


PARSERS = {
    "README.md": ("markdown", lambda text: read_plan(text, "README.md"), (TooMuch,)),
    "README.rst": ("rst", lambda text: read_plan(text, "README.rst"), (TooMuch,)),
    "workflow": ("workflow", lambda text: workflows({".github/workflows/a.yml": text}), ()),
    "expression": (
        "expression",
        lambda text: (evaluate(text, CONTEXT), interpolate(text, CONTEXT)),
        (BadExpression,),
    ),
    "glob": ("glob", _glob, ()),
    "functions and mutants": ("python", _source, ()),
    "broken copies": ("python", lambda text: (all_raise({"m.py": text}), all_wrong({"m.py": text})), ()),
    "test files": ("python", _suite, ()),
    "commands told": ("markdown", _documented, ()),
    "Python versions": ("toml", _versions, ()),
    "output of commands": ("output", _cause, ()),
}
"""Name → kind of text, what reads it, and what it may raise."""
