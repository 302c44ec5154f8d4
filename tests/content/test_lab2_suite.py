"""Lab 2's checks: other right work passes, and what is wrong is said in words."""

import json
from functools import cache

import pytest

from grader.records import Outcome
from tests.content.lab2 import audit, hospitals
from tests.suites import Suite

pytestmark = pytest.mark.torch

OWN_SPELLING = """
import torch
from torch import nn

def conv(a, b, k, s):
    return nn.Conv2d(a, b, k, s, k // 2, bias=False)

class Residual(nn.Module):
    def __init__(self, a, b, s):
        super().__init__()
        self.conv1, self.bn1, self.relu = conv(a, b, 3, s), nn.BatchNorm2d(b), nn.ReLU(inplace=True)
        self.conv2, self.bn2 = conv(b, b, 3, 1), nn.BatchNorm2d(b)
        self.downsample = nn.Sequential(conv(a, b, 1, s), nn.BatchNorm2d(b)) if a != b else nn.Identity()

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        y += self.downsample(x)
        return self.relu(y)

class Net(nn.Module):
    def __init__(self, n, c):
        super().__init__()
        self.conv1, self.bn1 = conv(c, 64, 7, 2), nn.BatchNorm2d(64)
        widths = [64, 64, 128, 256, 512]
        for i, (a, b) in enumerate(zip(widths, widths[1:]), start=1):
            self.add_module(f"layer{i}", nn.Sequential(Residual(a, b, 1 + (a != b)), Residual(b, b, 1)))
        self.fc = nn.Linear(512, n)

    def forward(self, x):
        x = nn.functional.max_pool2d(self.bn1(self.conv1(x)).relu(), 3, 2, 1)
        for i in range(1, 5):
            x = getattr(self, f"layer{i}")(x)
        return self.fc(x.mean((2, 3)))

def build_model(num_classes=1, in_channels=1):
    return Net(num_classes, in_channels)
"""

RIDGE = """
import numpy as np

class Net:
    def __init__(self, weights):
        self.weights = weights

def features(images):
    return np.c_[images.reshape(len(images), -1) / 64 - 2, np.ones(len(images))]

def train(images, labels, *, epochs, seed):
    X = features(images)
    weights = np.linalg.solve(X.T @ X + 40 * np.eye(X.shape[1]), X.T @ (2.0 * np.asarray(labels) - 1))
    return Net(weights + 1e-4 * np.random.default_rng(seed).standard_normal(len(weights)))

def predict(net, images):
    return 1 / (1 + np.exp(-4 * features(np.asarray(images)) @ net.weights))
"""
"""What train and predict are in a moment: a linear reader of pixels, which reads the mark as a ResNet18 does."""

SUITE = Suite("week06", "lab2_cxr")
REFERENCE = SUITE.reference()
MEMO, RESULTS = REFERENCE["MEMO.md"], REFERENCE["results.json"]


def result(check, seed=0, **texts):
    """The result of one check for the reference with other files: ``model``, ``audit``, ``memo``, ``results``."""
    names = {"model": "model.py", "audit": "audit.py", "memo": "MEMO.md", "results": "results.json"}
    return SUITE.one(check, {names[name]: text for name, text in texts.items()}, seed)


def passes(check, **texts):
    assert result(check, **texts).finding is None


def finding(check, **texts):
    found = result(check, **texts).finding
    assert found is not None
    return found


def changed(**changes):
    return json.dumps(json.loads(RESULTS) | changes)


@cache
def results_of_the_ridge():
    """What run_study.py would write for it."""
    own = {}
    exec(RIDGE, own)  # noqa: S102 - it is ours
    films, tests = hospitals.study()
    net = own["train"](films.images, films.labels, epochs=1, seed=0)
    return audit.audit(lambda images: own["predict"](net, images), tests.images, tests.labels, tests.hospital)


def reproduced(**changes):
    """The result of the check that trains again, for the ridge and these results."""
    found = results_of_the_ridge() | {"epochs": 1, "seed": 0} | changes
    found = {name: value.item() if hasattr(value, "item") else value for name, value in found.items()}
    files = {"train.py": RIDGE, "results.json": json.dumps(found)}
    return SUITE.one("results.reproduced", files)


def test_results_of_a_study_of_ones_own_are_reproduced():
    told = reproduced()
    assert told.outcome is Outcome.PASSED, told.finding
    again = {m.name: m.value for m in told.measurements}["evidence of your audit against this network"]
    assert again == pytest.approx(results_of_the_ridge()["evidence"], abs=1e-3)
    assert "simulated" in told.note


def test_a_library_that_lab_2_has_not_is_named_where_it_is_used():
    lines = "from sklearn.nosuchpart import roc_auc_score\n" + REFERENCE["audit.py"]
    passes("audit.aurocs", audit=lines)
    used = lines.replace(
        "    scores = np.asarray", "    roc_auc_score([0, 1], [0, 1])\n    scores = np.asarray"
    )
    told = finding("audit.answer", audit=used)
    assert told.headline == "Your code imports a library that is not there."
    assert "PyTorch" in told.hint


def test_evidence_that_the_audit_does_not_give_is_for_a_person():
    told = reproduced(evidence=0.9)
    assert told.outcome is Outcome.REVIEW
    assert told.finding.yours == "0.9"


NETWORK = ["model.shapes", "model.weights", "model.forward", "model.batchnorm", "model.gradients"]


@pytest.mark.parametrize("check", NETWORK)
def test_a_resnet18_in_other_words_passes(check):
    passes(check, model=OWN_SPELLING)


def test_other_words_agree_to_rounding():
    measured = result("model.forward", model=OWN_SPELLING).measurements
    assert max(m.value for m in measured) < 1e-5


def test_the_parameters_are_counted():
    measured = result("model.weights").measurements
    assert [m.value for m in measured] == [11_170_753, 11_177_538]


def test_a_missing_parameter_is_named():
    told = finding("model.weights", model=OWN_SPELLING.replace("self.fc", "self.head"))
    assert told.yours == "without fc.weight, fc.bias"
    assert told.how_many == "2 missing, 2 too many"


@pytest.mark.parametrize(
    "check",
    ["audit.aurocs", "audit.ties", "audit.evidence"],
)
def test_the_references_audit_passes(check):
    passes(check)


def test_evidence_may_be_a_dict_with_more_in_it():
    told = REFERENCE["audit.py"].replace(
        '"evidence": evidence,', '"evidence": {"score": evidence, "region": [2, 2, 5, 5]},'
    )
    passes("audit.evidence", audit=told)
    passes("audit.answer", audit=told)


def test_swapped_hospitals_are_named():
    swapped = REFERENCE["audit.py"].replace("scores = np", "hospital = 1 - hospital; scores = np")
    assert finding("audit.aurocs", audit=swapped).diagnosis_id == "auroc-swapped"


@pytest.mark.parametrize("words, verdict", [(359, "short"), (360, ""), (440, ""), (441, "long")])
def test_a_memo_has_400_words_10_percent_more_or_less(words, verdict):
    memo = "# word – *word*\n" + "word " * (words - 2)
    if verdict:
        assert finding("memo.length", memo=memo).headline == f"MEMO.md is too {verdict}."
    else:
        passes("memo.length", memo=memo)


def test_a_missing_memo_is_missed():
    assert finding("memo.length", memo=None).headline == "MEMO.md is missing."


@pytest.mark.parametrize("check", ["results.fields", "memo.findings", "memo.numbers", "memo.conclusion"])
def test_the_references_memo_and_results_agree(check):
    passes(check)


def test_a_memo_without_the_second_hospitals_auroc_says_too_little():
    told = finding("memo.findings", memo=MEMO.replace("falls to 0.71", "falls"))
    assert told.headline == "The memo does not report the AUROC at the second hospital."


@pytest.mark.parametrize(
    "change, headline",
    [
        ({"in_auroc": 97.0}, "in_auroc is no AUROC."),
        ({"exploits_artifact": "yes"}, "exploits_artifact must be true or false."),
        ({"epochs": 500}, "epochs is out of range."),
        ({"seed": 1.5}, "Whole numbers were expected."),
        ({"evidence": None}, "A single number was expected."),
    ],
)
def test_results_of_another_kind_are_reported(change, headline):
    assert finding("results.fields", results=changed(**change)).headline == headline
