"""Forecasts with known errors, and their scores."""

import numpy as np

from grader.checks import values_match
from test_suites.week06.lab3_lstm.public.test_evaluate import FORECASTERS, scores_of


def cases(rng):
    """Forecasts and what came true; errors overlap as those of h-day forecasts do. All sizes differ."""
    drawn = []
    for horizon, assets in ((10, 4), (5, 3), (1, 2)):
        days = int(rng.integers(70, 160))
        shocks = rng.normal(size=(days + horizon, assets)) * 0.02
        targets = np.array([shocks[t : t + horizon].sum(axis=0) for t in range(days)]) + 0.004
        calm = np.convolve(rng.normal(size=days + 30), np.ones(31) / 31, "valid")[:, None] * 0.05
        forecasts = {
            "ar1": 0.1 * targets + rng.normal(size=targets.shape) * 0.01,
            "lstm": 0.3 * targets + calm * rng.normal(size=assets),
            "last": np.roll(targets, horizon, axis=0),
        }
        drawn.append((forecasts, targets, rng.normal(size=assets) * 0.01 + 0.004, horizon))
    return drawn


def scores_match(student, reference, known_mistakes, evidence, drawn, name, hint):
    """One score of every forecaster, against the judge's."""

    def observe(module):
        scored = [module.evaluate(f, y, train_mean=mean, horizon=h) for f, y, mean, h in drawn]
        return [np.array([scores[who][name] for who in FORECASTERS]) for scores in scored]

    yours = [
        scores_of(student.evaluate.evaluate(f, y, train_mean=mean, horizon=h), name)
        for f, y, mean, h in drawn
    ]
    diagnose = known_mistakes.matcher("evaluate", observe)
    truth = observe(reference.evaluate)
    values_match(yours, truth, name=name, evidence=evidence, diagnose=diagnose, hint=hint)
