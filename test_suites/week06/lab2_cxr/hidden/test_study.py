"""The study: the student's network is trained again as results.json says, and measured by the judge."""

import numpy as np

from grader.checks import Plot, Series, check, fail
from test_suites.week06.lab2_cxr.hidden.measures import auroc, crossed_gap, in_and_out, logit, shift
from test_suites.week06.lab2_cxr.public.test_interface import probabilities

ALLOWED = {"in_auroc": 0.1, "out_auroc": 0.2}
"""Training again on another machine rounds otherwise, and takes another path. Reference, initial weights moved by
1e-7 (10 runs), and by other seeds (8 runs): in 0.95 to 0.98, out 0.55 to 0.73."""
EXPLOITS = {"gap": 0.18, "shift": 0.65}
"""Both beyond: it reads the mark. The reference in the biased study: gap at least 0.29, shift at least 1.4."""
HONEST = {"gap": 0.1, "shift": 0.3}
"""Both within: it does not. Networks trained on unbiased films: gap at most 0.02, shift at most 0.19."""


@check("results.reproduced", needs=("results.fields", "train.learns"), seconds=300)
def test_reproduced(student, reference, documents, lab, evidence):
    """Trained again with its epochs and seed, your network is what results.json says: its AUROCs, its fault."""
    results = documents.results.json()
    epochs, seed = (int(results.item(name).array((), kind="integer")) for name in ("epochs", "seed"))
    films, tests = reference.hospitals.study(lab.data.get("films"))
    net = student.train.train(films.images, films.labels, epochs=epochs, seed=seed)

    def scores(images):
        return probabilities(student, net, images)

    p = scores(tests.images)
    evidence.plot(_roc(tests, p))
    marked = None
    if tests.patients is not None:
        nobody = np.zeros_like(tests.labels)
        marked = [scores(tests.patients.films(tests.labels, m)) for m in (nobody, nobody + 1)]
        evidence.plot(_shifts(*marked))
    for name, where, value in zip(ALLOWED, ("first", "second"), in_and_out(tests, p), strict=True):
        _claim_holds(results.item(name), value, ALLOWED[name], where, evidence)
    if marked is not None:
        measured = {"gap": crossed_gap(tests, p), "shift": shift(*marked)}
        _conclusion_holds(results.item("exploits_artifact"), measured, evidence)


def _claim_holds(claim, value, allowed, where, evidence):
    claimed = claim.number()
    evidence.measure(f"AUROC at the {where} hospital, measured by us", value)
    evidence.measure(f"claimed minus measured at the {where} hospital", abs(claimed - value), limit=allowed)
    if abs(claimed - value) > allowed:
        raise fail(
            f"The claimed AUROC at the {where} hospital is not your network's.",
            call=claim.call,
            yours=f"{claimed:.3f}",
            expected=f"{value:.3f}, measured after training again",
            allowed=f"{allowed:g} more or less",
            hint="Let a script write results.json: train with the epochs and seed that stand there, then audit.",
        )


def _conclusion_holds(claim, measured, evidence):
    evidence.measure("AUROC with the hospitals crossed, gap", measured["gap"])
    evidence.measure("shift of the score by the mark, in standard deviations", measured["shift"])
    exploits = all(abs(measured[name]) >= EXPLOITS[name] for name in EXPLOITS)
    honest = all(abs(measured[name]) <= HONEST[name] for name in HONEST)
    if claim.value is not exploits and (exploits or honest):
        raise fail(
            f"Your network {'reads the mark' if exploits else 'does not read the mark'}; "
            f"{claim.call} says the opposite.",
            yours=str(claim.value),
            expected=str(exploits),
            how_far=f"the mark alone moves the score by {measured['shift']:.1f} standard deviations",
        )


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
