"""The baselines against the reference's, to the last digit that matters."""

from grader.checks import check, values_match
from test_suites.week06.lab3_lstm.public.markets import daily, simulated


def markets(rng):
    """Returns to fit on, and others to forecast from: drift and slope differ in all of them."""
    return [
        (
            daily(simulated(rng, int(rng.integers(150, 250)), 4, slope)),
            daily(simulated(rng, int(rng.integers(60, 120)), 4, slope)) + 0.002,
        )
        for slope in (0.5, -0.3, 0.05)
    ]


@check("ar1.coefficients")
def test_coefficients(student, reference, rng, evidence, known_mistakes):
    """AR(1)'s intercept and slope are those of least squares, for each asset by itself."""
    drawn = [training for training, _ in markets(rng)]
    for name in ("slope", "intercept"):

        def observe(module, name=name):
            fitted = []
            for returns in drawn:
                model = module.AR1()
                model.fit(returns)
                fitted.append(getattr(model, name))
            return fitted

        yours = []
        for returns in drawn:
            model = student.baselines.AR1()
            model.fit(returns)
            yours.append(model.get(name))
        truth = observe(reference.baselines)
        diagnose = known_mistakes.matcher("baselines", observe)
        values_match(yours, truth, name=name, evidence=evidence, diagnose=diagnose)


@check("ar1.forecast", needs="ar1.coefficients")
def test_forecast(student, reference, rng, evidence, known_mistakes):
    """AR(1) forecasts by iterating its equation from the last return, with the coefficients of training."""
    drawn = [(*market, horizon) for market, horizon in zip(markets(rng), (10, 5, 1), strict=True)]

    def observe(module):
        forecasts = []
        for training, history, horizon in drawn:
            model = module.AR1()
            model.fit(training)
            forecasts.append(model.forecast(history, horizon))
        return forecasts

    yours = []
    for training, history, horizon in drawn:
        model = student.baselines.AR1()
        model.fit(training)
        yours.append(model.forecast(history, horizon))
    values_match(
        yours,
        observe(reference.baselines),
        name="forecast",
        evidence=evidence,
        diagnose=known_mistakes.matcher("baselines", observe),
        hint="day = intercept + slope * day, `horizon` times, and the sum of all of them.",
    )


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
