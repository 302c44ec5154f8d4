"""The basket of daily closes that the lab is about.

By default ten large US stocks from 2010-01-04 to 2022-12-28, adjusted closes, in ``prices.npz`` beside this
file: it can be handed out with the starter. They come from scikit-folio's ``sp500_dataset`` (the package is
under the BSD 3-Clause licence), whose makers say: "This dataset is provided solely for testing and example
purposes. It is a stale dataset and does not reflect current or accurate market prices. It is not intended for
investment, trading, or commercial use." Made by

    pip download --no-deps skfolio==1.12.2 && python basket.py skfolio-1.12.2-*.whl

An instructor's own basket is a CSV as Yahoo Finance gives it, one column of closes per ticker:

    Date,AAPL,MSFT,…
    2010-01-04,6.42,23.3,…

Call it prices.csv in the folder that ``grade --data`` is given; for students, LAB3_PRICES names the file.
"""

import csv
import gzip
import os
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

TICKERS = ("AAPL", "BAC", "CVX", "GE", "JNJ", "JPM", "KO", "MSFT", "WMT", "XOM")
FIRST_DAY = "2010-01-04"
INSIDE = "skfolio/datasets/data/sp500_dataset.csv.gz"
MILLS = 1000
"""The source has three decimals, so prices are kept as whole thousandths of a dollar."""
FEWEST_DAYS = 1000
"""Fewer days than four years leave too little to test on."""


class Basket(NamedTuple):
    """Daily closes."""

    prices: np.ndarray
    """(T, N) of float64, positive, in rising order of days."""
    days: tuple[str, ...]
    """T dates, ``2010-01-04``."""
    tickers: tuple[str, ...]
    name: str


def load(csv_file=None):
    """The basket: an instructor's CSV if there is one, else the ten stocks that come with the lab.

    Args:
        csv_file: Its path; by default what LAB3_PRICES says.

    Raises:
        FileNotFoundError: A file was named that isn't there.
        ValueError: It is no table of daily closes; says which line is wrong, and how.
    """
    csv_file = csv_file or os.environ.get("LAB3_PRICES")
    if csv_file:
        return read_csv(Path(csv_file))
    with np.load(Path(__file__).with_name("prices.npz")) as file:
        prices = np.cumsum(file["steps"], axis=0, dtype=np.int64) / MILLS
        days = tuple(str(day) for day in np.datetime64(FIRST_DAY) + file["days"])
    return Basket(prices, days, TICKERS, "ten US stocks, 2010-2022")


def read_csv(path):
    """A table of closes: a date and a price per ticker in each line; lines with a gap are left out."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    if not rows or len(rows[0]) < 2 or rows[0][0].strip().lower() != "date":
        raise ValueError(f"{path}: the first line must be 'Date' and the tickers.")
    tickers = tuple(name.strip() for name in rows[0][1:])
    days, prices = [], []
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(rows[0]):
            raise ValueError(
                f"{path}, line {number}: {len(row)} cells, but the first line has {len(rows[0])}."
            )
        if any(cell.strip().lower() in ("", "nan", "null") for cell in row[1:]):
            continue
        try:
            day, closes = str(np.datetime64(row[0].strip()[:10], "D")), [float(cell) for cell in row[1:]]
        except ValueError as error:
            raise ValueError(f"{path}, line {number}: {error}.") from None
        if not all(0 < close < np.inf for close in closes):
            raise ValueError(f"{path}, line {number}: a close must be a positive number.")
        if days and day <= days[-1]:
            raise ValueError(f"{path}, line {number}: {day} does not come after {days[-1]}.")
        days.append(day)
        prices.append(closes)
    if len(days) < FEWEST_DAYS:
        raise ValueError(f"{path}: {len(days)} complete days; the lab needs at least {FEWEST_DAYS}.")
    return Basket(np.array(prices), tuple(days), tickers, path.name)


def pack(wheel):
    """Write prices.npz from skfolio's wheel: differences of whole mills, which compress well."""
    with zipfile.ZipFile(wheel) as archive:
        text = gzip.decompress(archive.read(INSIDE)).decode()
    header, *rows = csv.reader(text.splitlines())
    kept = [row for row in rows if row[0] >= FIRST_DAY]
    columns = [header.index(ticker) for ticker in TICKERS]
    mills = np.rint(np.array([[float(row[c]) for c in columns] for row in kept]) * MILLS).astype(np.int32)
    days = (np.array([row[0] for row in kept], "datetime64[D]") - np.datetime64(FIRST_DAY)).astype(np.int16)
    steps = np.diff(mills, axis=0, prepend=np.zeros((1, len(columns)), np.int32))
    np.savez_compressed(Path(__file__).with_name("prices.npz"), steps=steps, days=days)


if __name__ == "__main__":
    pack(sys.argv[1])
