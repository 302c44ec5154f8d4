"""Lab 3's own tools: the basket, the cell by hand, the scores."""

import importlib.util

import numpy as np
import pytest

from grader.judge.reference import Reference
from test_suites.week06.lab3_lstm.hidden import cells, skill, walking
from tests.content import lab3

reference = Reference(lab3.FOLDER)


def table(rows=1100):
    days = np.datetime64("2010-01-04") + np.arange(rows)
    return ["Date,AAA,BBB", *(f"{day},{10 + i * 0.01:.2f},{20 + i % 7}" for i, day in enumerate(days))]


def read(tmp_path, lines):
    file = tmp_path / "closes.csv"
    file.write_text("\n".join(lines))
    return reference.basket.load(file)


def test_the_basket_is_ten_stocks_in_rising_order_of_days():
    basket = reference.basket.load()
    assert basket.prices.shape == (3270, 10) == (len(basket.days), len(basket.tickers))
    assert (basket.days[0], basket.days[-1]) == ("2010-01-04", "2022-12-28")
    assert list(basket.days) == sorted(set(basket.days))
    assert (basket.prices > 0).all()
    assert basket.prices[-1, basket.tickers.index("AAPL")] == pytest.approx(125.674)


def test_an_instructors_table_is_read_and_lines_with_gaps_are_left_out(tmp_path, monkeypatch):
    lines = table()
    lines[5] = lines[5].rpartition(",")[0] + ",null"
    basket = read(tmp_path, lines)
    assert basket.prices.shape == (1099, 2)
    assert basket.tickers == ("AAA", "BBB")
    monkeypatch.setenv("LAB3_PRICES", str(tmp_path / "closes.csv"))
    assert reference.basket.load().name == "closes.csv"


@pytest.mark.parametrize(
    ("line", "text", "told"),
    [
        (0, "Day,AAA,BBB", "first line"),
        (3, "2010-01-06,1.0", "line 4: 2 cells"),
        (3, "2010-01-06,1.0,x", "line 4: could not convert"),
        (3, "2010-01-06,1.0,-2", "line 4: a close must be a positive number"),
        (3, "2010-01-06,1.0,inf", "line 4: a close must be a positive number"),
        (3, "2010-01-01,1.0,2.0", "does not come after"),
        (3, "06/01/2010,1.0,2.0", "line 4"),
    ],
)
def test_a_table_with_a_fault_is_reported_by_its_line(tmp_path, line, text, told):
    lines = table()
    lines[line] = text
    with pytest.raises(ValueError, match=told):
        read(tmp_path, lines)


@pytest.mark.parametrize("stamp", ["{day}", "{day} 00:00:00", "{day} 00:00:00-05:00"])
def test_yahoos_closes_are_read_as_they_are_saved(tmp_path, stamp):
    header, *rows = table()
    rows = [f"{stamp.format(day=row.partition(',')[0])},{row.partition(',')[2]}" for row in rows]
    assert read(tmp_path, [header, *rows]).days[0] == "2010-01-04"


def test_yahoos_table_of_several_prices_is_refused_in_words(tmp_path):
    lines = ["Price,Close,Close", "Ticker,AAA,BBB", "Date,,", *table()[1:]]
    with pytest.raises(ValueError, match="the first line must be 'Date' and the tickers"):
        read(tmp_path, lines)


def test_a_table_that_is_too_short_is_refused(tmp_path):
    with pytest.raises(ValueError, match="200 complete days"):
        read(tmp_path, table(200))


@pytest.mark.torch
@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not here")
def test_the_cell_by_hand_is_torchs():
    import torch

    rng = np.random.default_rng(0)
    layer = torch.nn.LSTM(3, 5, batch_first=True, dtype=torch.float64)
    x = rng.normal(size=(4, 9, 3))
    w = cells.Weights(*(getattr(layer, name).detach().numpy() for name in cells.PARAMETERS))
    hidden, (_, cell) = layer(torch.tensor(x))
    ours, our_cell = cells.states(w, x)
    assert np.allclose(ours, hidden.detach().numpy(), atol=1e-12)
    assert np.allclose(our_cell[:, -1], cell[0].detach().numpy(), atol=1e-12)


def test_the_slips_of_a_cell_are_far_from_the_truth_and_from_each_other():
    rng = np.random.default_rng(1)
    w = cells.Weights(*(rng.uniform(-0.4, 0.4, size) for size in ((24, 3), (24, 6), (24,), (24,))))
    x = rng.normal(size=(4, 12, 3)) * 1.5
    values = [cells.last_hidden(w, x), *cells.slips(w, x).values()]
    for i, one in enumerate(values):
        for other in values[:i]:
            assert np.abs(one - other).max() > 1e-2


def test_diebold_mariano_for_one_step_is_students_t():
    d = np.random.default_rng(2).normal(size=50) + 0.2
    t = d.mean() / (d.std(ddof=1) / np.sqrt(50))
    assert reference.evaluate.diebold_mariano(d, 1) == pytest.approx(t, rel=1e-12)


def test_overlap_makes_the_statistic_smaller():
    d = np.convolve(np.random.default_rng(3).normal(size=309) + 0.3, np.ones(10) / 10, "valid")
    assert abs(reference.evaluate.diebold_mariano(d, 10)) < 0.6 * abs(
        reference.evaluate.diebold_mariano(d, 1)
    )


def test_a_constant_forecast_has_no_skill_and_its_interval_holds_zero():
    rng = np.random.default_rng(4)
    targets, mean = rng.normal(size=(60, 3)) * 0.05, np.full(3, 0.001)
    low, middle, high = skill.by_asset(np.zeros_like(targets), targets, mean, rng)
    assert (low < 0).all()
    assert (high > 0).all()
    assert (abs(middle) < 0.01).all()


def test_days_to_forecast_from_do_not_overlap():
    at = walking.origins(1099, 1800, 10, 60)
    assert at[0] == 1099
    assert (np.diff(at) >= 10).all()
    assert at[-1] + 10 < 1800
