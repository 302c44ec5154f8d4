"""The suite of week06/lab1_mlp: correct work that looks different passes.

``grade verify week06`` proves that the reference passes and that every mistake is caught and named.
"""

import pytest

from grader.course import apply
from grader.records import CheckResult, CriterionResult, Decision, Outcome
from grader.report.causes import causes
from tests.content.correct import CORRECT, SOLUTIONS, correct
from tests.in_process import InProcess
from tests.suites import Suite

pytestmark = pytest.mark.torch

SUITE = Suite("week06", "lab1_mlp")
CHECKS = InProcess(SUITE)
ADVICE = {check for c in SUITE.lab.criteria if c.weight == "advice" for check in c.checks}


def not_passed(results):
    return {id: r.finding or r.waited_for for id, r in results.items() if r.outcome is not Outcome.PASSED}


def test_the_reference_passes():
    assert not_passed(SUITE.run({}, seed=1)) == {}


@pytest.mark.parametrize("variant", [*CORRECT, *SOLUTIONS])
def test_correct_work_that_looks_different_is_not_told_to_revise(variant):
    with CHECKS.submission(correct(SUITE.reference(), variant)) as submission:
        for seed in (5, 6):
            assert set(not_passed(submission.run(seed))) <= ADVICE


def test_a_library_that_is_not_there_may_be_imported_and_not_used():
    plotting = SUITE.reference()["mlp_numpy.py"] + (
        "\n\nimport nosuchplots.pyplot as plt\nfrom nosuchbar import tqdm\n\nplt.style.use('dark')\n"
    )
    told = SUITE.run({"mlp_numpy.py": plotting}, 1, ["example.gradients", "source.numpy_only"])
    assert told["example.gradients"].outcome is Outcome.PASSED
    assert told["source.numpy_only"].outcome is Outcome.FAILED  # advice
    used = plotting.replace("return ", "plt.plot([0]); return ")
    told = SUITE.one("example.logits", {"mlp_numpy.py": used}, 1)
    assert told.finding.headline == "Your code imports a library that is not there."


def test_a_port_may_import_the_numpy_half_but_not_use_it():
    port = SOLUTIONS["torch_beside_numpy"].read_text()
    assert set(not_passed(SUITE.run({"mlp_torch.py": port}, seed=1))) <= ADVICE
    borrowed = port.replace(
        "return self(X).argmax(dim=1)", "return torch.as_tensor(NumpyMLP(2, 3, 2).predict(X.numpy()))"
    )
    told = SUITE.one("port.labels", {"mlp_torch.py": borrowed}, seed=1)
    assert told.finding.headline == (
        "Your code uses the lab's other file, which is not there while this one is graded."
    )
    assert told.finding.where.startswith("lab1_mlp/mlp_torch.py, line ")


# ── Independent bugs, all in one report ───────────────────────────────────────────────────────────────────

MANY = [
    ("b2-mean", "w2-from-pre-activation", "learning-rate-decays"),
    ("leaky-relu", "loss-in-bits", "momentum"),
    ("mean-missing", "uphill", "port-softmax-twice"),
]


@pytest.mark.parametrize("ids", MANY, ids="+".join)
def test_three_bugs_are_named_in_one_report_and_each_once(ids):
    mistakes = {m.id: m for m in SUITE.mistakes}
    texts = SUITE.reference()
    for each in ids:
        texts = apply(mistakes[each], texts)
    with CHECKS.submission(texts) as submission:
        told = submission.run(3)
    results = [
        CheckResult(
            id=id,
            lab=SUITE.lab.id,
            promise=id,
            outcome=t.outcome,
            finding=t.finding if t.outcome is Outcome.FAILED else None,
            waited_for=t.waited_for,
        )
        for id, t in told.items()
    ]
    criteria = [
        CriterionResult(
            id=c.id,
            title=c.title,
            lab=SUITE.lab.id,
            weight=c.weight,
            decision=Decision.REVISE,
            checks=c.checks,
        )
        for c in SUITE.lab.criteria
    ]
    told = [cause.text for cause in causes(criteria, results) if not cause.tag]
    assert sorted(told) == sorted(mistakes[each].diagnosis for each in ids)


def test_an_unnamed_wrong_forward_pass_is_one_cause():
    strange = SUITE.reference()["mlp_numpy.py"].replace("np.maximum(Z, 0)", "np.maximum(Z, 0) ** 1.1")
    with CHECKS.submission({**SUITE.reference(), "mlp_numpy.py": strange}) as submission:
        failed = {id for id, r in submission.run(2).items() if r.outcome is Outcome.FAILED}
    assert failed == {"example.logits"}


def test_every_check_is_failed_by_a_mistake():
    assert set(SUITE.checks) == {check for mistake in SUITE.mistakes for check in mistake.fails}


def test_the_lab_has_more_mistakes_than_it_must():
    assert len(SUITE.mistakes) >= 40
