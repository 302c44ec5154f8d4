"""results.json says what is true: its scores follow from its forecasts, and its forecasts from the code."""

import numpy as np

from grader.checks import ask, check, claims_match, fail
from test_suites.week06.lab3_lstm.hidden import claims, skill, walking, worlds

ROUNDING = {"mse": 1e-7, "r2": 1e-4, "dm": 6e-3}
"""How far a claim may be off beside a thousandth of it: AR(1) fitted on all days gains .0009 of R2."""
REPRODUCED, SURELY = 0.5, 0.1
"""Of the forecasts' own spread. Six other seeds of the reference differ by 1.03 to 1.7; another machine,
imitated by prices that differ in the seventh digit, by .0003 at most. In between a person compares."""
FEWEST_TEST_DAYS = 0.15
"""Of all days."""


@check("results.protocol", needs="results.complete")
def test_protocol(documents, reference, lab, evidence):
    """The test days come after all that was known in training, and there are enough of them."""
    basket = reference.basket.load(lab.data.get("prices"))
    found = claims.read(documents, basket)
    evidence.note(f"The basket: {basket.name}, {basket.days[0]} to {basket.days[-1]}.")
    overlap = found.train_days - 1 - int(found.test[0])
    if overlap > 0:
        raise fail(
            "The training saw prices from the test days.",
            yours=f"train_days {found.train_days}, test_from {found.test[0]}",
            expected=f"test_from at least {found.train_days - 1}, the last day that fit saw",
            hint="fit(prices[:train_days]) sees days 0 … train_days - 1; the forecasts begin there.",
        )
    evidence.measure(
        "test days", len(found.test), limit=FEWEST_TEST_DAYS * len(found.prices), better="higher"
    )
    if len(found.test) < FEWEST_TEST_DAYS * len(found.prices):
        raise fail(
            "There are too few test days to tell skill from luck.",
            yours=f"{len(found.test)} days",
            expected=f"at least {FEWEST_TEST_DAYS:.0%} of {len(found.prices)}",
        )


@check("results.baselines", needs=("results.protocol", "ar1.forecast", "last.forecast", "evaluate.mse"))
def test_baselines(documents, reference, lab, evidence):
    """The claimed scores of AR(1), the last value and the mean are those that the judge computes."""
    found = claims.read(documents, reference.basket.load(lab.data.get("prices")))
    scores, _ = claims.measured(found, reference)
    wanted = {"ar1": ("mse", "r2"), "last": ("mse", "r2", "dm"), "mean": ("mse",)}
    hint = "AR(1) and the mean are fitted on the training days alone, and forecast every test day."
    for name, parts in wanted.items():
        for part in parts:
            _matches(found.score(name), part, scores[name][part], evidence, hint)


@check("results.lstm", needs=("results.protocol", "evaluate.r2", "evaluate.dm"))
def test_lstm(documents, reference, lab, withheld, evidence):
    """The claimed scores of the LSTM are those of its forecasts."""
    found = claims.read(documents, reference.basket.load(lab.data.get("prices")))
    scores, forecasts = claims.measured(found, reference)
    apart = slice(None, None, found.horizon)
    labels = {"LSTM": "lstm", "AR(1)": "ar1", "last value": "last"}
    by_label = {label: forecasts[name][apart] for label, name in labels.items()}
    by_label["zero"] = np.zeros_like(by_label["LSTM"])
    targets, mean = found.targets[apart], found.train_mean
    title = "Skill for each asset, on days that don't overlap"
    for plot in skill.drawn(title, by_label, targets, mean, withheld):
        evidence.plot(plot)
    first = {label: f[:, 0] for label, f in by_label.items() if label != "zero"}
    evidence.plot(walking.drawn("Forecasts and what came true", found.test[apart], first, targets[:, 0]))
    for part, truth in scores["lstm"].items():
        _matches(found.score("lstm"), part, truth, evidence)


def _matches(claimed, part, truth, evidence, hint=""):
    claims_match(claimed, {part: truth}, evidence=evidence, absolute=ROUNDING[part], hint=hint)


@check("results.reproduced", needs=("results.protocol", "lstm.repeats"), seconds=120)
def test_reproduced(student, documents, reference, rng, lab, evidence):
    """Training again with the seed and epochs of results.json gives its forecasts, from the prices alone."""
    found = claims.read(documents, reference.basket.load(lab.data.get("prices")))
    rows = np.sort(rng.choice(len(found.test), size=40, replace=False))
    claimed = found.forecasts[rows]

    def trained(prices):
        settings = {"seed": found.setting("seed"), "epochs": found.setting("epochs")}
        model = student.lstm.fit(prices[: found.train_days], horizon=found.horizon, **settings)
        return worlds.asked(student, model, prices, found.test[rows], rng)

    told = trained(found.prices * worlds.scales(rng, found.prices.shape[1]))
    apart = worlds.apart(told.plain, claimed)
    evidence.measure("distance of the forecasts from those in results.json", apart, limit=REPRODUCED)
    by_level = False
    if not apart <= REPRODUCED:
        student.fresh()
        told = trained(found.prices)
        apart, by_level = worlds.apart(told.plain, claimed), True
    if not apart <= REPRODUCED:
        raise fail(
            "The forecasts in results.json are not those of your code.",
            how_far=f"{apart:.2g} of the forecasts' own spread, on 40 test days",
            allowed=f"{REPRODUCED:g}",
            hint="Run the experiment again and commit what it writes, with the seed and epochs it used; fit and "
            "forecast may read nothing but the prices that are passed.",
        )
    worlds.judge(told, evidence)
    if by_level:
        raise ask(
            "The forecasts change when all prices are multiplied by powers of two: a person looks why.",
            call="fit(prices), forecast(model, history)",
            expected="forecasts of returns that don't depend on the level of prices, or a reason why they do",
            hint="A level may be an honest feature. It may also be what a table of known prices is looked up by.",
        )
    if apart > SURELY:
        raise ask(
            "Training again gives forecasts that are near those of results.json, and not the same.",
            how_far=f"{apart:.2g} of the forecasts' own spread, on 40 test days",
            allowed=f"{SURELY:g}",
            hint="Another machine rounds otherwise; a long training makes more of it.",
        )


@check("results.conclusion", needs="results.protocol")
def test_conclusion(documents, reference, lab, evidence):
    """`lstm_beats_ar1` is true only if the LSTM is better than AR(1) by more than luck, and than the mean."""
    found = claims.read(documents, reference.basket.load(lab.data.get("prices")))
    scores, _ = claims.measured(found, reference)
    truth = claims.clearly_better(scores)
    dm = scores["lstm"]["dm"]
    evidence.measure("Diebold-Mariano statistic, LSTM against AR(1)", dm)
    if found.answer.item("lstm_beats_ar1").flag() is not truth:
        raise fail(
            "The conclusion does not follow from the numbers.",
            yours=f"lstm_beats_ar1 is {str(not truth).lower()}",
            expected=f"{str(truth).lower()}: dm = {dm:.2f}, r2 = {scores['lstm']['r2']:.4f}",
            hint="Better means dm below -2.33 and r2 above 0. That it is not is a fine result: say so.",
        )


@check("results.plausible", needs="results.protocol")
def test_plausible(documents, reference, lab, evidence):
    """The LSTM's skill is one that an honest forecast can have."""
    found = claims.read(documents, reference.basket.load(lab.data.get("prices")))
    signs = list(skill.signs_of_leaks(found.forecasts, found.targets, found.train_mean, found.future))
    claimed = found.score("lstm").item("r2").number()
    signs.append(skill.Sign("the R2 you claim", claimed, skill.TOO_GOOD_R2))
    for sign in signs:
        evidence.measure(sign.name, sign.measured, limit=sign.limit)
    if len(found.test) < skill.ENOUGH_DAYS:
        evidence.note(f"{len(found.test)} test days are too few to tell skill from a leak by correlations.")
        signs = [sign for sign in signs if "R2" in sign.name]
    alarming = [sign for sign in signs if not sign.measured <= sign.limit]
    if alarming:
        raise fail(
            "This skill is too good to be true: show that nothing of the future is in it.",
            yours="; ".join(f"{sign.name} {sign.measured:.3f}" for sign in alarming),
            expected="; ".join(f"at most {sign.limit:g}" for sign in alarming),
            hint="Alter the prices after some day and forecast again: nothing up to that day may change. Look"
            " for a shifted window, a centred average, a shuffled split, a feature that holds the target.",
        )
