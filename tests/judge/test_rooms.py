"""Files that are brought, left and opened; a reference that stands in; classes within classes; parts that count."""

from pathlib import Path

import pytest

from grader.course import load, reference_content
from grader.plan import plan
from grader.records import Mapping, Outcome

COURSE = Path(__file__).parents[1] / "courses" / "graded"
PASSED, PARTLY, FAILED = Outcome.PASSED, Outcome.PARTLY, Outcome.FAILED
REVIEW, UNGRADED = Outcome.REVIEW, Outcome.UNGRADED


@pytest.fixture(scope="module")
def service(local_service):
    return local_service(COURSE)


@pytest.fixture(scope="module")
def labs():
    return {lab.id: lab for lab in load(COURSE, "graded").labs}


@pytest.fixture(scope="module")
def honest(labs):
    return reference_content(COURSE / labs["cells"].reference)


def judge(service, lab, files, *only, mappings=()):
    job = plan(lab, files, seed="2a", only=only, mappings=mappings)
    with service.sandboxes(job, files) as sandboxes:
        result = service.judge_lab(job, sandboxes, lambda _event: None)
    assert result.trouble == ""
    return {check.id: check for check in result.checks}


def change(files, name, old, new):
    text = files[name].decode()
    assert text.count(old) == 1
    return files | {name: text.replace(old, new).encode()}


def test_a_class_within_a_class_is_called_like_any_other(service, labs, honest):
    assert judge(service, labs["layers"], honest, "sgd.step")["sgd.step"].outcome is PASSED
    without = change(honest, "layers.py", "class SGD:", "class Momentum:")
    found = judge(service, labs["layers"], without, "sgd.step")["sgd.step"]
    assert (found.outcome, found.finding.headline) == (FAILED, "The name that the lab asks for is not there.")
    assert "Optimizers.SGD" in found.finding.call


def test_a_class_within_a_class_can_be_spelled_otherwise(service, labs, honest):
    other = change(honest, "layers.py", "class Optimizers:", "class Steps:")
    spelled = {"make": "Steps.SGD(learning_rate)", "update": "m.update(weights, gradient)"}
    mapping = Mapping(module="sgd", file="layers.py", spellings=spelled)
    found = judge(service, labs["layers"], other, "sgd.step", mappings=(mapping,))
    assert found["sgd.step"].outcome is PASSED, found


def test_columns_are_read_as_columns_and_the_report_says_so(service, labs, honest):
    columns = change(
        honest, "layers.py", "np.maximum(X @ self.weights, 0)", "np.maximum(self.weights.T @ X, 0)"
    )
    found = judge(service, labs["layers"], columns, "layer.forward")["layer.forward"]
    assert (found.outcome, found.note) == (PASSED, "Your Layer is read so, which is legal: batch columns.")


@pytest.mark.parametrize("broken", [b"import nothing_of_this_name\n", None])
def test_where_a_file_that_others_import_is_broken_the_references_stands_in(service, labs, honest, broken):
    files = {name: content for name, content in honest.items() if name != "layers.py"}
    files |= {"layers.py": broken} if broken else {}
    found = judge(service, labs["cells"], files, "cell.forward")["cell.forward"]
    assert found.outcome is PASSED
    assert found.note.startswith("Here the reference's layers.py stands in for yours")
    assert judge(service, labs["cells"], honest, "cell.forward")["cell.forward"].note == ""


def test_a_mistake_beneath_an_imported_layer_is_named(service, labs, honest):
    wrong = change(honest, "cell.py", "np.tanh(X)", "X")
    assert judge(service, labs["cells"], wrong)["cell.forward"].finding.diagnosis == "The tanh is missing"


def test_a_check_brings_data_and_finds_what_was_left(service, labs, honest):
    found = judge(service, labs["cells"], honest)
    assert {check.outcome for check in found.values()} == {PASSED}


def test_a_given_file_runs_as_it_is_given_whatever_stands_in_its_place(service, labs, honest):
    other = honest | {"loader.py": b"def load(): raise SystemExit\n"}
    assert judge(service, labs["cells"], other, "training.loss")["training.loss"].outcome is PASSED
    folder = {n: c for n, c in honest.items() if n != "loader.py"} | {"loader.py/__init__.py": b""}
    assert judge(service, labs["cells"], folder, "training.loss")["training.loss"].outcome is PASSED


def test_a_lower_floor_is_reached_in_part(service, labs, honest):
    near = change(honest, "cell.py", "return X.mean(axis=0)", "return 1.2 * X.mean(axis=0)")
    found = judge(service, labs["cells"], near, "training.loss")["training.loss"]
    assert (found.outcome, found.fault) == (PARTLY, "student")
    assert "0.200 for a part" in found.finding.expected


def test_what_is_opened_is_opened_where_no_code_of_the_students_is(service, labs, honest):
    found = judge(service, labs["quality"], honest | {"numpy.py": b"raise SystemExit\n"})
    assert {check.outcome for check in found.values()} == {PASSED}


def test_a_pickle_is_not_opened(service, labs, honest):
    pickled = (COURSE / labs["quality"].mistakes_in / "pickled.npz").read_bytes()
    found = judge(service, labs["quality"], honest | {"models/mean.npz": pickled}, "weights.load")
    assert found["weights.load"].outcome is FAILED
    assert "allow_pickle" in found["weights.load"].finding.yours


def test_a_missing_file_costs_its_own_checks_only(service, labs, honest):
    without = {name: content for name, content in honest.items() if name != "cell.py"}
    assert {c.outcome for c in judge(service, labs["cells"], without).values()} == {FAILED}
    assert {c.outcome for c in judge(service, labs["layers"], without).values()} == {PASSED}


def test_an_optional_file_that_is_not_there_is_no_failure(service, labs, honest):
    without = {name: content for name, content in honest.items() if name != "extra.py"}
    found = judge(service, labs["extra"], without)["challenge.answer"]
    assert (found.outcome, found.counted, found.handed_in, found.finding) == (UNGRADED, False, False, None)
    assert found.note == "Not handed in: extra.py is optional."
    other = judge(service, labs["extra"], without | {"Extra.py": honest["extra.py"]})["challenge.answer"]
    assert (other.outcome, other.handed_in) == (FAILED, True)
    assert other.finding.headline.startswith("extra.py is missing; Extra.py exists.")


@pytest.mark.parametrize(
    ("before", "within", "outcome"),
    [
        ("import tensorflow as tf", "tf.zeros(3)", REVIEW),
        ("import tensorflow as tf", "pass", PASSED),
        ("import tensorflow as tf", "X = X + 1", FAILED),
        ("import tensorflow as tf", "isinstance(X, tf.Tensor)", REVIEW),
        (
            "try:\n    import tensorflow as tf\nexcept ImportError:\n    tf = None",
            "X = X if tf else 0 * X",
            REVIEW,
        ),
        ("", "import tensorflow", REVIEW),
        ("import torch", "torch.zeros(3)", FAILED),
    ],
)
def test_a_library_that_is_legal_and_not_there_is_a_person_s(service, labs, honest, before, within, outcome):
    text = honest["cell.py"].decode()
    text = text.replace("import numpy", f"{before}\nimport numpy")
    text = text.replace("        # BEGIN SOLUTION", f"        {within}", 1)
    found = judge(service, labs["cells"], honest | {"cell.py": text.encode()}, "cell.forward")
    assert found["cell.forward"].outcome is outcome
