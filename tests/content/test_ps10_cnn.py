"""Problem Set 10, Exercise 2: correct work that looks different from the reference keeps all its points."""

from pathlib import Path

import pytest

from grader.records import Outcome
from tests.suites import Suite

SUITE = Suite("ps10", "ex2_cnn")
FOLDER = Path(__file__).parent / "ps10_variants"
WHOLE = sorted(FOLDER.glob("cnn_*.py"))
EDITED = {
    "linear units, and logits": [
        ("128), ReLU(), Dense(128, n_classes)]", "128), Dense(128, n_classes)]"),
        ("                probabilities = self.forward(X)\n", "                logits = self.forward(X)\n                probabilities = np.exp(logits - logits.max(axis=1, keepdims=True))\n                probabilities /= probabilities.sum(axis=1, keepdims=True)\n"),
        ("        exponentials = np.exp(X - X.max(axis=1, keepdims=True))\n        return exponentials / exponentials.sum(axis=1, keepdims=True)", "        return X"),
    ],
    "filters of 5, gradients with names of their own": [
        ("Conv2D(n_filters, 3), ReLU()", "Conv2D(n_filters, 5), ReLU()"),
        ("(height - 2) // 2, (width - 2) // 2", "(height - 4) // 2, (width - 4) // 2"),
        ("return d_padded[:, :, p : d_padded.shape[2] - p, p : d_padded.shape[3] - p]", "return d_padded[:, :, p : d_padded.shape[2] - p, p : d_padded.shape[3] - p], self.d_filters, self.d_bias"),
        ("gradient = layer.backward(gradient)", "gradient = layer.backward(gradient)\n                    gradient = gradient[0] if isinstance(gradient, tuple) else gradient"),
    ],
    "cut out, not enlarged; darker or brighter by a factor; integers for bytes on the way": [
        ("return ndimage.zoom(cut, factors, order=1)", "return cut.copy()"),
        ("np.clip(image + np.random.uniform(-max_delta, max_delta), 0, 1)", "(np.clip(image * (1 + np.random.uniform(-max_delta, max_delta)), 0, 1) * 255).astype(np.uint8) / 255"),
        ("top = np.random.randint(image.shape[0] - crop_size + 1)", "top = np.random.randint(image.shape[0] - crop_size)"),
    ],
}  # fmt: skip


def lost(source, *, learns=False):
    # Learning to read digits takes most of the time, in loops and by single images over a minute: one file does it.
    only = () if learns else [check for check in SUITE.checks if check != "cnn.digits"]
    found = SUITE.run({"cnn.py": source}, only=only)
    return {id: result.finding for id, result in found.items() if result.outcome is not Outcome.PASSED}


@pytest.mark.parametrize("file", WHOLE, ids=lambda file: file.stem)
def test_a_correct_file_that_is_written_quite_differently_loses_nothing(file):
    assert lost(file.read_text(), learns=file.stem == "cnn_channels_last") == {}


@pytest.mark.parametrize("edits", EDITED.values(), ids=EDITED)
def test_a_legal_choice_loses_nothing(edits):
    source = SUITE.reference()["cnn.py"]
    for old, new in edits:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    assert lost(source) == {}
