"""Real films for the study: ChestX-ray14 and a second hospital's folder, made small and put into one file.

    python prepare_films.py CHESTXRAY14 SECOND films.npz --finding Effusion

CHESTXRAY14 is a folder of the NIH's data set as it is handed out: ``Data_Entry_2017.csv`` (or a later edition),
and the PNG files anywhere below it. A part of the images will do. SECOND is a folder with ``labels.csv``, whose
columns are ``image`` (a file's name) and ``sick`` (0 or 1), and those image files anywhere below it.

Films are drawn half sick, half healthy ("No Finding"), one film per patient, so that no patient is in training
and test. Decoding needs Pillow (``pip install pillow``), here and nowhere else: what reads the file needs NumPy.
"""

import argparse
import csv
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np

HEALTHY = "No Finding"
ENTRIES = "Data_Entry_2017*.csv"
COLUMNS = ("Image Index", "Finding Labels", "Patient ID")
LABELS = ("image", "sick")
SHOWN = 5


class Film(NamedTuple):
    """An image file with its label."""

    file: Path
    sick: int
    patient: str


def chestxray14(folder, finding):
    """The films of ChestX-ray14 that show the finding, or nothing at all, and whose files are there.

    Raises:
        FileNotFoundError: The table, or every image that it names, is missing; says what is there.
        ValueError: The table has other columns, or not this finding.
    """
    tables = sorted(folder.glob(ENTRIES))
    if not tables:
        raise FileNotFoundError(f"{folder} has no {ENTRIES}; it has {_contents(folder)}.")
    rows = _rows(tables[-1], COLUMNS)
    found = Counter(name for row in rows for name in row["Finding Labels"].split("|"))
    if finding not in found or finding == HEALTHY:
        known = ", ".join(sorted(set(found) - {HEALTHY}))
        raise ValueError(f"{tables[-1]} has no finding {finding!r}; it has {known}.")
    labels = {HEALTHY: 0, finding: 1}
    wanted = [(row, max(labels.get(name, -1) for name in row["Finding Labels"].split("|"))) for row in rows]
    return _there(
        folder,
        [(row["Image Index"], sick, row["Patient ID"]) for row, sick in wanted if sick >= 0],
        tables[-1],
    )


def second_hospital(folder):
    """The films of the second hospital.

    Raises:
        FileNotFoundError: ``labels.csv``, or every image that it names, is missing; says what is there.
        ValueError: It has other columns, or labels other than 0 and 1.
    """
    table = folder / "labels.csv"
    if not table.is_file():
        raise FileNotFoundError(f"{folder} has no labels.csv; it has {_contents(folder)}.")
    rows = _rows(table, LABELS)
    for number, row in enumerate(rows, start=2):
        if row["sick"] not in ("0", "1"):
            raise ValueError(f"{table}, line {number}: sick is {row['sick']!r}; it must be 0 or 1.")
    return _there(folder, [(row["image"], int(row["sick"]), row["image"]) for row in rows], table)


def draw(films, count, rng, where):
    """``count`` films, half sick, half healthy, each of another patient.

    Raises:
        ValueError: There are too few; says how many.
    """
    by_patient = {}
    for i in rng.permutation(len(films)):
        by_patient.setdefault(films[i].patient, films[i])
    chosen = []
    for sick, word in ((1, "sick"), (0, "healthy")):
        candidates = [film for film in by_patient.values() if film.sick == sick]
        if len(candidates) < count // 2:
            raise ValueError(
                f"{where} has films of {len(candidates)} {word} patients; {count // 2} are needed."
            )
        chosen += candidates[: count // 2]
    return [chosen[i] for i in rng.permutation(len(chosen))]


def read_image(file, side):
    """A film as (side, side) of uint8, averaged over what falls into each pixel.

    Raises:
        ValueError: It is no image.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(file) as image:
            return np.asarray(image.convert("L").resize((side, side), Image.Resampling.BOX))
    except (UnidentifiedImageError, OSError) as error:
        raise ValueError(f"{file} can't be read as an image: {error}.") from None


def prepare(first, second, *, train, test, side, seed, read=read_image):
    """Choose films and make them small.

    Args:
        first: Films of the hospital to train on.
        second: Films of the other one.
        train: How many to train on.
        test: How many of each hospital to test on.
        side: Pixels of a side.
        seed: Decides which films are chosen.
        read: File and side → image.

    Returns:
        Arrays by name, as ``hospitals.read_films`` expects them.
    """
    rng = np.random.default_rng(seed)
    drawn = draw(first, train + test, rng, "the first hospital")
    # A half of the test films, and of the training films, is sick: split each label by itself.
    sick, healthy = ([film for film in drawn if film.sick == label] for label in (1, 0))
    parts = {"train": [], "test": []}
    for films in (sick, healthy):
        parts["train"] += films[: train // 2]
        parts["test"] += films[train // 2 :]
    places = {"train": [0] * len(parts["train"]), "test": [0] * len(parts["test"])}
    elsewhere = draw(second, test, rng, "the second hospital")
    parts["test"] += elsewhere
    places["test"] += [1] * len(elsewhere)
    arrays = {}
    for part, films in parts.items():
        order = rng.permutation(len(films))
        arrays[f"{part}_images"] = np.stack([read(films[i].file, side) for i in order])
        arrays[f"{part}_labels"] = np.array([films[i].sick for i in order])
        arrays[f"{part}_hospital"] = np.array([places[part][i] for i in order])
    return arrays


def _rows(table, columns):
    with table.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        absent = [name for name in columns if name not in (reader.fieldnames or ())]
        if absent:
            raise ValueError(
                f"{table} has no column {', '.join(absent)}; it has {', '.join(reader.fieldnames or ())}."
            )
        return list(reader)


def _there(folder, named, table):
    """The films whose files are below the folder; some may be missing, not all."""
    files = {file.name: file for file in folder.rglob("*") if file.is_file()}
    films = [Film(files[name], sick, patient) for name, sick, patient in named if name in files]
    if not films:
        raise FileNotFoundError(
            f"None of the {len(named)} images that {table} names is below {folder}; it has {_contents(folder)}."
        )
    return films


def _contents(folder):
    if not folder.is_dir():
        return "nothing: it is not there"
    names = sorted(entry.name for entry in folder.iterdir())
    return (
        ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
        or "nothing"
    )


def main():
    """The command."""
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    for name in ("chestxray14", "second", "out"):
        options.add_argument(name, type=Path)
    options.add_argument("--finding", default="Effusion")
    for name, default in (("train", 320), ("test", 600), ("side", 32), ("seed", 0)):
        options.add_argument(f"--{name}", type=int, default=default)
    given = options.parse_args()
    try:
        first, second = chestxray14(given.chestxray14, given.finding), second_hospital(given.second)
        arrays = prepare(first, second, train=given.train, test=given.test, side=given.side, seed=given.seed)
    except (OSError, ValueError) as error:
        options.exit(2, f"{error}\n")
    np.savez_compressed(given.out, **arrays)


if __name__ == "__main__":
    main()
