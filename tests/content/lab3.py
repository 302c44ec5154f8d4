"""Lab 3's suite, its documents, and results as its experiment writes them."""

import importlib
import sys

from tests.suites import Suite

SUITE = Suite("week06", "lab3_lstm")
FOLDER = SUITE.folder
MODULES = ("data", "baselines", "lstm", "evaluate")


def sources(folder=FOLDER):
    return {f"{name}.py": (folder / f"{name}.py").read_text() for name in MODULES}


def documents():
    return {name: (FOLDER / name).read_text() for name in ("REPORT.md", "results.json")}


def prices():
    from grader.judge.reference import Reference

    return Reference(FOLDER).basket.load().prices


def finding(check, texts=None, seed=0, **how):
    """What a check found, or None if it passed."""
    return SUITE.one(check, texts, seed, **how).finding


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
