"""The baselines."""

from grader.checks import check, values_match
from test_suites.week06.lab3_lstm.public.markets import daily, simulated


@check("last.forecast")
def test_last_value(student, reference, rng, evidence, known_mistakes):
    """`LastValue` forecasts the return of the last `horizon` days: all of them, summed."""
    training = daily(simulated(rng, 120, 3))
    probes = [(daily(simulated(rng, int(rng.integers(60, 90)), 3)), h) for h in (10, 1, 6)]
    model = student.baselines.LastValue()
    model.fit(training)

    def observe(module):
        last = module.LastValue()
        last.fit(training)
        return [last.forecast(returns, h) for returns, h in probes]

    yours = [model.forecast(returns, h) for returns, h in probes]
    truth = observe(reference.baselines)
    values_match(
        yours,
        truth,
        name="forecast",
        evidence=evidence,
        diagnose=known_mistakes.matcher("baselines", observe),
    )
