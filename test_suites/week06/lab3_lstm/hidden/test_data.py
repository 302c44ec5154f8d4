"""The data set knows nothing of the future: prices are altered after a day, and nothing before it changes."""

import numpy as np

from grader.checks import check, fail, unchanged, values_match
from test_suites.week06.lab3_lstm.public.markets import other_future, simulated
from test_suites.week06.lab3_lstm.public.test_data import HINT, judge_split

NAMES = ("train", "test", "X_train", "X_test", "y_train", "y_test")
SAME = 1e-9
"""Relative to the spread of the features. Honest pipelines change by 6e-15, the smallest leak by 1e-2."""
FRESH = 3
"""Days; features that know nothing of the last three are not those of their day."""
SETTINGS = {"horizon": 10, "window": 15, "test_share": 0.3}


class Rows:
    """A data set as the student's side gives it, validated."""

    def __init__(self, answer, assets):
        self.call = answer.call
        parts = {name: answer.item(name, names=NAMES) for name in NAMES}
        self.train, self.test = (parts[name].array((None,), kind="integer") for name in ("train", "test"))
        self.y_train = parts["y_train"].array((len(self.train), assets))
        self.y_test = parts["y_test"].array((len(self.test), assets))
        self.X_train, self.X_test = (
            self._features(parts[name], len(days))
            for name, days in (("X_train", self.train), ("X_test", self.test))
        )

    def _features(self, answer, rows):
        features = answer.array()
        if features.ndim < 2 or len(features) != rows:
            raise fail(
                "The features need one row for each day.",
                call=answer.call,
                yours=f"shape {features.shape}",
                expected=f"{rows} rows",
            )
        return features.reshape(rows, -1)


def built(student, prices):
    """The student's data set for these prices."""
    return Rows(student.data.dataset(prices, **SETTINGS), prices.shape[1])


def moved(before, after, scale):
    """Which rows differ, as a mask; a row that is new differs."""
    if before.shape != after.shape:
        return np.ones(len(before), dtype=bool)
    return np.abs(before - after).max(axis=1) > SAME * scale


@check("data.returns")
def test_returns(student, reference, rng, evidence, known_mistakes):
    """`forward_returns` gives the log return over the next `horizon` days, for each day that has one."""
    probes = [(simulated(rng, int(rng.integers(40, 90)), n), h) for n, h in ((3, 10), (1, 1), (4, 7))]
    yours = [student.data.forward_returns(prices, h) for prices, h in probes]
    truth = [reference.data.forward_returns(prices, h) for prices, h in probes]
    diagnose = known_mistakes.matcher(
        "data", lambda module: [module.forward_returns(prices, h) for prices, h in probes]
    )
    values_match(yours, truth, name="returns", evidence=evidence, diagnose=diagnose, hint=HINT)


@check("data.targets", needs=("data.returns", "data.split"))
def test_targets(student, reference, rng, evidence):
    """`dataset` splits in time with a gap, and its targets are the forward returns of its days."""
    prices = simulated(rng, int(rng.integers(380, 460)), 3)
    answer = student.data.dataset(prices, **SETTINGS)
    rows = Rows(answer, 3)
    judge_split(rows.train, rows.test, len(prices), SETTINGS["horizon"], rows.call)
    truth = reference.data.forward_returns(prices, SETTINGS["horizon"])
    for name, days in (("y_train", rows.train), ("y_test", rows.test)):
        values_match(answer.item(name), truth[days], name=name, evidence=evidence)


@check("data.past", needs="data.targets")
def test_features_know_only_the_past(student, rng):
    """The features of day t are made of prices up to day t, and do use the last days before it."""
    prices = simulated(rng, int(rng.integers(380, 460)), 3)
    rows = built(student, prices)
    scale = float(rows.X_test.std()) or 1.0
    for at in (len(rows.test) // 2, 2):
        day = int(rows.test[at])
        other = built(student, other_future(prices, day, rng))
        past = rows.test <= day
        changed = moved(rows.X_test[past], other.X_test[: past.sum()], scale)
        if changed.any():
            raise _knows_too_much(rows, day, changed)
    # A window that ends a day early knows less than it may, which is no leak: a few days are left to choice.
    day = int(rows.test[-1]) - FRESH
    if not moved(rows.X_test, built(student, other_future(prices, day, rng)).X_test, scale)[-1]:
        raise fail(
            f"The features of a day do not change with the last {FRESH} prices before it.",
            call=rows.call,
            hint="Rows and days don't belong together: the window of day t ends with day t.",
        )


def _knows_too_much(rows, day, changed):
    ahead = int(changed[::-1].cumprod().sum())
    tail_only = changed.sum() == ahead < len(changed)
    if tail_only:
        diagnosis = f"The features of day t contain the price of day t + {ahead}."
        hint = "Look for a window that is shifted, a centred average, or shift(-1)."
    else:
        diagnosis = "The features of every day contain all later prices."
        hint = "Look for a mean, a maximum or a standard deviation over the whole series."
    return fail(
        "Features change when only later prices do: they know the future.",
        call=rows.call,
        where=f"prices altered after day {day}; features of day {rows.test[np.argmax(changed)]} changed",
        how_many=f"{int(changed.sum())} of {len(changed)} test days up to day {day}",
        diagnosis=diagnosis,
        diagnosis_id="future",
        hint=hint,
    )


@check("data.scaling", needs="data.targets")
def test_scale_of_training_days(student, rng, evidence):
    """The features are standardised by the training days: test prices change nothing in training."""
    prices = simulated(rng, int(rng.integers(380, 460)), 3)
    rows = built(student, prices)
    evidence.measure("mean of the training features", abs(float(rows.X_train.mean())), limit=0.2)
    # Windows weigh the first and last days less, so that the moments are not exact.
    if abs(rows.X_train.mean()) > 0.2 or not 0.8 < rows.X_train.std() < 1.25:
        raise fail(
            "The training features are not standardised.",
            call=rows.call,
            yours=f"mean {rows.X_train.mean():.3g}, standard deviation {rows.X_train.std():.3g}",
            expected="mean 0, standard deviation 1",
        )
    other = built(student, other_future(prices, int(rows.test[0]), rng))
    changed = moved(rows.X_train, other.X_train, 1.0)
    if changed.any():
        raise fail(
            "Training features change when only test prices do.",
            call=rows.call,
            where=f"prices altered after the first test day, {rows.test[0]}",
            how_many=f"{int(changed.sum())} of {len(changed)} training days",
            diagnosis="The scale is fitted on all days, test days among them." if changed.all() else "",
            diagnosis_id="scale" if changed.all() else "",
            hint="Compute mean and standard deviation from the training days, then use them for all.",
        )


@check("data.embargo", needs="data.split")
def test_training_targets_end_before_the_test(student, rng):
    """No training target contains a price from after the first test day."""
    for _ in range(2):
        prices = simulated(rng, int(rng.integers(380, 460)), 3)
        rows = built(student, prices)
        other = built(student, other_future(prices, int(rows.test[0]), rng))
        changed = moved(rows.y_train, other.y_train, float(rows.y_train.std()))
        if changed.any():
            raise fail(
                "Training targets change when only prices after the first test day do.",
                call=rows.call,
                how_many=f"{int(changed.sum())} of {len(changed)} training targets",
                hint="The target of day t ends on day t + horizon: leave out the last training days.",
            )


@check("data.pure", needs="data.returns")
def test_prices_stay_as_they_are(student, rng):
    """`forward_returns` and `dataset` leave the prices as they are."""
    prices = simulated(rng, 300, 3)
    for name, settings in (("forward_returns", {"horizon": 5}), ("dataset", SETTINGS)):
        held = student.data.hold(prices)
        getattr(student.data, name)(held, **settings)
        unchanged(held, prices, "prices", f"{name}(prices)")
