"""The LSTM is one, learns what can be learnt, and gives the same answer to the same question."""

import re

import numpy as np

from grader.checks import ask, check, fail, reaches, unchanged, values_match
from grader.checks.tolerances import Tolerance
from test_suites.week06.lab3_lstm.hidden import cells, skill, walking, worlds
from test_suites.week06.lab3_lstm.public.markets import daily, simulated

FLOAT32 = Tolerance(double=1e-6, single=1e-4, certain=1e-4)
"""Twelve days of float32 arithmetic differ from float64 by 4e-7 at most; the mildest slip by 1e-2."""
SAME_RUN = 1e-4
"""Relative to the spread of the forecasts. The reference repeats itself exactly; seeds differ by .03 and more."""
SAME_QUESTION = 1e-6
"""The same. The reference's answers are equal to the last bit, and single precision has seven digits."""
PREDICTABLE = 0.9
"""Slope of the simulated daily returns: three quarters of the variance of the next 3 days can be forecast."""
LEARNT = 0.25
"""R2 on unseen days. 100 draws of the reference: .52 to .78; 30 at an eighth of its rate: .43 to .61;
20 at four times it: .51 to .68. Without training, with targets that don't belong
to their windows, or with the oldest days for the newest: .10 at most."""
FORETOLD, FOLLOWED = 0.9, 0.5
"""Correlations over the assets: of means that are known beforehand .985 at least, of the shown prices' .999."""
TABLE = 300
"""Decimal numbers in a module; the reference's have 8 at most."""
LONG = 2_000
"""Characters of a line."""
SANE = 3.0
"""Times the error of the training mean. 100 draws of the reference on portfolios: .98 to 1.14."""


@check("lstm.cell", needs="lstm.shape")
def test_cell(student, rng, evidence):
    """The model is an LSTM: its last hidden state is what four gates give on its own weights."""
    for inputs, hidden, days in ((3, 6, 12), (2, 5, 7)):
        windows = rng.normal(size=(4, days, inputs)) * 1.5
        model = student.lstm.build(inputs, hidden, seed=int(rng.integers(1 << 30)))
        own = cells.weights(model.state_dict(), inputs, hidden)
        if not np.abs(own.W_hh).max() > 0:
            raise fail("The recurrent weights are all zero: the network could not remember anything.")
        values_match(
            student.lstm.encode(model, windows),
            cells.last_hidden(own, windows),
            name="hidden state",
            tolerance=FLOAT32,
            evidence=evidence,
            diagnose=lambda yours, distance, tol, own=own, windows=windows: cells.diagnoser(own, windows)(
                yours, distance, tol
            ),
            hint="Gates in the order input, forget, cell, output; start from zero for every window.",
        )


@check("lstm.trained", needs="lstm.cell")
def test_recurrent_weights_are_trained(student, rng):
    """Training changes the LSTM itself, not only the layer behind it."""
    prices = simulated(rng, 240, 2, PREDICTABLE)
    seed = int(rng.integers(1 << 30))
    states = []
    for epochs in (1, 3):
        model = student.lstm.fit(prices, horizon=5, seed=seed, epochs=epochs)
        states.append(model.state_dict())
    for name in cells.PARAMETERS[:2]:
        before, after = (_parameter(state, name) for state in states)
        if before.shape == after.shape and not np.abs(after - before).max() > 1e-6 * np.abs(before).max():
            raise fail(
                f"{name} is the same after three epochs as after one.",
                call="fit(prices, epochs=3)",
                hint="Hand all parameters to the optimiser, and let gradients flow into the LSTM.",
            )


def _parameter(state, name):
    """One of the model's parameters, wherever it stands."""
    found = [key for key in state.names() if key.rpartition(".")[2] == name]
    if not found:
        raise fail(f"The fitted model has no parameter {name}.", call=state.call)
    return state.item(found[0]).array()


@check("lstm.learns", needs="lstm.shape", seconds=90)
def test_learns(student, rng, withheld, evidence):
    """On returns that can be predicted, training pays: unseen days are forecast better than by their mean."""
    horizon, training = 3, 1000
    both = np.random.default_rng(np.random.SeedSequence([int(g.integers(1 << 62)) for g in (rng, withheld)]))
    prices = simulated(both, 1400, 3, PREDICTABLE)  # days beyond `training` are sent one by one, never ahead
    logs = np.log(prices)
    targets = logs[horizon:] - logs[:-horizon]
    mean = targets[: training - horizon].mean(axis=0)
    model = student.lstm.fit(prices[:training], horizon=horizon, seed=int(rng.integers(1 << 30)), epochs=20)
    at = walking.origins(training - 1, len(prices), horizon, 80)
    forecasts = walking.walk(student, model, prices, at)
    evidence.plot(
        walking.drawn("A series that can be predicted", at, {"LSTM": forecasts[:, 0]}, targets[at][:, 0])
    )
    hint = "Look at how windows and targets are aligned, at optimiser.step(), and how the scaling is undone."
    reaches(
        "R2 on 80 unseen days", skill.r2(forecasts, targets[at], mean), LEARNT, evidence=evidence, hint=hint
    )


@check("lstm.repeats", needs="lstm.shape")
def test_repeats(student, rng, evidence):
    """The same prices and seed give the same forecasts, whatever ran before."""
    prices = simulated(rng, 260, 3)
    first, other = (int(seed) for seed in rng.choice(1 << 30, size=2, replace=False))

    def forecast(*seeds):
        for seed in seeds:
            model = student.lstm.fit(prices[:200], horizon=5, seed=seed, epochs=2)
        return walking.walk(student, model, prices, (205, 230, 259))

    once = forecast(first)
    student.fresh()
    again = forecast(other, first)
    apart = float(np.abs(again - once).max() / _spread(once))
    evidence.measure("difference between two runs with one seed", apart, limit=SAME_RUN)
    if not apart <= SAME_RUN:
        raise fail(
            "The same seed gives different forecasts.",
            call=f"fit(prices, seed={first})",
            how_far=f"{apart:.2g} of the forecasts' size",
            allowed=f"{SAME_RUN:g}",
            hint="Seed the weights and the order of batches inside fit; switch dropout off in forecast.",
        )


@check("lstm.seeds", needs="lstm.shape")
def test_seeds(student, rng, evidence):
    """Another seed gives another model."""
    prices = simulated(rng, 260, 3)
    one, two = (
        walking.walk(
            student, student.lstm.fit(prices[:200], horizon=5, seed=int(seed), epochs=2), prices, (205, 259)
        )
        for seed in rng.choice(1 << 30, size=2, replace=False)
    )
    apart = float(np.abs(two - one).max() / _spread(one))
    evidence.measure("difference between two seeds", apart, limit=SAME_RUN, better="higher")
    if not apart > SAME_RUN:
        raise fail(
            "Two seeds give the same forecasts: the seed is not used.",
            call="fit(prices, seed=…)",
            hint="One run says nothing about luck: let the seed decide the weights and the batches.",
        )


def _spread(forecasts):
    return float(np.abs(forecasts).max()) or 1.0


@check("lstm.stateless", needs="lstm.shape")
def test_no_state_between_calls(student, rng, evidence):
    """A forecast depends on the model and the history alone, not on what was asked before."""
    prices = simulated(rng, 280, 3)
    model = student.lstm.fit(prices[:200], horizon=5, seed=int(rng.integers(1 << 30)), epochs=2)
    days = np.sort(rng.choice(np.arange(205, 279), size=5, replace=False))
    first = walking.walk(student, model, prices, days[:1])
    walking.walk(student, model, prices, days[1:])
    wild = prices * np.exp(rng.normal(size=prices.shape))  # fills whatever might be kept
    walking.walk(student, model, wild, days[-1:])
    again = walking.walk(student, model, prices, days[:1])
    apart = float(np.abs(again - first).max() / _spread(first))
    evidence.measure("difference between the same question asked twice", apart, limit=SAME_QUESTION)
    if not apart <= SAME_QUESTION:
        raise fail(
            "The same history gives another forecast the second time.",
            call="forecast(model, history)",
            how_far=f"{apart:.2g} of the forecast's size",
            hint="Look for a hidden state that is kept, a cache, a model left in train mode, or an update.",
        )


@check("lstm.pure", needs="lstm.shape")
def test_prices_stay_as_they_are(student, rng):
    """`fit` and `forecast` leave the prices as they are."""
    prices = simulated(rng, 200, 2)
    held = student.lstm.hold(prices)
    model = student.lstm.fit(held, horizon=5, seed=0, epochs=1)
    unchanged(held, prices, "prices", "fit(prices)")
    student.lstm.forecast(model, held)
    unchanged(held, prices, "history", "forecast(model, history)")


@check("lstm.market", needs="lstm.shape", seconds=90)
def test_market(student, reference, rng, withheld, lab, evidence):
    """On portfolios of real stocks the forecasts are returns of a sane size; their skill is not judged."""
    prices = walking.portfolios(reference.basket.load(lab.data.get("prices")).prices, withheld, 4)[-1800:]
    horizon, training = 10, round(0.6 * len(prices))
    logs, returns = np.log(prices), daily(prices)
    targets = logs[horizon:] - logs[:-horizon]
    mean = targets[: training - horizon].mean(axis=0)
    model = student.lstm.fit(prices[:training], horizon=horizon, seed=int(rng.integers(1 << 30)), epochs=3)
    at = walking.origins(training - 1, len(prices), horizon, 60)
    ar1 = reference.baselines.AR1().fit(returns[: training - 1])
    forecasts = {
        "LSTM": walking.walk(student, model, prices, at),
        "AR(1)": np.array([ar1.forecast(returns[:t], horizon) for t in at]),
        "last value": np.array([returns[t - horizon : t].sum(axis=0) for t in at]),
        "zero": np.zeros((len(at), prices.shape[1])),
    }
    shown = {label: f[:, 0] for label, f in forecasts.items() if label != "zero"}
    evidence.plot(walking.drawn("A portfolio of real stocks", at, shown, targets[at][:, 0]))
    for plot in skill.drawn("Skill for each portfolio", forecasts, targets[at], mean, withheld):
        evidence.plot(plot)
    for label, forecast in forecasts.items():
        evidence.measure(f"R2 of {label}", skill.r2(forecast, targets[at], mean), better="higher")
    error = float(((forecasts["LSTM"] - targets[at]) ** 2).mean() / ((mean - targets[at]) ** 2).mean())
    evidence.measure("error of the LSTM, times that of the training mean", error, limit=SANE)
    if not error <= SANE:
        raise fail(
            "The forecasts are far larger than returns are.",
            call="forecast(model, history)",
            yours=f"typical size {np.abs(forecasts['LSTM']).mean():.3g}",
            expected=f"below {np.abs(targets[at]).mean():.3g}, the typical return over {horizon} days",
            hint="Undo the standardisation: mean + std * output. Return log returns, not prices or per cent.",
        )


@check("lstm.past", needs="lstm.shape", seconds=90)
def test_past(student, reference, rng, lab, evidence):
    """Forecasts follow from the prices that are shown: nothing else of the basket's future is in the code."""
    basket = reference.basket.load(lab.data.get("prices")).prices
    horizon, training = 10, round(0.7 * len(basket))
    logs = np.log(basket)
    future = (logs[training + horizon :] - logs[training:-horizon]).mean(axis=0)
    prices = worlds.resampled(basket, training, future, rng)
    model = student.lstm.fit(prices[:training], horizon=horizon, seed=int(rng.integers(1 << 30)), epochs=1)
    at = walking.origins(training - 1, len(prices), horizon, 60)
    means = walking.walk(student, model, prices, at).mean(axis=0)
    foretold = _alike(means, future)
    shown = np.log(prices[:training])
    own = _alike(means, (shown[horizon:] - shown[:-horizon]).mean(axis=0))
    evidence.measure(
        "correlation of the mean forecasts with the basket's later returns", foretold, limit=FORETOLD
    )
    evidence.measure("the same with the returns that were shown", own, better="higher")
    if foretold > FORETOLD and own < FOLLOWED:
        raise fail(
            "The mean forecasts are those of the basket's test days, though other prices were shown.",
            call="fit(prices), forecast(model, history)",
            how_far=f"correlation {foretold:.3f} over the assets",
            allowed=f"{FORETOLD:g}",
            diagnosis="The means of the test days are written into the code.",
            diagnosis_id="hindsight",
        )
    for module in (student.lstm, student.data, student.baselines):
        said = _reads(module.source)
        if said:
            raise ask(f"{module.file} {said}: a person looks what it knows.", where=module.file)


def _alike(one, other):
    spread = one.std() * other.std()
    return float(((one - one.mean()) * (other - other.mean())).mean() / spread) if spread > 0 else 0.0


_FILES = re.compile(
    r"\b(?:basket\s?\.\s?load|np\s?\.\s?load\w*|numpy\s?\.\s?load\w*|genfromtxt|read_(?:csv|parquet|pickle|json)"
    r"|open|read_text|read_bytes|torch\s?\.\s?load|yf\s?\.\s?download)\s?\("
)
_DECIMAL = re.compile(r"(?<![\w.])\d{0,9}\.\d{1,20}(?![\w.])")


def _reads(source):
    """How a module may know what it was not shown; what runs as a script only doesn't count."""
    text = re.split(r"^if __name__", source, maxsplit=1, flags=re.MULTILINE)[0]
    if _FILES.search(text):
        return "reads a file"
    if len(_DECIMAL.findall(text)) > TABLE or max(map(len, text.splitlines()), default=0) > LONG:
        return "holds a table"
    return ""
