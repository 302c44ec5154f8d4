"""Two simulated hospitals: chest films with a known disease, and with a mark whose meaning we decide.

This is a declared simulation, not data: no labelled X-rays may be shipped with a course. Each film shows two
lungs, heart, spine, ribs and noise, different for every patient. The sick have an opacity low in one lung. The
first hospital's portable machine leaves a mark on its films; where it is sent to the sickest, the mark tells
the label, and a network that reads the mark alone looks excellent, until the second hospital, which has no
such machine.

What a film shows is kept in layers, so that the same patient can be drawn with and without the opacity, with
and without the mark: the counterfactual that real data never has.
"""

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

SIDE = 32
"""Films are SIDE by SIDE pixels."""
MARKS = ("marker", "tag", "exposure", "border")
BIASED = (0.05, 0.95)
"""How often a healthy and a sick patient of the first hospital has the mark, where the mark tells the label."""
CLEAN = (0.5, 0.5)
"""The same where it tells nothing."""
STUDY_SEED = 2026
KEPT = ("images", "labels", "hospital")
"""What a file of real films holds of the training and of the test cohort."""


class Patients(NamedTuple):
    """People, before anything is decided about disease or mark.

    Attributes:
        anatomy: (N, SIDE, SIDE), grey values from 0 to 255.
        opacity: (N, SIDE, SIDE), what the disease would add.
        noise: (N, SIDE, SIDE).
    """

    anatomy: np.ndarray
    opacity: np.ndarray
    noise: np.ndarray

    def films(self, sick, marked, mark="marker"):
        """Their X-rays.

        Args:
            sick: (N,) of 0 and 1: who has the opacity.
            marked: (N,) of 0 and 1: whose film has the mark.
            mark: One of MARKS.

        Returns:
            (N, SIDE, SIDE) of uint8.
        """
        grey = self.anatomy + self.opacity * np.asarray(sick)[:, None, None] + self.noise
        grey = np.where(np.asarray(marked, dtype=bool)[:, None, None], leave_mark(grey, mark), grey)
        return grey.clip(0, 255).round().astype(np.uint8)


class Cohort(NamedTuple):
    """Films with what is known about them.

    Attributes:
        images: (N, SIDE, SIDE) of uint8.
        labels: (N,) of 0 (healthy) and 1 (sick).
        hospital: (N,) of 0 (where the training films are from) and 1 (another one).
        marked: (N,) of 0 and 1; an audit is not told. ``None`` for real films: nobody knows.
        patients: Whose films these are; ``None`` for real films, which can't be drawn again without a mark.
    """

    images: np.ndarray
    labels: np.ndarray
    hospital: np.ndarray
    marked: np.ndarray | None = None
    patients: Patients | None = None


def draw_patients(rng, count, *, opacity=60.0, noise=12.0):
    """People with lungs, heart, spine and ribs of their own, and an opacity that waits low in one lung.

    Args:
        rng: Where chance comes from.
        count: How many.
        opacity: By how many grey values the disease brightens the lung, on average; or (count,) of them.
        noise: Standard deviation of a pixel's noise in grey values, or (count,) of them.
    """
    y, x = (grid[None] for grid in np.mgrid[0:SIDE, 0:SIDE] / (SIDE - 1))

    def person(mean, spread):
        return (mean + spread * rng.standard_normal(count))[:, None, None]

    def blob(cy, cx, sy, sx):
        return np.exp(-0.5 * (((y - cy) / sy) ** 2 + ((x - cx) / sx) ** 2))

    top, wide = person(0.48, 0.02), person(0.11, 0.008)
    lungs = blob(top, person(0.28, 0.015), 0.22, wide) + blob(top, person(0.72, 0.015), 0.22, wide)
    heart = blob(person(0.62, 0.02), person(0.56, 0.02), 0.13, person(0.12, 0.01))
    spine = np.exp(-0.5 * ((x - person(0.5, 0.008)) / 0.04) ** 2)
    ribs = np.sin(2 * np.pi * (person(7.0, 0.2) * (y + 0.25 * (x - 0.5) ** 2) + person(0, 0.2)))
    grey = 150 - 95 * lungs.clip(0, 1) + 45 * heart + 25 * spine + 5 * ribs * lungs.clip(0, 1)
    left = rng.random(count)[:, None, None] < 0.5
    place = blob(person(0.62, 0.02), np.where(left, 0.28, 0.72) + person(0, 0.02), 0.085, 0.075)
    strength = person(opacity, opacity / 8)
    grain = np.reshape(noise, (-1, 1, 1)) * rng.standard_normal((count, SIDE, SIDE))
    return Patients(grey + person(0, 5), strength * place, grain)


def leave_mark(grey, mark):
    """The films as the portable machine makes them: (N, SIDE, SIDE) of grey values → the same."""
    grey = np.array(grey, dtype=np.float64)
    if mark == "marker":  # a lead disc at the upper left
        grey[:, 2:5, 2:5] = 245
    elif mark == "tag":  # an L at the upper right
        grey[:, 2:8, 25] = 245
        grey[:, 7, 25:29] = 245
    elif mark == "exposure":
        grey += 25
    elif mark == "border":  # the edge of the collimator
        grey[:, :, :2] = 10
        grey[:, :, -2:] = 10
    else:
        raise ValueError(f"mark is {mark!r}; it can be {', '.join(MARKS)}")
    return grey


def draw_cohort(
    rng, hospital, *, rates=CLEAN, mark="marker", opacity=60.0, noise=(12.0, 12.0), prevalence=None
):
    """Films of both hospitals; half of the patients are sick. The second hospital leaves no mark.

    Args:
        rng: Where chance comes from.
        hospital: (N,) of 0 and 1: whose film each is.
        rates: How often the healthy and the sick of the first hospital are marked: BIASED or CLEAN.
        mark: One of MARKS.
        opacity: As in ``draw_patients``, or each hospital's: patients may be less ill at one of them.
        noise: Each hospital's; films of a noisier one are harder to read.
        prevalence: Each hospital's share of the sick, where it is not a half.
    """
    hospital = np.asarray(hospital, dtype=np.int64)
    if prevalence is None:
        labels = rng.permutation(len(hospital)) % 2
    else:
        labels = (rng.random(len(hospital)) < np.asarray(prevalence)[hospital]).astype(np.int64)
    marked = (rng.random(len(hospital)) < np.asarray(rates)[labels]).astype(np.int64) * (1 - hospital)
    ill = np.broadcast_to(opacity, 2)[hospital]
    patients = draw_patients(rng, len(hospital), opacity=ill, noise=np.asarray(noise)[hospital])
    return Cohort(patients.films(labels, marked, mark), labels, hospital, marked, patients)


def study(films=None):
    """The lab's study: films to train on, and films of both hospitals to test on.

    In the simulated study the portable machine is sent to the sick, and the disease is faint. Everybody who
    calls this gets the same films.

    Args:
        films: A file of real films, written by ``prepare_films.py``; by default what the environment variable
            CHEST_XRAYS says, and the simulation if it says nothing.

    Returns:
        The training films (320, all of the first hospital) and the test films (600 of each hospital).
    """
    films = films or os.environ.get("CHEST_XRAYS")
    if films:
        return read_films(Path(films))
    rng = np.random.default_rng(STUDY_SEED)
    return study_films(rng, np.zeros(320, int)), study_films(rng, np.repeat([0, 1], 600))


def study_films(rng, hospital):
    """Films as the simulated study has them: the portable machine is sent to the sick, and the disease is faint."""
    return draw_cohort(rng, hospital, rates=BIASED, opacity=20.0)


def read_films(file):
    """Real films as ``prepare_films.py`` wrote them: training and test cohort, without counterfactuals.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It holds something else; says what.
    """
    if not file.is_file():
        raise FileNotFoundError(f"{file} is not there: write it with prepare_films.py.")
    with np.load(file) as archive:
        absent = [f"{part}_{name}" for part in ("train", "test") for name in KEPT]
        absent = [name for name in absent if name not in archive]
        if absent:
            raise ValueError(f"{file} has no {', '.join(absent)}: write it with prepare_films.py.")
        parts = [Cohort(*(archive[f"{part}_{name}"] for name in KEPT)) for part in ("train", "test")]
    for cohort in parts:
        if cohort.images.ndim != 3 or cohort.images.dtype != np.uint8:
            raise ValueError(f"{file}: images are {cohort.images.dtype} of shape {cohort.images.shape}.")
        if not len(cohort.images) == len(cohort.labels) == len(cohort.hospital):
            raise ValueError(f"{file}: images, labels and hospitals are not equally many.")
    return parts[0], parts[1]
