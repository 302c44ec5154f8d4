"""Problem Set 10, Exercise 4: correct work that looks different from the reference keeps all its points."""

from pathlib import Path

import pytest

from grader.records import Outcome
from tests.suites import COURSE, Suite

pytestmark = pytest.mark.torch

SUITE = Suite("ps10", "ex4_frameworks")
FOLDER = Path(__file__).parent / "ps10_variants"
WHOLE = sorted(FOLDER.glob("modern_dl_*.py"))
EDITED = {
    "a checkpoint an epoch, and a rate that is set by hand": [
        ("                schedule.step(self.val_loss[-1])\n", "                for group in self.optimizer.param_groups:\n                    group['lr'] *= 0.97\n"),
        ("                if self.val_loss[-1] < best:", "                torch.save(self.model, f'epoch{epoch}.pt')\n                if self.val_loss[-1] < best:"),
        ("torch.save(self.model.state_dict(), self.CHECKPOINT)", "pass"),
    ],
    "arrays for lists, probabilities in the export, one image alone": [
        ('{"labels": probabilities.argmax(dim=1).tolist(), "confidences": probabilities.tolist()}', '(probabilities.numpy(), probabilities.argmax(dim=1).numpy())'),
        ("copy.deepcopy(self.model),", "nn.Sequential(copy.deepcopy(self.model), nn.Softmax(dim=1)),"),
    ],
    "the greatest confidence alone, and names of one's own": [
        ('return {"labels": probabilities.argmax(dim=1).tolist(), "confidences": probabilities.tolist()}', 'return {"prediction": probabilities.argmax(1).tolist(), "confidence": probabilities.max(1).values.tolist()}'),
    ],
}  # fmt: skip


def lost(source):
    folder = COURSE / "reference/ps10/repository"
    files = {name: (folder / name).read_bytes() for name in ("backbone.py", "backbone.npz", "serve.py")}
    found = SUITE.run({**files, "modern_dl.py": source})
    return {id: result.finding for id, result in found.items() if result.outcome is not Outcome.PASSED}


@pytest.mark.parametrize("file", WHOLE, ids=lambda file: file.stem)
def test_a_correct_file_that_is_written_quite_differently_loses_nothing(file):
    assert lost(file.read_text()) == {}


@pytest.mark.parametrize("edits", EDITED.values(), ids=EDITED)
def test_a_legal_choice_loses_nothing(edits):
    source = SUITE.reference()["modern_dl.py"]
    for old, new in edits:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    assert lost(source) == {}
