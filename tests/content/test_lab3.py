"""Lab 3: what must pass, what must not, and what is never sent."""

import json
from pathlib import Path

import numpy as np
import pytest

from grader.records import Outcome
from test_suites.week06.lab3_lstm.public.markets import simulated
from tests.content import lab3

pytestmark = pytest.mark.torch
OTHER = Path(__file__).parent / "other_lab3"
REPORT = """# Report

Our LSTM (dropout 10%) has an MSE of {lstm[mse]:.3e}, that is {worse:.1%} {word} than AR(1)'s {ar1[mse]:.3e}.
Out of sample its R2 is {lstm[r2]:.2%}; AR(1) has {ar1[r2]:.2%}, the constant training mean 0%.
Does the LSTM beat AR(1)? With DM = {lstm[dm]:.2f} it does not. The last value ({last[mse]:.4f}) is worst,
and p < 0.05 would prove little.
"""


@pytest.fixture(scope="module")
def other_documents():
    results = lab3.experiment(OTHER, seed=3, epochs=1)
    parsed = json.loads(results)
    parsed["dropout"] = 0.1
    scores = parsed["scores"]
    ratio = scores["lstm"]["mse"] / scores["ar1"]["mse"] - 1
    report = REPORT.format(**scores, worse=abs(ratio), word="more" if ratio > 0 else "less")
    return {"results.json": json.dumps(parsed), "REPORT.md": report}


def test_a_correct_lab_that_is_written_quite_differently_passes(other_documents):
    found = lab3.SUITE.run(lab3.sources(OTHER) | other_documents)
    assert {id: r.finding for id, r in found.items() if r.outcome is not Outcome.PASSED} == {}


def test_the_results_in_the_reference_are_what_its_experiment_writes():
    ours = json.loads(lab3.experiment(lab3.FOLDER))
    kept = json.loads(lab3.documents()["results.json"])
    assert ours["scores"]["ar1"] == pytest.approx(kept["scores"]["ar1"], rel=1e-4, abs=1e-6)
    # another build of torch may sum in another order
    assert ours["scores"]["lstm"]["mse"] == pytest.approx(kept["scores"]["lstm"]["mse"], rel=0.01)
    assert {k: v for k, v in ours.items() if k not in ("scores", "forecasts")} == {
        k: v for k, v in kept.items() if k not in ("scores", "forecasts")
    }


WITNESS = """

def witness(function, log={log!r}):  # writes down how many days it is shown
    def seen(*args, **kwargs):
        with open(log, "a") as file:
            for days in (len(a) for a in args if isinstance(a, np.ndarray)):
                print(function.__name__, days, file=file)
        return function(*args, **kwargs)
    return seen

fit, forecast = witness(fit), witness(forecast)
"""


@pytest.mark.parametrize(
    ("check", "days"), [("lstm.learns", 1400), ("lstm.market", 1800), ("lstm.past", 3270)]
)
def test_the_future_is_never_sent_and_the_past_in_rising_order(check, days, tmp_path):
    log = tmp_path / "shown"
    log.touch()
    source = lab3.sources()["lstm.py"] + WITNESS.format(log=str(log))
    found = lab3.finding(check, {"lstm.py": source})
    assert found is None or "reads a file" in found.headline  # the witness writes one
    shown = [(name, int(length)) for name, length in map(str.split, log.read_text().splitlines())]
    begin = max(i for i, (name, _) in enumerate(shown) if name == "fit")
    (_, training), *asked = shown[begin:]
    lengths = [length for name, length in asked if name == "forecast"]
    assert len(lengths) >= 40
    assert lengths == sorted(set(lengths))
    assert training <= lengths[0]
    horizon = 3 if check == "lstm.learns" else 10
    assert lengths[-1] <= days - horizon


LAST_RETURN = """

def forecast(model, history, honest=forecast, log={log!r}):  # writes down the newest return
    with open(log, "a") as file:
        print(repr(float(np.log(history[-1, 0] / history[-2, 0]))), file=file)
    return honest(model, history)
"""


def test_what_the_experiment_is_asked_again_comes_in_rising_order_of_days(tmp_path):
    log = tmp_path / "shown"
    log.touch()
    source = lab3.sources()["lstm.py"] + LAST_RETURN.format(log=str(log))
    assert lab3.finding("results.reproduced", {"lstm.py": source}) is None
    prices = lab3.prices()[:, 0]
    returns = np.log(prices[1:] / prices[:-1])
    shown = [float(line) for line in log.read_text().splitlines()][-160:]  # lstm.repeats was asked before
    days = [int(np.abs(returns - r).argmin()) for r in shown if abs(returns - r).min() < 1e-12]
    assert len(days) == 120  # the noisy ones are no known returns
    assert days == sorted(days)


def test_the_container_holds_no_future_and_no_claims(tmp_path):
    log = tmp_path / "seen"
    source = (
        lab3.sources()["lstm.py"]
        + f"""
import basket, pathlib
with open({str(log)!r}, "w") as file:
    print(float(basket.load().prices[-1, 0]), *sorted(p.name for p in pathlib.Path(basket.__file__).parent.iterdir()), file=file)
"""
    )
    lab3.finding("lstm.shape", {"lstm.py": source, "basket.py": (lab3.FOLDER / "basket.py").read_text()})
    price, *names = log.read_text().split()
    assert float(price) != pytest.approx(lab3.prices()[-1, 0])
    assert "prices.npz" in names
    assert not {"results.json", "REPORT.md"} & set(names)


def test_an_instructors_short_basket_will_do_and_the_results_must_be_about_it(tmp_path):
    prices = simulated(np.random.default_rng(0), 1000, 5)
    days = np.datetime64("2015-01-01") + np.arange(1000)
    lines = ["Date,A,B,C,D,E", *(f"{day}," + ",".join(map(str, row)) for day, row in zip(days, prices))]
    file = tmp_path / "prices.csv"
    file.write_text("\n".join(lines))
    assert lab3.finding("lstm.market", data=tmp_path) is None
    finding = lab3.finding("results.protocol", data=tmp_path)
    assert "not about the basket" in finding.headline
    assert "prices.csv" in finding.expected


def test_documents_that_are_missing_fail_in_words():
    for check in ("results.complete", "report.numbers"):
        finding = lab3.SUITE.run({"results.json": None}, only=[check])["results.complete"].finding
        assert finding.headline == "results.json is missing."


@pytest.mark.parametrize(
    ("old", "new", "check", "words"),
    [
        ('"days": 3270', '"days": 3500', "results.protocol", "not about the basket"),
        ('"horizon": 10', '"horizon": 5', "results.protocol", "another horizon"),
        ('"test_from": 2282', '"test_from": 2283', "results.protocol", "one row of forecasts"),
        ('"lstm_beats_ar1": false', '"lstm_beats_ar1": 0', "results.complete", "true or false"),
        ('"days": 3270', '"days": 1e999', "results.complete", "not finite"),
        ('"days": 3270', '"days": 10000000000000000000000000', "results.complete", "too long to be read"),
        ('"seed": 0', '"seed": "0"', "results.complete", "array was expected"),
        ("[-0.009017,", '["x",', "results.complete", "array was expected"),
        ("[-0.009017,", "[", "results.complete", "wrong shape"),
    ],
)
def test_odd_results_fail_in_words(old, new, check, words):
    results = lab3.documents()["results.json"]
    assert results.count(old) == 1
    found = lab3.SUITE.run({"results.json": results.replace(old, new)}, only=[check])
    first = next(result for result in found.values() if result.outcome is Outcome.FAILED)
    assert first.id == check
    assert words in first.finding.headline


@pytest.mark.parametrize(
    ("sentence", "passes"),
    [
        ("The LSTM beats AR(1).", False),
        ("Our LSTM clearly outperforms every baseline we have.", False),
        ("The LSTM does not beat AR(1).", True),
        ("The LSTM beats the naive last value, which means nothing.", True),
        ("Does the LSTM beat AR(1)?", True),
        ("In-sample the LSTM wins.", True),
        ("AR(1) beats the LSTM.", True),
    ],
)
def test_only_a_plain_claim_of_victory_is_a_wrong_conclusion(sentence, passes):
    assert (lab3.finding("report.conclusion", {"REPORT.md": sentence}) is None) is passes
