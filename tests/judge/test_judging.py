"""The judge on a small course: order, blocking, faults of three kinds, and processes that may die."""

from pathlib import Path

import pytest

from grader.course import load
from grader.judge.job import Job, ModuleSource, Started
from grader.records import Fault, Mapping, Outcome

COURSE = Path(__file__).parents[1] / "courses" / "odd"
HONEST = (COURSE / "reference" / "odd" / "box" / "box.py").read_text()


@pytest.fixture(scope="module")
def service(local_service):
    return local_service(COURSE)


@pytest.fixture(scope="module")
def lab():
    return load(COURSE, "odd").labs[0]


def judge(service, lab, source, *, seed="2a", only=(), suite="all", events=None, mapping=None):
    module = ModuleSource(name="box", file="box.py", environment="numpy", source=source, mapping=mapping)
    job = Job(lab=lab, modules=(module,), seed=seed, only=only, suite=suite)
    files = {"box.py": source.encode("utf-8", "surrogateescape")}
    with service.sandboxes(job, files) as sandboxes:
        lab_result = service.judge_lab(
            job, sandboxes, events.append if events is not None else lambda _e: None
        )
    assert lab_result.trouble == ""
    return lab_result


def outcomes(lab_result):
    return {r.id: r.outcome for r in lab_result.checks}


def test_honest_work_passes_what_can_be_passed(service, lab):
    found = outcomes(judge(service, lab, HONEST))
    assert found.pop("box.broken") is Outcome.UNGRADED
    assert found.pop("box.evidence") is Outcome.FAILED
    assert set(found.values()) == {Outcome.PASSED}


def test_checks_run_after_what_they_need(service, lab):
    order = [r.id for r in judge(service, lab, HONEST).checks]
    assert (
        order.index("box.loads")
        < order.index("box.adds")
        < order.index("box.after")
        < order.index("box.last")
    )


def test_asking_for_one_check_runs_what_it_needs_too(service, lab):
    lab_result = judge(service, lab, HONEST, only=("box.after",))
    assert [r.id for r in lab_result.checks] == ["box.loads", "box.adds", "box.after"]


def test_a_blocked_check_names_what_it_waited_for(service, lab):
    results = {
        r.id: r for r in judge(service, lab, HONEST.replace("self.total + x", "self.total - x")).checks
    }
    assert results["box.adds"].outcome is Outcome.FAILED
    assert results["box.after"].outcome is Outcome.BLOCKED
    assert results["box.after"].waited_for == "box.adds"
    assert results["box.last"].waited_for == "box.after"


def test_a_fault_of_the_suite_is_the_courses_and_nobody_elses(service, lab):
    broken = {r.id: r for r in judge(service, lab, HONEST).checks}["box.broken"]
    assert broken.fault is Fault.COURSE
    assert "KeyError" in broken.finding.traceback


def test_evidence_is_kept_when_a_check_fails_and_hidden_values_are_marked_secret(service, lab):
    result = {r.id: r for r in judge(service, lab, HONEST).checks}["box.evidence"]
    assert result.measurements[0].value == 2.0
    assert result.hidden
    assert {"yours", "expected"} <= set(result.finding.secret)


def test_the_same_seed_draws_the_same_and_another_seed_another(service, lab):
    notes = [judge(service, lab, HONEST, only=("box.draws",), seed=s).checks[0].note for s in ("7", "7", "8")]
    assert notes[0] == notes[1] != notes[2]
    sent, withheld = notes[0].split()
    assert sent != withheld


def test_the_public_suite_runs_public_checks_only(service, lab):
    assert not any(r.hidden for r in judge(service, lab, HONEST, suite="public").checks)


def test_every_check_is_announced_with_its_promise(service, lab):
    events = []
    judge(service, lab, HONEST, events=events)
    started = [e for e in events if isinstance(e, Started)]
    assert [e.position for e in started] == list(range(1, started[0].total + 1))
    assert started[0].promise


@pytest.mark.parametrize(
    ("code", "headline"),
    [
        ("import os\nos._exit(0)", "ended its own process (exit code 0)"),
        ("import os\nos.kill(os.getpid(), 11)", "crashed (segmentation fault)"),
        ("while True: pass", "did not finish within 2 seconds of computing"),
        ("import time\ntime.sleep(60)", "did not finish within 2 seconds: it was waiting"),
        ("def f(:", "syntax error"),
        ("raise SystemExit(3)", "it raised SystemExit"),
        ("from torch import *", "imports a library that is not there"),
        ("x = 1 / 0", "it raised ZeroDivisionError"),
        ("class Key17(Exception): pass\nraise Key17(3)", "it raised an exception of its own."),
        ("import sys\nsys.stdout.write('y' * 10_000_000)\n1 / 0", "it raised ZeroDivisionError"),
    ],
)
def test_a_file_that_can_not_be_imported_is_reported_in_words(service, lab, code, headline):
    result = judge(service, lab, code, only=("box.loads",)).checks[0]
    assert result.outcome is Outcome.FAILED
    assert headline in result.finding.headline


@pytest.mark.parametrize(
    ("value", "headline"),
    [
        ("np.zeros((1 << 20,))", "returned more than can be read"),
        ("np.array([object()] * 3)", "not plain data"),
        ("np.full(3, np.nan)", "not finite"),
        ("'three'", "array was expected"),
        ("None", "array was expected"),
        ("np.zeros(4)", "wrong shape"),
        ("np.zeros(3) + 1j", "real numbers"),
        ("[1, [2, 3], 'x']", "array was expected"),
        ("exit(0)", "raised SystemExit"),
        ("print(open('/etc/nowhere').read())", "raised FileNotFoundError"),
        ("np.matrix([[3.0, 3.0, 3.0]])", "wrong shape"),
        ("(lambda f: f(f))(lambda f: f(f))", "raised RecursionError"),
    ],
)
def test_what_a_call_returns_is_looked_at_before_it_is_used(service, lab, value, headline):
    source = HONEST.replace("return self.total\n", f"return {value}\n")
    result = {r.id: r for r in judge(service, lab, source, only=("box.adds",)).checks}["box.adds"]
    assert result.outcome is Outcome.FAILED
    assert headline in result.finding.headline
    assert result.finding.call.startswith("Box(2.0).add(float64[3])")


def test_a_failure_carries_the_students_own_lines_from_the_file_as_handed_in(service, lab):
    source = HONEST.replace("self.total = self.total + x\n", "self.total = self.helper(x)  # here\n")
    finding = {r.id: r for r in judge(service, lab, source, only=("box.adds",)).checks}["box.adds"].finding
    assert "box.py, line" in finding.where
    assert "self.helper(x)  # here" in finding.traceback
    assert "AttributeError" in finding.yours


def test_no_text_of_the_students_process_is_in_a_headline_and_no_line_is_beyond_the_file(service, lab):
    name = "Key3471822905"
    for code in (f"from {name} import *", f"class {name}(Exception): pass\nraise {name}()"):
        assert name not in judge(service, lab, code, only=("box.loads",)).checks[0].finding.headline
    forged = "exec(compile('\\n' * 3471 + '1 / 0', __file__, 'exec'))"
    finding = judge(service, lab, forged, only=("box.loads",)).checks[0].finding
    assert "3472" not in str(finding)
    assert [(line.number, line.text) for line in finding.lines] == [(1, forged)]


def test_state_does_not_survive_from_check_to_check(service, lab):
    once = "import pathlib, sys\nmark = pathlib.Path('/tmp/grader-test-mark')\n"
    assert outcomes(judge(service, lab, once + HONEST, only=("box.fresh",)))["box.fresh"] is Outcome.PASSED


def test_an_array_changed_in_place_is_seen(service, lab):
    source = HONEST.replace("self.total = self.total + x\n", "x += self.total; self.total = x\n")
    source = source.replace("Box(", "Box(").replace("start=0.0", "start=5.0")
    result = outcomes(
        judge(service, lab, source.replace("asarray(start", "asarray(start + 1.0"), only=("box.held",))
    )
    assert result["box.held"] is Outcome.FAILED


def test_a_check_that_hangs_costs_its_own_time_only(service, lab):
    found = outcomes(
        judge(service, lab, HONEST.replace("return self.total\n", "\n        while True: pass\n"))
    )
    assert found["box.adds"] is Outcome.FAILED
    assert found["box.loads"] is Outcome.PASSED


def test_a_process_left_behind_is_killed_with_its_check(service, lab):
    source = HONEST + "\nimport os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(3600)\n"
    assert outcomes(judge(service, lab, source, only=("box.adds",)))["box.adds"] is Outcome.PASSED


def test_a_mapping_that_does_not_fit_is_never_the_students_failure(service, lab):
    from msgspec import structs

    interface = {"class": "Box", "make": ["start"], "tensors": {}, "methods": {"add": ["x"]}}
    mapped = structs.replace(lab, modules=(structs.replace(lab.modules[0], interface=interface),))
    source = ModuleSource(
        name="box", file="box.py", environment="numpy", source=HONEST, interface=interface,
        mapping=Mapping(module="box", file="box.py", spellings={"make": "Bax(start)", "add": "m.add(x)"}),
    )  # fmt: skip
    job = Job(lab=mapped, modules=(source,), seed="1", only=("box.adds",))
    with service.sandboxes(job, {"box.py": HONEST.encode()}) as sandboxes:
        lab_result = service.judge_lab(job, sandboxes, lambda _e: None)
    assert lab_result.mismatches[0].module == "box"
    assert "Bax" in lab_result.mismatches[0].message
    assert outcomes(lab_result)["box.adds"] is Outcome.UNGRADED


def test_code_that_kills_itself_is_tried_again_and_then_named(service, lab):
    events = []
    source = HONEST + "\nimport os\nos.kill(os.getpid(), 9)\n"
    result = judge(service, lab, source, only=("box.loads",), events=events).checks[0]
    assert (result.outcome, result.fault) == (Outcome.FAILED, Fault.STUDENT)
    assert "killed, each time" in result.finding.headline
    assert [e.position for e in events if isinstance(e, Started)] == [1, 1]


def test_a_death_by_a_signal_without_a_name_is_the_students(service, lab):
    result = judge(service, lab, "import os\nos.kill(os.getpid(), 40)", only=("box.loads",)).checks[0]
    assert (result.outcome, result.fault) == (Outcome.FAILED, Fault.STUDENT)
    assert "signal 40" in result.finding.headline


def test_a_sandbox_that_is_killed_from_outside_costs_nothing(service, lab, monkeypatch):
    opened = []
    open_one = service.provider.open

    def killed_once(*given):
        opened.append(open_one(*given))
        if len(opened) == 1:
            opened[0]._process.kill()
        return opened[-1]

    monkeypatch.setattr(service.provider, "open", killed_once)
    found = outcomes(judge(service, lab, HONEST, only=("box.adds",)))
    assert found["box.adds"] is Outcome.PASSED
    assert len(opened) == 2


def test_a_judge_that_died_is_replaced_and_nothing_is_lost(lab):
    from grader.judge_service import JudgeService
    from grader.sandbox.local import LocalProvider

    with JudgeService(LocalProvider(), COURSE) as service:
        assert outcomes(judge(service, lab, HONEST, only=("box.loads",)))["box.loads"] is Outcome.PASSED
        service._judge.result()._process.kill()
        service._judge.result()._process.wait()
        assert outcomes(judge(service, lab, HONEST, only=("box.loads",)))["box.loads"] is Outcome.PASSED


def test_code_that_calls_itself_the_mapping_is_the_students(service, lab):
    source = "exec(compile('1 / 0', '<mapping make>', 'exec'))"
    lab_result = judge(service, lab, source, only=("box.loads",))
    assert (lab_result.checks[0].outcome, lab_result.checks[0].fault) == (Outcome.FAILED, Fault.STUDENT)
    assert lab_result.mismatches == ()


def test_code_under_a_mapping_that_takes_its_name_is_the_students(service, lab):
    from msgspec import structs

    forged = HONEST.replace(
        "self.total = self.total + x\n", "exec(compile('1 / 0', '<mapping add>', 'exec'))\n"
    )
    interface = {"class": "Box", "make": ["start"], "tensors": {}, "methods": {"add": ["x"]}}
    mapped = structs.replace(lab, modules=(structs.replace(lab.modules[0], interface=interface),))
    source = ModuleSource(
        name="box", file="box.py", environment="numpy", source=forged, interface=interface,
        mapping=Mapping(module="box", file="box.py", spellings={"make": "Box(start)", "add": "m.add(x)"}),
    )  # fmt: skip
    job = Job(lab=mapped, modules=(source,), seed="1", only=("box.adds",))
    with service.sandboxes(job, {"box.py": forged.encode()}) as sandboxes:
        lab_result = service.judge_lab(job, sandboxes, lambda _e: None)
    assert lab_result.mismatches == ()
    assert outcomes(lab_result)["box.adds"] is Outcome.FAILED


REPLACED_WORKER = """
import sys
from grader import wire
def lie(self, question, real=sys.modules["grader.worker.child"].Server._answer):
    return LIE
sys.modules["grader.worker.child"].Server._answer = lie
"""


@pytest.mark.parametrize(
    "lie",
    [
        "wire.Raised('mapping', 'KeyError', 'it is your fault')",
        "wire.Raised('tool', 'KeyError', 'it is your fault')",
        "wire.Raised('grader', 'KeyError', 'it is your fault')",
        "wire.Raised('student', 'E' * 4_000_000, 'x')",
        "wire.Raised('student', 'E', 'x' * 4_000_000)",
        "wire.Raised('student', 'E', 'x', [wire.Frame('box.py', 1, 'f')] * 100_000)",
        "wire.Raised('student', 'E', 'x', [wire.Frame('box.py', -(1 << 62), 'f')] * 9)",
        "wire.Raised('student', '', '')",
        "wire.Returned({str(i): [i] for i in range(100_000)})",
        "wire.Returned(wire.Remote(-1, 'x' * 1_000_000))",
    ],
    ids=lambda lie: lie[:50],
)
def test_whatever_a_replaced_worker_says_is_the_students(service, lab, lie):
    lab_result = judge(service, lab, REPLACED_WORKER.replace("LIE", lie) + HONEST, only=("box.adds",))
    found = {(check.outcome, check.fault) for check in lab_result.checks}
    assert found <= {
        (Outcome.FAILED, Fault.STUDENT),
        (Outcome.BLOCKED, Fault.STUDENT),
        (Outcome.PASSED, None),
    }
    assert outcomes(lab_result)["box.adds"] is not Outcome.PASSED
    assert lab_result.mismatches == ()
