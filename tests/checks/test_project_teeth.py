"""Tests are tried on variants, in a sandbox that answers as it is told to."""

import ast

import numpy as np
import pytest

from grader.checks.project import Ran, fails_in_another_order, looks, study, style_checks
from grader.checks.project import mutation

PYTEST = "python -m pytest"
MODULE = """
def double(x):
    rest = 4
    result = x * 2
    return result + rest


def idle(x):
    return x
"""


class ScriptedSandbox:
    """Its tests are a predicate on the files; with a second argument, on how often they ran before."""

    def __init__(self, notices, texts=None, tested=("m.py",)):
        self.texts, self.tested = texts or {"m.py": MODULE}, tested
        self.ran, self.variables = [], []
        self._notices = notices

    def trials(self, command, overlays, *, seconds, total_seconds, variables=()):
        self.variables += variables
        return [self._one(overlay) for overlay in overlays]

    def _one(self, overlay):
        status = self._notices(self.texts | overlay, len(self.ran))
        self.ran.append(overlay)
        if status is None:
            return None
        return Ran(status=int(status), output="", cpu=0.5)


def value(files, expression):
    scope = {}
    exec(files["m.py"], scope)
    return eval(expression, scope)


def crashes(files, _count=0):
    try:
        value(files, "double(3)")
    except Exception:
        return True
    return False


def wrong(files, _count=0):
    return crashes(files) or value(files, "double(3)") != 10


def studied(notices, seed=0, **kwargs):
    sandbox = ScriptedSandbox(notices, **kwargs)
    return study(sandbox, PYTEST, np.random.default_rng(seed), seconds=1, total_seconds=10), sandbox


def test_tests_that_compare_values_exercise_what_they_call_and_notice_every_bug():
    found, _ = studied(wrong)
    assert [t.name for t in found.exercised] == ["double"]
    assert [t.name for t in found.missed] == ["idle"]
    assert found.passes > mutation.SAME + mutation.WHOLE
    assert found.noticed
    assert found.noticed_share == 1.0
    assert found.seconds == 0.5


def test_tests_that_only_call_exercise_but_notice_nothing_and_the_survivors_have_names():
    found, _ = studied(crashes)
    assert [t.name for t in found.exercised] == ["double"]
    assert found.noticed_share == 0.0
    assert {m.what for m in found.survived} >= {"* turned into /", "does nothing and returns None"}


@pytest.mark.parametrize(
    "looks_at",
    [
        lambda text: text,
        lambda text: ast.dump(ast.parse(text)),
        lambda text: len(list(ast.walk(ast.parse(text)))),
        lambda text: [len(line) for line in text.splitlines()],
    ],
    ids=["its text", "its tree", "how many nodes it has", "its lines"],
)
def test_tests_that_look_at_the_code_are_found_out_on_every_seed(looks_at):
    for seed in range(6):
        found, _ = studied(lambda files, _count: looks_at(files["m.py"]) != looks_at(MODULE), seed)
        assert found.reworded
        assert not found.wavers


def test_tests_that_look_at_what_the_code_does_pass_in_all_other_words():
    for seed in range(6):
        found, _ = studied(wrong, seed)
        assert not found.reworded
        assert not found.wavers


def test_tests_that_fail_now_and_then_depend_on_chance():
    found, _ = studied(lambda files, count: wrong(files) or count % 2 == 0)
    assert found.wavers


def test_a_run_that_does_not_end_is_slow_and_says_nothing_of_the_tests():
    class Slow(ScriptedSandbox):
        def _one(self, overlay):
            ran = super()._one(overlay)
            return Ran(status=None, output="") if len(self.ran) % 5 == 0 else ran

    sandbox = Slow(wrong)
    found = study(sandbox, PYTEST, np.random.default_rng(0), seconds=1, total_seconds=10)
    assert not found.wavers
    assert not found.reworded


def test_what_there_is_no_time_for_is_counted():
    found, _ = studied(lambda files, count: None if count > 4 else wrong(files))
    assert found.untried > 0


def test_the_bag_has_no_order_to_tell_variants_by():
    firsts = [studied(wrong, seed)[1].ran[0] for seed in range(30)]
    assert {} in firsts
    assert sum(overlay != {} for overlay in firsts) > 15


def test_no_two_runs_have_the_same_hash_seed():
    _, sandbox = studied(wrong)
    assert len({own["PYTHONHASHSEED"] for own in sandbox.variables}) == len(sandbox.variables)


def test_how_many_variants_there_are_depends_on_the_repository_alone():
    sizes = {len(studied(wrong, seed)[1].ran) for seed in range(5)}
    assert len(sizes) == 1


def test_a_large_module_is_sampled():
    many = "".join(f"def f{i}(x):\n    return x + {i}\n" for i in range(60))
    found, sandbox = studied(lambda _files, _count: False, texts={"m.py": many})
    assert found.is_sample
    assert len(found.missed) == mutation.FUNCTIONS
    assert len(sandbox.ran) < 120


def test_tests_that_need_another_order_are_found():
    class Ordered(ScriptedSandbox):
        names = "tests/test_m.py::test_a\ntests/test_m.py::test_b\n"

        def trials(self, command, overlays, *, seconds, total_seconds, variables=()):
            if "--collect-only" in command:
                return [Ran(status=0, output=self.names + "\n2 tests collected")]
            return [Ran(status=int(command.index("test_a") > command.index("test_b")), output="")]

    found = {
        fails_in_another_order(Ordered(wrong), PYTEST, np.random.default_rng(seed), seconds=1) is not None
        for seed in range(10)
    }
    assert found == {True, False}
    assert fails_in_another_order(Ordered(wrong), "make test", np.random.default_rng(0), seconds=1) is None


@pytest.mark.parametrize(
    "line",
    [
        "source = inspect.getsource(MLP)",
        "assert MLP.forward.__code__.co_nlocals == 3",
        "tree = ast.parse(Path('mlp.py').read_text())",
        "frame = sys._getframe(1)",
        "hashlib.sha256(Path('src/mlp.py').read_bytes())",
        "text = open('mlp.py').read()",
    ],
)
def test_tests_that_look_at_code_are_named(line):
    (look,) = looks({"tests/test_mlp.py": f"import numpy\n{line}\n", "mlp.py": line})
    assert (look.file, look.line) == ("tests/test_mlp.py", 2)


@pytest.mark.parametrize(
    "line",
    [
        "digest = hashlib.sha256(data).hexdigest()",
        "assert inspect.signature(MLP).parameters",
        "rows = json.loads(Path('results.json').read_text())",
        "path = Path(__file__).parent / 'data.npz'",
        "# reads inspect.getsource(MLP)",
    ],
)
def test_tests_that_only_seem_to_are_not(line):
    assert not looks({"tests/test_mlp.py": line})


def test_a_setting_that_makes_tests_judge_style_is_named():
    assert style_checks({"pytest.ini": "[pytest]\naddopts = --flake8 -q"}) == "pytest.ini: --flake8"
    assert not style_checks({"pytest.ini": "[pytest]\naddopts = -q --cov=mlp"})
