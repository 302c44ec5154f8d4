"""The scores, on forecasts whose errors are known."""

import numpy as np

from grader.checks import Answer, check, values_match
from test_suites.week06.lab3_lstm.public import worked_example as example

FORECASTERS = ("lstm", "last", "ar1")
HINT = "The mean over everything: (forecast - target) ** 2, then .mean()."


@check("example.mse")
def test_mse(student, evidence, known_mistakes):
    """`evaluate` gives the worked example's mean squared errors."""
    forecasts = {who: example.TARGETS + errors for who, errors in example.ERRORS.items()}

    def scored(module):
        return module.evaluate(forecasts, example.TARGETS, train_mean=example.TRAIN_MEAN, horizon=2)

    def observe(module):
        scores = scored(module)
        return [np.array([scores[who]["mse"] for who in FORECASTERS])]

    values_match(
        [scores_of(scored(student.evaluate), "mse")],
        [np.array([example.MSE[who] for who in FORECASTERS])],
        name="mse",
        evidence=evidence,
        diagnose=known_mistakes.matcher("evaluate", observe),
        hint=HINT,
    )


def scores_of(answer, name):
    """One score of every forecaster, as one answer."""
    scores = [answer.item(who, names=FORECASTERS).item(name) for who in FORECASTERS]
    return Answer(answer.call, np.array([score.number() for score in scores]))
