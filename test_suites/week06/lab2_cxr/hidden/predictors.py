"""Classifiers whose behaviour we know, because we made them: linear in the pixels, from paired films.

Paired films (the same patients with and without the mark, with and without the disease) give the two
directions along which a mark and a disease move a film. A reader of one is the best linear discriminant
along its direction that does not move along the other's.
"""

from typing import NamedTuple

import numpy as np

from test_suites.week06.lab2_cxr.hidden.measures import crossed_gap, in_and_out, tells_hospital

FILMS = 1600
LUCK = {"told": 0.035, "gap": 0.05, "coin": 0.035}
"""What chance may do to a coin or an honest reader on the films of a trial; luckier trials are drawn again, so that
an audit that asks for significance is not misled either. Two of three draws are kept."""


class Linear(NamedTuple):
    """A logistic classifier: sigmoid of weight · pixels + bias, in steps if ``levels`` is not 0."""

    weight: np.ndarray
    bias: float
    levels: int = 0

    def scores(self, images):
        """(N, H, W) → (N,) probabilities, as the tool ``predictor`` gives them."""
        p = 1 / (1 + np.exp(-(images.reshape(len(images), -1) @ self.weight.ravel() + self.bias)))
        return np.round(p * self.levels) / self.levels if self.levels else p

    def on(self, side):
        """This classifier on the student's side: something to call with images."""
        return side.tool("predictor", self.weight, self.bias, self.levels)


class Trial(NamedTuple):
    """Films of two hospitals, and a classifier for each way to behave."""

    cohort: object
    mark: str
    reads_mark: Linear
    reads_disease: Linear
    coin: Linear


class Places(NamedTuple):
    """What else differs between the hospitals: the first's, the second's.

    Attributes:
        noise: Of a pixel, in grey values: films of a noisier one are harder to read.
        opacity: Of the disease: patients may be less ill at one of them.
        prevalence: Share of the sick; ``None``: a half at either.
    """

    noise: tuple[float, float] = (12.0, 12.0)
    opacity: tuple[float, float] = (60.0, 60.0)
    prevalence: tuple[float, float] | None = None


ALIKE, HARDER = Places(), Places(noise=(12.0, 40.0))


def draw_trial(hospitals, rng, mark, *, rates, places=ALIKE):
    """A trial in which chance plays no part in what an audit must say.

    Args:
        hospitals: The reference's simulation.
        rng: Where chance comes from.
        mark: What the first hospital's machine leaves.
        rates: How often it is left on the healthy and on the sick: mostly on the sick, on anybody, on nobody.
        places: What else differs.
    """
    while True:
        trial = _draw(hospitals, rng, mark, rates, places)
        if _is_plain(trial, places):
            return trial


def _is_plain(trial, places):
    """Whether chance left the innocent in peace. Milder cases move a reader of disease, and not by chance."""
    cohort = trial.cohort
    innocent = [trial.coin] if len(set(places.opacity)) > 1 else [trial.coin, trial.reads_disease]
    scores = [classifier.scores(cohort.images) for classifier in innocent]
    return (
        all(tells_hospital(cohort, s) < LUCK["told"] for s in scores)
        and all(abs(crossed_gap(cohort, s)) < LUCK["gap"] for s in scores)
        and all(abs(value - 0.5) < LUCK["coin"] for value in in_and_out(cohort, scores[0]))
    )


def _draw(hospitals, rng, mark, rates, places):
    where = np.repeat([0, 1], FILMS // 2)
    cohort = hospitals.draw_cohort(rng, where, rates=rates, mark=mark, **places._asdict())
    nobody, everybody = np.zeros(FILMS, int), np.ones(FILMS, int)
    films = cohort.patients.films
    plain = films(nobody, nobody).reshape(FILMS, -1).astype(float)
    by_mark = (films(cohort.labels, everybody, mark).astype(float) - films(cohort.labels, nobody)).mean(0)
    by_disease = (films(everybody, nobody).astype(float) - films(nobody, nobody)).mean(0)
    directions = np.stack([by_mark.ravel(), by_disease.ravel(), plain.mean(0)])
    covariance = np.cov(plain.T) + 25 * np.eye(plain.shape[1])
    reads_mark = _discriminant(covariance, directions[0], directions[1])
    reads_disease = _discriminant(covariance, directions[1], directions[0])
    basis = np.linalg.qr(directions.T)[0]
    chance = rng.standard_normal(plain.shape[1])
    chance -= basis @ (basis.T @ chance)
    at_first = cohort.images[cohort.hospital == 0].reshape(-1, plain.shape[1]) @ chance
    # A reader of disease errs, and errs more where films are noisier: its AUROC is 0.9, and 0.7 there.
    reads_disease = reads_disease / (reads_disease @ directions[1]) + 0.5 * chance / at_first.std()
    return Trial(cohort, mark, *(_scaled(w, cohort.images) for w in (reads_mark, reads_disease, chance)))


def _discriminant(covariance, along, against):
    """The direction that tells ``along`` best from what varies anyway, and does not see ``against``."""
    inverse = np.linalg.solve(covariance, np.stack([along, against], axis=1))
    return inverse[:, 0] - inverse[:, 1] * (against @ inverse[:, 0]) / (against @ inverse[:, 1])


def _scaled(weight, images):
    """Logits with mean 0 and standard deviation 1.5, so that probabilities use their whole range."""
    raw = images.reshape(len(images), -1) @ weight
    side = images.shape[1:]
    return Linear((1.5 * weight / raw.std()).reshape(side), float(-1.5 * raw.mean() / raw.std()))
