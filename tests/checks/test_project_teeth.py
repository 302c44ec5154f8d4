"""Tests are tried on bugs, in a sandbox that answers as it is told to."""

import numpy as np

from grader.checks.project import Ran, cover, mutation_score


class ScriptedSandbox:
    """Its tests are a predicate on the files."""

    def __init__(self, texts, notices, tested):
        self.texts, self.tested = texts, tested
        self._notices = notices

    def trials(self, invocation, overlays, *, seconds, total_seconds):
        return [Ran(status=int(self._notices(self.texts | overlay)), output="") for overlay in overlays]


MODULE = "def double(x):\n    return x * 2\n\n\ndef idle(x):\n    return x\n"
WAYS = ["python -m pytest"]


def value(files, expression):
    scope = {}
    exec(files["m.py"], scope)
    return eval(expression, scope)


def crashes(files, expression):
    try:
        value(files, expression)
    except Exception:
        return True
    return False


def wrong(files):
    return crashes(files, "double(3)") or value(files, "double(3)") != 6


def examined(notices):
    sandbox = ScriptedSandbox({"m.py": MODULE}, notices, ("m.py",))
    rng = np.random.default_rng(0)
    covered = cover(sandbox, WAYS, rng, total_seconds=10)
    return covered, mutation_score(sandbox, WAYS, covered, rng, total_seconds=10)


def test_tests_that_compare_values_exercise_what_they_call_and_notice_every_bug():
    covered, score = examined(wrong)
    assert [t.name for t in covered.exercised] == ["double"]
    assert [t.name for t in covered.missed] == ["idle"]
    assert score.share == 1.0


def test_tests_that_only_call_exercise_but_notice_nothing_and_the_survivors_have_names():
    covered, score = examined(lambda files: crashes(files, "double(3)"))
    assert [t.name for t in covered.exercised] == ["double"]
    assert score.share == 0.0
    assert {m.what for m in score.survived} >= {"* turned into /", "does nothing and returns None"}


def test_tests_that_compare_text_are_found_out():
    covered, _ = examined(lambda files: files["m.py"] != MODULE)
    assert covered.reads_text


def test_tests_that_fail_on_the_code_as_it_is_tell_nothing():
    covered, _ = examined(lambda _files: True)
    assert covered.baseline.status == 1
    assert covered.exercised == ()
