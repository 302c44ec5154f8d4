"""The scores, on forecasts with known errors."""

import numpy as np

from grader.checks import Answer, check, values_match


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
        return [np.array([scores[who][name] for who in ("lstm", "last", "ar1")]) for scores in scored]

    yours = []
    for forecasts, targets, mean, horizon in drawn:
        answer = student.evaluate.evaluate(forecasts, targets, train_mean=mean, horizon=horizon)
        scores = [
            answer.item(who, names=("lstm", "last", "ar1")).item(name) for who in ("lstm", "last", "ar1")
        ]
        yours.append(together(scores, answer.call))
    diagnose = known_mistakes.matcher("evaluate", observe)
    truth = observe(reference.evaluate)
    values_match(yours, truth, name=name, evidence=evidence, diagnose=diagnose, hint=hint)


def together(scores, call):
    """Several numbers as one answer."""
    return Answer(call, np.array([score.number() for score in scores]))


@check("evaluate.mse")
def test_mse(student, reference, rng, evidence, known_mistakes):
    """`evaluate` gives the mean squared error over all days and assets."""
    hint = "The mean over everything: (forecast - target) ** 2, then .mean()."
    scores_match(student, reference, known_mistakes, evidence, cases(rng), "mse", hint)
