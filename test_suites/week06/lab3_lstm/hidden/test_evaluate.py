"""The scores that tell skill from luck."""

import numpy as np

from grader.checks import check, fail, values_match
from test_suites.week06.lab3_lstm.hidden.scores import cases, scores_match
from test_suites.week06.lab3_lstm.public.test_evaluate import HINT


@check("evaluate.mse")
def test_mse(student, reference, rng, evidence, known_mistakes):
    """`evaluate` gives the mean squared error over all days and assets."""
    scores_match(student, reference, known_mistakes, evidence, cases(rng), "mse", HINT)


@check("evaluate.r2", needs="evaluate.mse")
def test_r2(student, reference, rng, evidence, known_mistakes):
    """The out-of-sample R2 of returns compares with the training mean, over all days and assets."""
    hint = "1 - sum((forecast - target)^2) / sum((train_mean - target)^2)."
    scores_match(student, reference, known_mistakes, evidence, cases(rng), "r2", hint)


@check("evaluate.dm", needs="evaluate.mse")
def test_diebold_mariano(student, reference, rng, evidence, known_mistakes):
    """The Diebold-Mariano statistic allows for overlapping forecasts and for a small sample."""
    hint = (
        "Autocovariances up to lag horizon - 1, equal weights; then Harvey, Leybourne and Newbold's factor."
    )
    scores_match(student, reference, known_mistakes, evidence, cases(rng), "dm", hint)


@check("evaluate.variance", needs="evaluate.dm")
def test_negative_variance(student, reference, rng, evidence):
    """The Diebold-Mariano statistic stays a number where the long-run variance comes out negative."""
    # Loss differences that change their sign every day: 1 - 2 · 1 < 0 for horizon 2.
    days = int(rng.integers(60, 90))
    swing = 0.02 * (1 + 0.4 * (-1.0) ** np.arange(days) + 0.02 * rng.normal(size=days))[:, None]
    targets, mean = np.zeros((days, 1)), np.array([0.03])
    forecasts = {"ar1": np.full((days, 1), 0.02), "lstm": swing}
    truth = reference.evaluate.evaluate(forecasts, targets, train_mean=mean, horizon=2)["lstm"]["dm"]
    answer = student.evaluate.evaluate(forecasts, targets, train_mean=mean, horizon=2)
    score = answer.item("lstm").item("dm")
    if not score.is_finite():
        raise fail(
            "The statistic is not a number.",
            call=answer.call,
            hint="Equal weights can make the variance negative: then use Bartlett's, 1 - lag / horizon.",
        )
    values_match(score, truth, name="dm", evidence=evidence)
