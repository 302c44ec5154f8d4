"""The whole lab on the basket: ``python experiment.py`` writes results.json.

The test days are walked in order. Each forecast is made from the prices up to its day, by models that were
fitted on the training days alone.
"""

import json
from pathlib import Path

import basket
import numpy as np
from baselines import AR1, LastValue
from data import forward_returns, split
from evaluate import evaluate
from lstm import fit, forecast

HORIZON, SEED, EPOCHS = 10, 0, 5


def run(prices, *, horizon=HORIZON, seed=SEED, epochs=EPOCHS):
    """What results.json holds.

    Forecasts are rounded before they are scored, so that everything in the file follows from the file.

    Args:
        prices: (T, N).
        horizon: In days.
        seed: Of the LSTM.
        epochs: Of its training.

    Returns:
        A dict of plain numbers: days (T), horizon, seed, epochs; train_days (``fit`` saw the prices of days
        0 … train_days - 1); test_from (the first test day; every later day that has a target is one); scores
        (of lstm, ar1, last and mean); lstm_beats_ar1; forecasts (of the LSTM, a row for each test day).
    """
    train, test = split(len(prices), horizon=horizon)
    train_days = int(train[-1]) + horizon + 1
    returns, targets = np.diff(np.log(prices), axis=0), forward_returns(prices, horizon)
    known = returns[: train_days - 1]
    ar1, last = AR1(), LastValue()
    for baseline in (ar1, last):
        baseline.fit(known)
    model = fit(prices[:train_days], horizon=horizon, seed=seed, epochs=epochs)
    train_mean = targets[train].mean(axis=0)
    forecasts = {
        "lstm": np.round([forecast(model, prices[: t + 1]).astype(float) for t in test], 6),
        "ar1": np.array([ar1.forecast(returns[:t], horizon) for t in test]),
        "last": np.array([last.forecast(returns[:t], horizon) for t in test]),
        "mean": np.tile(train_mean, (len(test), 1)),
    }
    scores = evaluate(forecasts, targets[test], train_mean=train_mean, horizon=horizon)
    return {
        "days": len(prices),
        "horizon": horizon,
        "seed": seed,
        "epochs": epochs,
        "train_days": train_days,
        "test_from": int(test[0]),
        "scores": {n: {k: float(f"{v:.6g}") for k, v in s.items()} for n, s in scores.items()},
        "lstm_beats_ar1": bool(scores["lstm"]["dm"] < -2.33 and scores["lstm"]["r2"] > 0),
        "forecasts": forecasts["lstm"].tolist(),
    }


def written(results):
    """As JSON, a day's forecasts in a line."""
    rows = ",\n".join(f"  {json.dumps(row)}" for row in results["forecasts"])
    rest = {name: value for name, value in results.items() if name != "forecasts"}
    return json.dumps(rest, indent=1).removesuffix("\n}") + f',\n "forecasts": [\n{rows}\n ]\n}}\n'


if __name__ == "__main__":
    Path("results.json").write_text(written(run(basket.load().prices)), encoding="utf-8")
