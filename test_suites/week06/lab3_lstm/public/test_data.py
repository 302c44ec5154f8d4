"""Returns and the split."""

import numpy as np

from grader.checks import check, fail, values_match
from test_suites.week06.lab3_lstm.public import worked_example as example

HINT = "Row t is log(prices[t + horizon] / prices[t]); the last `horizon` days have none."


@check("example.returns")
def test_returns(student, evidence, known_mistakes):
    """`forward_returns` gives the worked example's log returns over two days."""

    def observe(module):
        return [module.forward_returns(example.PRICES, 2)]

    values_match(
        observe(student.data),
        [example.RETURNS],
        name="returns",
        evidence=evidence,
        diagnose=known_mistakes.matcher("data", observe),
        hint=HINT,
    )


@check("data.split")
def test_split(student, rng, evidence):
    """`split` cuts in time: training days, a gap of at least the horizon, then test days."""
    for horizon in (10, int(rng.integers(2, 30))):
        days, share = int(rng.integers(500, 900)), float(rng.uniform(0.2, 0.4))
        answer = student.data.split(days, horizon=horizon, test_share=share)
        train, test = (
            part.array((None,), kind="integer")
            for part in answer.pair("Two arrays were expected: train and test.")
        )
        judge_split(train, test, days, horizon, call=answer.call)
        wanted = share * (days - horizon)
        # A gap may be taken from either side, and be somewhat larger than needed.
        slack = 3 * horizon + 2
        if abs(len(test) - wanted) > slack or len(train) < days - horizon - wanted - slack:
            raise fail(
                "The split does not use the days as asked.",
                call=answer.call,
                yours=f"{len(train)} training and {len(test)} test days",
                expected=f"about {days - horizon - wanted:.0f} less the gap, and {wanted:.0f}",
            )
        evidence.measure(
            f"gap in days, horizon {horizon}", test[0] - train[-1], limit=horizon, better="higher"
        )


def judge_split(train, test, days, horizon, call):
    """The days are in order, have targets, and no training target reaches beyond the first test day."""
    for name, part in (("training", train), ("test", test)):
        if not len(part):
            raise fail(f"There are no {name} days.", call=call)
        if (np.diff(part) <= 0).any():
            raise fail(
                f"The {name} days are not in rising order.",
                call=call,
                hint="A time series is cut, never shuffled: a neighbouring day shows almost all of a target.",
            )
        if part[0] < 0 or part[-1] >= days - horizon:
            raise fail(
                f"The {name} days include some without a target.",
                call=call,
                yours=f"days {part[0]} to {part[-1]}",
                expected=f"0 to {days - horizon - 1} at most",
            )
    gap = int(test[0] - train[-1])
    if gap < horizon:
        raise fail(
            "The split leaves no gap: training targets reach into the test."
            if gap > 0
            else "Training days lie after the first test day.",
            call=call,
            yours=f"last training day {train[-1]}, first test day {test[0]}",
            expected=f"at least {horizon} days between them",
            hint="The target of day t ends on day t + horizon: leave out the last `horizon` training days.",
        )
