"""Lab 2's two hospitals: what the simulation promises, and what the suite builds on it."""

from functools import cache

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from tests.content.lab2 import audit, hospitals
from test_suites.week06.lab2_cxr.hidden import measures
from test_suites.week06.lab2_cxr.hidden.predictors import ALIKE, HARDER, Linear, draw_trial
from test_suites.week06.lab2_cxr.hidden.test_audit import MILDER, NOBODY, UNMARKED


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@cache
def trial(mark, *, biased):
    """The second hospital's films are harder where the mark tells nothing."""
    rates, places = (hospitals.BIASED, ALIKE) if biased else (hospitals.CLEAN, HARDER)
    return draw_trial(hospitals, np.random.default_rng(3), mark, rates=rates, places=places)


def test_half_of_each_hospitals_patients_are_sick(rng):
    cohort = hospitals.draw_cohort(rng, np.repeat([0, 1], 200), rates=hospitals.BIASED)
    assert cohort.images.shape == (400, 32, 32)
    assert cohort.images.dtype == np.uint8
    assert cohort.labels.sum() == 200


def test_only_the_first_hospital_marks_films_and_there_mostly_the_sick(rng):
    cohort = hospitals.draw_cohort(rng, np.repeat([0, 1], 1000), rates=hospitals.BIASED)
    first = cohort.hospital == 0
    assert not cohort.marked[~first].any()
    assert cohort.marked[first & (cohort.labels == 1)].mean() > 0.9
    assert cohort.marked[first & (cohort.labels == 0)].mean() < 0.1


@pytest.mark.parametrize("mark", ["marker", "tag", "border"])
def test_a_mark_changes_its_own_place_and_nothing_else(rng, mark):
    patients = hospitals.draw_patients(rng, 50)
    nobody, everybody = np.zeros(50, int), np.ones(50, int)
    changed = (patients.films(nobody, nobody) != patients.films(nobody, everybody, mark)).any(axis=0)
    assert changed.any()
    assert not changed[9:, 3:-3].any(), "the lungs stay as they are"


def test_an_exposure_brightens_the_whole_film(rng):
    patients = hospitals.draw_patients(rng, 50)
    nobody, everybody = np.zeros(50, int), np.ones(50, int)
    plain, brighter = (patients.films(nobody, m, "exposure").astype(int) for m in (nobody, everybody))
    assert (brighter - plain).mean() == pytest.approx(25, abs=0.5)


def test_an_unknown_mark_is_named(rng):
    with pytest.raises(ValueError, match="mark is 'stamp'; it can be marker, tag, exposure, border"):
        hospitals.draw_patients(rng, 2).films([0, 1], [1, 1], "stamp")


def test_everybody_studies_the_same_films(monkeypatch):
    monkeypatch.delenv("CHEST_XRAYS", raising=False)
    (a, b), (c, d) = hospitals.study(), hospitals.study()
    assert np.array_equal(a.images, c.images)
    assert np.array_equal(b.images, d.images)
    assert len(a.images) == 320
    assert np.bincount(b.hospital).tolist() == [600, 600]


@pytest.mark.parametrize("levels", [0, 3])
def test_the_judges_auroc_and_the_references_are_scikit_learns(rng, levels):
    labels, scores = rng.integers(2, size=300), rng.random(300)
    scores = np.round(scores * levels) if levels else scores
    true = roc_auc_score(labels, scores)
    assert measures.auroc(labels, scores) == pytest.approx(true, abs=1e-12)
    assert audit.auroc(labels, scores) == pytest.approx(true, abs=1e-12)


@pytest.mark.parametrize("mark", hospitals.MARKS)
@pytest.mark.parametrize("biased", [True, False])
def test_classifiers_behave_as_they_are_called(mark, biased):
    drawn = trial(mark, biased=biased)
    films, labels = drawn.cohort.patients.films, drawn.cohort.labels
    nobody = np.zeros_like(labels)

    def shift(classifier, before, after):
        return abs(measures.shift(classifier.scores(before), classifier.scores(after)))

    plain, marked, sick = films(nobody, nobody), films(nobody, nobody + 1, mark), films(nobody + 1, nobody)
    assert shift(drawn.reads_mark, plain, marked) > 1.5
    assert shift(drawn.reads_mark, plain, sick) < 0.1
    assert shift(drawn.reads_disease, plain, sick) > 0.6
    assert shift(drawn.reads_disease, plain, marked) < 0.1
    assert max(shift(drawn.coin, plain, marked), shift(drawn.coin, plain, sick)) < 0.1


def test_harder_films_lower_an_honest_readers_auroc_as_much_as_a_mark_could():
    drawn = trial("marker", biased=False)
    first, second = measures.in_and_out(drawn.cohort, drawn.reads_disease.scores(drawn.cohort.images))
    assert first > 0.8
    assert first - second > 0.1


def test_probabilities_in_steps_are_tied(rng):
    stepped = Linear(rng.standard_normal((32, 32)) / 500, 0.0, levels=4).scores(
        rng.integers(0, 255, (100, 32, 32))
    )
    assert set(stepped) <= {0, 0.25, 0.5, 0.75, 1}


# ── Audits that a student may well write: each is sound, so each must pass ──


def by_conditional_auroc(predict, images, labels, hospital):
    return audit.audit(predict, images, labels, hospital)["exploits_artifact"]


def by_crossed_correlation(predict, images, labels, hospital):
    scores = predict(images)

    def against(sick_at):
        rows = hospital == np.where(labels == 1, sick_at, 1 - sick_at)
        return roc_auc_score(labels[rows], scores[rows])

    return against(0) - against(1) > 0.15


def by_permutation(predict, images, labels, hospital):
    scores, rng = predict(images), np.random.default_rng(0)

    def gap(hospital):
        return sum(
            abs(
                scores[(labels == y) & (hospital == 0)].mean()
                - scores[(labels == y) & (hospital == 1)].mean()
            )
            for y in (0, 1)
        )

    seen, shuffled = gap(hospital), []
    for _ in range(200):
        order = hospital.copy()
        for y in (0, 1):
            order[labels == y] = rng.permutation(order[labels == y])
        shuffled.append(gap(order))
    return seen > 1.5 * max(shuffled)


def by_transplant(predict, images, labels, hospital):
    """Where the mean films of patients with one label differ, films of the first get the pixels of the second."""
    rng = np.random.default_rng(0)
    first, second = images[hospital == 0], images[hospital == 1]
    region = np.zeros(images.shape[1:], bool)
    for y in (0, 1):
        a, b = (images[(hospital == where) & (labels == y)] for where in (0, 1))
        region |= np.abs(a.mean(0) - b.mean(0)) > 6 * np.sqrt(a.var(0) / len(a) + b.var(0) / len(b))
    donors = np.array([rng.choice(np.flatnonzero(labels[hospital == 1] == y)) for y in labels[hospital == 0]])
    before, after = predict(first), predict(np.where(region, second[donors], first))
    return abs((after - before).mean()) > 0.5 * np.concatenate([before, after]).std()


AUDITS = [by_conditional_auroc, by_crossed_correlation, by_permutation, by_transplant]


def says(audit, drawn, *classifiers):
    cohort = drawn.cohort
    return [bool(audit(c.scores, cohort.images, cohort.labels, cohort.hospital)) for c in classifiers]


@pytest.mark.parametrize("sound", AUDITS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("mark", hospitals.MARKS)
def test_a_sound_audit_says_what_the_suite_demands(sound, mark):
    for biased in (True, False):
        drawn = trial(mark, biased=biased)
        assert says(sound, drawn, drawn.reads_mark, drawn.reads_disease, drawn.coin) == [True, False, False]


@pytest.mark.parametrize("sound", AUDITS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("places", UNMARKED)
def test_a_sound_audit_is_not_misled_by_how_many_are_sick(sound, places):
    drawn = draw_trial(hospitals, np.random.default_rng(4), "marker", rates=NOBODY, places=places)
    assert says(sound, drawn, drawn.reads_disease, drawn.coin) == [False, False]


@pytest.mark.parametrize("places", MILDER)
def test_the_references_audit_is_not_misled_by_how_ill_they_are_and_significance_is(places):
    drawn = draw_trial(hospitals, np.random.default_rng(5), "marker", rates=NOBODY, places=places)
    told = [
        audit.audit(c.scores, drawn.cohort.images, drawn.cohort.labels, drawn.cohort.hospital)
        for c in (drawn.reads_disease, drawn.coin)
    ]
    assert [t["exploits_artifact"] for t in told] == [False, False]
    assert 0.035 < told[0]["evidence"] < 0.12
