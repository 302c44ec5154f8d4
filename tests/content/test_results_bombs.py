"""A results file that was written to break its reader is refused in words, whatever is in it."""

import json

import pytest

from grader.records import Fault, Outcome
from tests.suites import Suite

SUITE = Suite("week06", "lab3_lstm")
RIGHT = json.loads(SUITE.reference()["results.json"])


def with_(**fields):
    return json.dumps(RIGHT | fields)


BOMBS = {
    "400 digits": with_(epochs=int("7" * 400)),
    "400 digits among floats": with_(forecasts=[[0.5, int("7" * 400)]] * 9),
    "5,000 digits": '{"days": ' + "9" * 5_000 + "}",
    "deep": "[" * 100_000,
    "deep and closed": '{"days": ' + "[" * 900 + "]" * 900 + "}",
    "an infinite float": with_(seed=0).replace('"seed": 0', '"seed": 1e999'),
    "NaN": with_(seed=0).replace('"seed": 0', '"seed": NaN'),
    "a key twice": '{"days": 1, "days": 2}',
    "100,000 rows": with_(forecasts=[[]] * 80_000),
    "50,000 keys": json.dumps({str(i): i for i in range(20_000)}),
    "ragged rows": with_(forecasts=[[1.0], [1.0, 2.0]]),
    "text for numbers": with_(horizon="\ud800" * 5_000),
    "objects for numbers": with_(horizon={"days": {"days": {}}}),
    "lists for objects": with_(scores=[[[[1]]]]),
    "longer than is read": with_(forecasts=["x" * 300_000]),
    "no JSON": "\0" * 1_000,
    "nothing": "",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_results_file_that_is_a_bomb_is_a_finding(name):
    found = SUITE.run({"results.json": BOMBS[name]}, only=("results.complete",))["results.complete"]
    assert (found.outcome, found.fault) == (Outcome.FAILED, Fault.STUDENT), found
    assert found.finding.headline
