"""The study: the student's network is trained again as results.json says, and measured by the judge."""

from typing import NamedTuple

import numpy as np

from grader.checks import Answer, CheckFailed, Plot, Series, ask, check, fail
from test_suites.week06.lab2_cxr.hidden.measures import auroc, crossed_gap, in_and_out, logit, shift
from test_suites.week06.lab2_cxr.hidden.predictors import draw_trial
from test_suites.week06.lab2_cxr.public.test_interface import probabilities

ALLOWED = {"in_auroc": 0.1, "out_auroc": 0.2}
"""Training again on another machine rounds otherwise, and takes another path. Reference, initial weights moved by
1e-7 (10 runs), and by other seeds (8 runs): in 0.94 to 0.98, out 0.55 to 0.73."""
EXPLOITS = {"gap": 0.18, "shift": 0.65}
"""Both beyond: it reads the mark. The reference in the biased study: gap at least 0.26, shift at least 1.1."""
HONEST = {"gap": 0.1, "shift": 0.3}
"""Both within: it does not. In between either answer will do: unbiased films gave shifts up to 0.42."""
EVIDENCE = 0.5
"""Of the way from a coin's evidence to that of a reader of marks. The reference trained again with three seeds:
0.24 to 0.26, where the way is a quarter long."""
RUNS = 3
"""Now and then a training ends in a spike (1 of 18 of the reference's): then it is repeated with the next seed."""


class Run(NamedTuple):
    """What the judge measured of a network that the student's code trained.

    Attributes:
        net: On the student's side.
        scores: Of the test films, as they are.
        aurocs: At the first hospital and at the second.
        pair: The scores of the same films without and with the mark; ``None`` for real films.
        signs: Of reading the mark: ``gap`` and ``shift``; empty for real films.
    """

    net: Answer
    scores: np.ndarray
    aurocs: tuple[float, float]
    pair: tuple[np.ndarray, np.ndarray] | None
    signs: dict[str, float]


class Audited(NamedTuple):
    """What the student's own audit says of a network.

    Attributes:
        score: Its evidence.
        flag: Whether the network exploits an artifact.
        way: How much more evidence it has against a reader of marks than against a coin.
    """

    score: float
    flag: bool
    way: float


@check("results.reproduced", needs=("results.fields", "train.learns"), seconds=300)
def test_reproduced(student, reference, documents, lab, rng, evidence):
    """Trained and audited again, your network is what results.json says: its AUROCs, the evidence, its fault."""
    results = documents.results.json()
    epochs, seed = (results.item(name).whole() for name in ("epochs", "seed"))
    films, tests = reference.hospitals.study(lab.data.get("films"))
    doubts = []
    for again in range(RUNS):
        run = trained_again(student, films, tests, epochs, seed + again)
        doubt = doubt_about_aurocs(results, run)
        if doubt is None:
            break
        doubts.append(doubt)
    _note(tests, run, evidence)
    if len(doubts) == RUNS:
        raise doubts[0]
    conclusion_holds(results.item("exploits_artifact"), run)
    if tests.patients is None:
        return
    evidence.note("The films are simulated, 32 by 32 pixels: no labelled X-rays come with the course.")
    if (told := audited(student, reference.hospitals, rng, run.net, tests)) is None:
        evidence.note("Your audit of this network was not repeated: it did not come to an end here.")
        return
    evidence.measure("evidence of your audit against this network", told.score)
    evidence_holds(results, told)


def trained_again(student, films, tests, epochs, seed):
    """Train the student's network on the study, and measure it."""
    net = student.train.train(films.images, films.labels, epochs=epochs, seed=seed)
    scores = probabilities(student, net, tests.images)
    if tests.patients is None:
        return Run(net, scores, in_and_out(tests, scores), None, {})
    nobody = np.zeros_like(tests.labels)
    without, with_mark = (
        probabilities(student, net, tests.patients.films(tests.labels, marked))
        for marked in (nobody, nobody + 1)
    )
    signs = {"gap": abs(crossed_gap(tests, scores)), "shift": abs(shift(without, with_mark))}
    return Run(net, scores, in_and_out(tests, scores), (without, with_mark), signs)


def doubt_about_aurocs(results, run):
    """The claimed AUROC that this run contradicts, as a failure; ``None`` if it contradicts neither."""
    for name, where, value in zip(ALLOWED, ("first", "second"), run.aurocs, strict=True):
        claim = results.item(name)
        if abs(claim.number() - value) > ALLOWED[name]:
            return fail(
                f"The claimed AUROC at the {where} hospital is not your network's.",
                call=claim.call,
                yours=f"{claim.number():.3f}",
                expected=f"{value:.3f}, measured after training again",
                allowed=f"{ALLOWED[name]:g} more or less",
                hint="Let run_study.py write results.json: it trains with the epochs and seed that stand there.",
            )
    return None


def conclusion_holds(claim, run):
    """Whether the network reads the mark is as claimed, or can't be told for sure."""
    exploits = bool(run.signs) and all(run.signs[name] >= EXPLOITS[name] for name in EXPLOITS)
    honest = bool(run.signs) and all(run.signs[name] <= HONEST[name] for name in HONEST)
    claimed = claim.flag()
    if claimed is not exploits and (exploits or honest):
        raise fail(
            f"Your network {'reads' if exploits else 'does not read'} the mark; {claim.call} says the opposite.",
            yours=str(claimed),
            expected=str(exploits),
            how_far=f"the mark alone moves the score by {run.signs['shift']:.1f} standard deviations",
        )


def audited(student, hospitals, rng, net, tests):
    """The student's audit of the student's network; ``None`` if it fails, which other checks are about."""
    trial = draw_trial(hospitals, rng, "marker", rates=hospitals.BIASED)

    def asked(classify, cohort):
        return student.audit.audit(classify, cohort.images, cohort.labels, cohort.hospital)

    def score(answer):
        told = answer.item("evidence")
        return (told.item("score") if told.names() else told).number()

    try:
        guilty, innocent = (
            score(asked(classifier.on(student.audit), trial.cohort))
            for classifier in (trial.reads_mark, trial.coin)
        )
        predict = student.train.get("train", "predict", "predict")
        answer = asked(student.train.tool("asked", predict, net), tests)
        return Audited(score(answer), answer.item("exploits_artifact").flag(), guilty - innocent)
    except CheckFailed:
        return None


def evidence_holds(results, told):
    """The claimed evidence and conclusion are those of the student's own audit, as far as training repeats itself.

    Raises:
        CheckUndecided: They are not: typed, or another machine's training took quite another path.
    """
    claim = results.item("evidence").number()
    allowed = EVIDENCE * max(told.way, 0.0)
    if not abs(claim - told.score) <= allowed:
        raise ask(
            "Your audit of the network that was trained again gives other evidence than results.json.",
            yours=f"{claim:.4g}",
            expected=f"{told.score:.4g}",
            allowed=f"{allowed:.2g} more or less, half the way from a coin to a reader of marks",
            hint="Let run_study.py write results.json. Another machine rounds otherwise: then they may differ.",
        )
    flag = results.item("exploits_artifact").flag()
    if told.flag is not flag:
        raise ask(
            "Your audit of the network that was trained again concludes the opposite of results.json.",
            yours=f"exploits_artifact is {str(flag).lower()}",
            expected=f"{str(told.flag).lower()}, with evidence {told.score:.4g}",
        )


def _note(tests, run, evidence):
    for where, value in zip(("first", "second"), run.aurocs, strict=True):
        evidence.measure(f"AUROC at the {where} hospital, measured by us", value, better="higher")
    evidence.plot(_roc(tests, run.scores))
    if run.pair is not None:
        evidence.measure("AUROC lost where the hospitals are crossed", run.signs["gap"])
        evidence.measure("shift of the score by the mark, in standard deviations", run.signs["shift"])
        evidence.plot(_shifts(*run.pair))


def _roc(tests, p):
    series = []
    for hospital, name, role in ((0, "first hospital", "yours"), (1, "second hospital", "other")):
        sick, scores = tests.labels[tests.hospital == hospital] == 1, p[tests.hospital == hospital]
        cuts = np.append(np.inf, np.unique(scores)[::-1])
        false, true = ([float((scores[rows] >= cut).mean()) for cut in cuts] for rows in (~sick, sick))
        label = f"{name}, AUROC {auroc(sick, scores):.3f}"
        series.append(Series(label=label, x=tuple(false), y=tuple(true), role=role))
    series.append(Series(label="chance", x=(0.0, 1.0), y=(0.0, 1.0), role="limit"))
    return Plot(
        title="ROC at both hospitals",
        x_label="healthy called sick",
        y_label="sick called sick",
        series=tuple(series),
    )


def _shifts(without, with_mark):
    share = tuple(float(q) for q in np.linspace(0, 1, 101))
    lines = (("without the mark", without, "reference"), ("with the mark", with_mark, "yours"))
    return Plot(
        title="The same films, with and without the mark",
        x_label="share of films with a smaller score",
        y_label="logit of the score",
        series=tuple(
            Series(label=label, x=share, y=tuple(float(v) for v in np.quantile(logit(p), share)), role=role)
            for label, p, role in lines
        ),
    )
