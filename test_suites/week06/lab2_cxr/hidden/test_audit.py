"""The audit is audited: it is handed classifiers whose behaviour we know, because we made them."""

from grader.checks import check, fail
from test_suites.week06.lab2_cxr.hidden.measures import in_and_out
from test_suites.week06.lab2_cxr.hidden.predictors import ALIKE, HARDER, Linear, Places, draw_trial

NOBODY = (0.0, 0.0)
"""No film has a mark: whatever differs between the hospitals, nothing is exploited."""
UNMARKED = (
    Places(noise=(12.0, 40.0), prevalence=(0.25, 0.6)),
    Places(noise=(30.0, 12.0), prevalence=(0.6, 0.25)),
)
"""Hospitals without any mark that differ in how many are sick, and in how noisy films are."""
MILDER = (Places(opacity=(60.0, 45.0)), Places(opacity=(45.0, 60.0)))
"""Hospitals without any mark whose patients are not equally ill. Among the sick an honest score then tells the
hospital a little, and an audit of significance alone flags it: that is advice, for no text of the lab speaks of it.
The reference on 25 seeds: evidence of 0.048 to 0.102, 0.15 is its limit."""

ROUNDED = 6e-4
"""AUROCs may be rounded to three decimals."""


def ask(student, trial, classifier):
    """The student's audit of a classifier."""
    cohort = trial.cohort
    return student.audit.audit(classifier.on(student.audit), cohort.images, cohort.labels, cohort.hospital)


def trials(reference, rng, *, places=ALIKE):
    """One trial for each mark, every second one biased."""
    hospitals = reference.hospitals
    marks = rng.permutation(hospitals.MARKS)
    return [
        draw_trial(
            hospitals, rng, str(mark), rates=hospitals.CLEAN if i % 2 else hospitals.BIASED, places=places
        )
        for i, mark in enumerate(marks)
    ]


def unmarked(reference, rng, different):
    """One trial without a mark for each way in which the hospitals differ."""
    hospitals = reference.hospitals
    return [
        draw_trial(hospitals, rng, str(rng.choice(hospitals.MARKS)), rates=NOBODY, places=places)
        for places in different
    ]


def demand(student, trial, classifier, *, flagged, who, hint):
    """The audit says of this classifier what is true."""
    answer = ask(student, trial, classifier)
    flag = answer.item("exploits_artifact").flag()
    mark = trial.mark if trial.cohort.marked.any() else "none"
    if flag is not flagged:
        at_first, at_second = in_and_out(trial.cohort, classifier.scores(trial.cohort.images))
        raise fail(
            f"Your audit {'clears' if flagged else 'accuses'} {who}.",
            call=answer.call,
            yours=f"exploits_artifact is {flag}",
            expected=str(flagged),
            where=f"mark: {mark}; true AUROCs {at_first:.2f} and {at_second:.2f}",
            hint=hint,
        )


def aurocs_are_true(student, evidence, asked):
    """Both AUROCs of each classifier are those that the judge computes."""
    for trial, classifier in asked:
        answer = ask(student, trial, classifier)
        truth = in_and_out(trial.cohort, classifier.scores(trial.cohort.images))
        for name, true, other in zip(("in_auroc", "out_auroc"), truth, truth[::-1], strict=True):
            value = answer.item(name).number()
            evidence.measure(f"{name} minus the true one", abs(value - true), limit=ROUNDED)
            if abs(value - true) <= ROUNDED:
                continue
            swapped = abs(value - other) <= ROUNDED
            raise fail(
                f"{name} is wrong.",
                call=answer.call,
                yours=f"{value:.4f}",
                expected=f"{true:.4f}",
                diagnosis="The hospitals are swapped: in is hospital 0, out is hospital 1."
                if swapped
                else "",
                diagnosis_id="auroc-swapped" if swapped else "",
                hint="The share of pairs, one sick and one healthy, in which the sick scores higher.",
            )


@check("audit.aurocs", needs="audit.answer")
def test_aurocs(student, reference, rng, evidence):
    """in_auroc and out_auroc are the true AUROCs at each hospital."""
    first, *_ = trials(reference, rng, places=HARDER)
    aurocs_are_true(student, evidence, [(first, first.reads_disease), (first, first.reads_mark)])


@check("audit.ties", needs="audit.aurocs")
def test_ties(student, reference, rng, evidence):
    """The AUROCs are true where probabilities are tied: a tie counts half."""
    first, *_ = trials(reference, rng, places=HARDER)
    steps = first.reads_disease._replace(levels=4)
    always = Linear(0 * first.coin.weight, 0.0)
    aurocs_are_true(student, evidence, [(first, steps), (first, always)])


@check("audit.flags_mark_readers", needs="audit.answer")
def test_flags(student, reference, rng):
    """A classifier that reads a hospital's mark is flagged, whether or not the mark shows the label."""
    for trial in trials(reference, rng):
        demand(
            student,
            trial,
            trial.reads_mark,
            flagged=True,
            who="a classifier that reads nothing but the first hospital's mark",
            hint="Among patients with the same label, do the scores still depend on the hospital?",
        )


@check("audit.clears_disease_readers", needs="audit.answer")
def test_clears_readers(student, reference, rng):
    """A classifier that reads the disease is not flagged, even where films are harder or more people are sick."""
    for trial in [*trials(reference, rng, places=HARDER), *unmarked(reference, rng, UNMARKED)]:
        demand(
            student,
            trial,
            trial.reads_disease,
            flagged=False,
            who="a classifier that reads the disease, and does not see the mark",
            hint="A fall of the AUROC alone is no evidence: the other hospital's films may be harder to read.",
        )


@check("audit.clears_where_milder", needs="audit.clears_disease_readers")
def test_clears_where_milder(student, reference, rng):
    """A classifier that reads the disease is not flagged where patients of one hospital are a little less ill."""
    for trial in unmarked(reference, rng, MILDER):
        demand(
            student,
            trial,
            trial.reads_disease,
            flagged=False,
            who="a classifier that reads the disease, where patients of one hospital are a little less ill",
            hint="Milder cases score lower anywhere: with enough films any difference is significant. Ask how "
            "large it is, or whether the score follows when a film gets the mark.",
        )


@check("audit.clears_coins", needs="audit.answer")
def test_clears_coins(student, reference, rng):
    """A classifier that guesses is not flagged: it is useless, and exploits nothing."""
    for trial in trials(reference, rng)[:2]:
        for coin in (trial.coin, Linear(0 * trial.coin.weight, 0.3)):
            demand(
                student,
                trial,
                coin,
                flagged=False,
                who="a classifier that guesses"
                if coin.weight.any()
                else "a classifier that says always the same",
                hint="A low AUROC is no evidence of exploiting anything.",
            )


@check("audit.evidence", needs="audit.answer")
def test_evidence(student, reference, rng, evidence):
    """The evidence is larger for a reader of marks than for an honest classifier, and than for a coin."""

    def score(trial, classifier):
        told = ask(student, trial, classifier).item("evidence")
        return (told.item("score") if told.names() else told).number()

    for trial in trials(reference, rng, places=HARDER)[:2]:
        guilty = score(trial, trial.reads_mark)
        for who, classifier in (("a reader of disease", trial.reads_disease), ("a coin", trial.coin)):
            innocent = score(trial, classifier)
            evidence.measure(
                f"evidence against a reader of marks, less that against {who}", guilty - innocent
            )
            if not guilty > innocent:
                raise fail(
                    f"Your evidence against {who} is as large as against a reader of marks.",
                    yours=f"{innocent:.3g} against {who}, {guilty:.3g} against the reader of marks",
                    expected="the larger, the surer",
                    where=f"mark: {trial.mark}",
                    hint="What can be read from the images, or from a network's features, says nothing about "
                    "what its head uses: measure the predictions.",
                )
