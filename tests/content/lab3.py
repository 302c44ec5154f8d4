"""Runs lab 3's suite against code and documents, in this process."""

import importlib.util
import inspect
import sys
from pathlib import Path

import numpy as np

from grader.checks import CheckFailed, Documents, Evidence, KnownMistakes
from grader.checks.decorator import CheckSpec
from grader.judge.reference import Reference
from grader.records import Lab
from tests.fakes import FakeStudent

COURSE = Path(__file__).parents[2]
FOLDER = COURSE / "reference/week06/lab3_lstm"
MODULES = ("data", "baselines", "lstm", "evaluate")
DOCUMENTS = {"report": "REPORT.md", "results": "results.json"}
LAB = Lab(id="lab3_lstm", assignment="week06", title="", folder="", modules=(), criteria=())


def checks():
    """Every check function by id."""
    found = {}
    for part in ("public", "hidden"):
        for file in sorted((COURSE / "test_suites/week06/lab3_lstm" / part).glob("test_*.py")):
            module = importlib.import_module(f"test_suites.week06.lab3_lstm.{part}.{file.stem}")
            tests = [t for t in vars(module).values() if isinstance(getattr(t, "__check__", None), CheckSpec)]
            found |= {test.__check__.id: test for test in tests}
    return found


def sources(folder=FOLDER):
    return {name: (folder / f"{name}.py").read_text() for name in MODULES}


def documents(folder=FOLDER):
    return {name: (folder / file).read_text() for name, file in DOCUMENTS.items()}


def run(check, code=None, texts=None, seed=0, student=None, lab=LAB):
    """The finding of a check, or None if it passed; and what it measured."""
    evidence = Evidence()
    fixtures = {
        "student": student or FakeStudent(code or sources(), torch_modules=()),
        "documents": Documents(DOCUMENTS, documents() if texts is None else texts),
        "reference": Reference(FOLDER),
        "rng": np.random.default_rng([seed, 0]),
        "withheld": np.random.default_rng([seed, 1]),
        "evidence": evidence,
        "known_mistakes": KnownMistakes(FOLDER, ()),
        "lab": lab,
    }
    test = checks()[check]
    try:
        test(**{name: fixtures[name] for name in inspect.signature(test).parameters})
    except CheckFailed as failure:
        return failure.finding, evidence
    return None, evidence


def experiment(folder, **settings):
    """results.json as the experiment writes it with the modules of a folder."""
    names = (*MODULES, "basket", "experiment")
    before = {name: sys.modules.pop(name, None) for name in names}
    sys.path[:0] = [str(folder), str(FOLDER)]
    try:
        module = importlib.import_module("experiment")
        return module.written(module.run(module.basket.load().prices, **settings))
    finally:
        del sys.path[:2]
        for name in names:
            sys.modules.pop(name, None)
            if before[name] is not None:
                sys.modules[name] = before[name]
