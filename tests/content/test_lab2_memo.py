"""Memos as different people write them: what is true passes, what is not fails."""

import pytest

from grader.checks import CheckFailed, CheckUndecided, Evidence
from grader.checks.documents import Documents
from test_suites.week06.lab2_cxr.public import test_memo as suite
from tests.content.lab2 import FOLDER

RESULTS = '{"in_auroc": 0.9696, "out_auroc": 0.7144, "exploits_artifact": true, "evidence": 0.2585, "epochs": 6, "seed": 0}'
CLEAN = RESULTS.replace("true", "false")
CHECKS = (suite.test_findings, suite.test_numbers, suite.test_conclusion)

HONEST = {
    "the reference's": (FOLDER / "MEMO.md").read_text(),
    "a table with percentages": """
| hospital | AUROC |
|---|---|
| first hospital | 97.0 % |
| second hospital | 71.4 % |

It falls by 25.5 points. We trained 6 epochs at a rate of 0.001 on 70 % of the films. The network relies on the disc.
""",
    "decimal commas": "In-distribution the AUC is 0,970; at hospital B the AUC is 0,714. Shift by the mark: 1,83 SD. "
    "The classifier exploits the marker (p < 0,001).",
    "respectively": "The AUROC is 0.97 and 0.71 at the first hospital and the second hospital, respectively. If the model did not "
    "exploit the mark, both would be alike.",
    "own measurements": "AUROC in-distribution: 0.970 (95 % CI 0.96 to 0.98). AUROC out-of-distribution: 0.714. With the corner "
    "masked the AUROC at the first hospital falls to 0.81. Among the sick alone the score tells the hospital with an AUROC of "
    "0.93. The ResNet18 relies on a tag.",
    "an accuracy beside": "At the first hospital accuracy is 91.2 % and AUROC 0.97. At the second hospital accuracy is 61.0 % and "
    "AUROC 0.71. A network that does not exploit the mark would keep its AUROC.",
    "the hospitals behind the numbers": "AUROC: 0.97 at the first hospital, 0.714 at the second hospital. It exploits the mark.",
    "a fall": "The AUROC falls from 0.97 at the first hospital to 0.71 at the second hospital, a loss of 0.26.",
}
WRONG = {
    "swapped": (
        "At the first hospital the AUROC is 0.71. At the second hospital the AUROC is 0.97.",
        suite.test_numbers,
    ),
    "swapped in one sentence": (
        "AUROC: 0.71 at the first hospital, 0.97 at the second hospital.",
        suite.test_numbers,
    ),
    "swapped in a table": (
        "| | AUROC |\n|---|---|\n| first hospital | 0.71 |\n| second hospital | 0.97 |",
        suite.test_numbers,
    ),
    "another number": (
        "The AUROC at the first hospital is 0.99. It is 0.71 at the second hospital; 0.97.",
        suite.test_numbers,
    ),
    "the opposite": (
        "0.97 and 0.71. We find that the network does not exploit any artifact.",
        suite.test_conclusion,
    ),
    "unbiased": ("0.97 and 0.71. The network is unbiased.", suite.test_conclusion),
    "half of it": ("At the first hospital the AUROC is 0.97; it falls at the second.", suite.test_findings),
    "nothing": ("The network exploits the mark of a hospital.", suite.test_findings),
}


def judged(text, check, results=RESULTS):
    documents = Documents({"memo": "MEMO.md", "results": "results.json"}, {"memo": text, "results": results})
    check(documents, Evidence()) if check is suite.test_numbers else check(documents)


@pytest.mark.parametrize("name", HONEST)
@pytest.mark.parametrize("check", CHECKS)
def test_an_honest_memo_passes_however_it_is_written(name, check):
    judged(HONEST[name], check)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_memo_fails(name):
    text, check = WRONG[name]
    with pytest.raises(CheckFailed):
        judged(text, check)


def test_two_conclusions_are_a_persons():
    with pytest.raises(CheckUndecided):
        judged("The network exploits the mark. The network does not exploit the tag.", suite.test_conclusion)


def test_a_network_that_was_cleared_is_not_accused():
    judged("The network does not exploit an artifact.", suite.test_conclusion, CLEAN)
    with pytest.raises(CheckFailed):
        judged("The network exploits an artifact.", suite.test_conclusion, CLEAN)
