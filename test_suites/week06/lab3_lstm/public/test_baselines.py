"""The last value, on five days."""

from grader.checks import check, values_match
from test_suites.week06.lab3_lstm.public import worked_example as example


@check("example.last")
def test_last_value(student, evidence, known_mistakes):
    """`LastValue` forecasts the worked example's return of the last days: all of them, summed."""

    def observe(module):
        last = module.LastValue()
        last.fit(example.DAILY)
        return [last.forecast(example.DAILY, 3)]

    values_match(
        observe(student.baselines),
        [example.LAST_THREE],
        name="forecast",
        evidence=evidence,
        diagnose=known_mistakes.matcher("baselines", observe),
    )
