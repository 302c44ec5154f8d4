"""REPORT.md reports what was found, in numbers that are true."""

import re

from grader.checks import check, fail, numbers_agree, numbers_of
from grader.checks.claims import claims_in
from test_suites.week06.lab3_lstm.hidden import claims

RAW = ("forecasts",)
WINS = re.compile(
    r"\blstm\b[^.!?]{0,200}\b(beats?|outperforms?|wins|surpass\w*|is better|superior)\b[^.!?]{0,200}",
    re.IGNORECASE,
)
DOUBTS = re.compile(
    r"\b(no|not|never|neither|nor|nothing|none|hardly|fails?|without|if|whether|would|naive|last|only|zero|luck"
    r"|noise|in.sample|training)\b|n't|\?",
    re.IGNORECASE,
)


@check("report.numbers", needs="results.complete")
def test_numbers(documents, reference, lab, evidence):
    """Every number in REPORT.md stands in results.json, or is what the judge measured."""
    known = numbers_of(documents.results.json(), without=RAW)
    text = documents.report.present()
    found = claims.read(documents, reference.basket.load(lab.data.get("prices")))
    scores, _ = claims.measured(found, reference)
    known |= {f"measured {who} {what}": value for who, of in scores.items() for what, value in of.items()}
    # How the numbers compare is what the report is about.
    for who in scores:
        known[f"mse of {who} over that of ar1"] = scores[who]["mse"] / scores["ar1"]["mse"]
        known[f"mse of {who} over that of ar1, less 1"] = scores[who]["mse"] / scores["ar1"]["mse"] - 1
        known[f"mse of lstm over that of {who}"] = scores["lstm"]["mse"] / scores[who]["mse"]
        known[f"mse of lstm over that of {who}, less 1"] = scores["lstm"]["mse"] / scores[who]["mse"] - 1
    known |= {"threshold": claims.CLEARLY_BETTER}
    numbers_agree(text, known, file=documents.report.file, evidence=evidence)


@check("report.gap", needs="results.complete")
def test_gap(documents):
    """REPORT.md reports the gap: the error of the LSTM beside AR(1), the last value and a constant."""
    text = documents.report.present()
    written = claims_in(text)
    scores = documents.results.json().item("scores")
    for who, name in (("lstm", "the LSTM"), ("ar1", "AR(1)"), ("last", "the last value")):
        values = [scores.item(who).item(what).number() for what in ("mse", "r2")]
        if not any(
            abs(abs(said) - abs(v)) <= 1.02 * rounding for said, rounding, *_ in written for v in values if v
        ):
            raise fail(
                f"REPORT.md gives neither the MSE nor the R2 of {name}.",
                expected=f"scores.{who} of results.json",
                hint="A forecast is only as good as what it is compared with: put all of them side by side.",
            )
    if not re.search(r"\b(mean|zero|constant)\b", text, re.IGNORECASE):
        raise fail(
            "REPORT.md does not compare with a constant forecast.",
            expected="the training mean, or zero",
            hint="An LSTM that beats the last value has beaten nothing: the constant does so, too.",
        )


@check("report.wording", needs="results.protocol")
def test_wording(documents, reference, lab):
    """No sentence of REPORT.md says that the LSTM wins where the numbers don't."""
    found = claims.read(documents, reference.basket.load(lab.data.get("prices")))
    scores, _ = claims.measured(found, reference)
    if claims.clearly_better(scores):
        return
    for line, text in enumerate(documents.report.present().splitlines(), start=1):
        said = next((m[0] for m in WINS.finditer(text) if not DOUBTS.search(text)), None)
        if said:
            raise fail(
                "A sentence says that the LSTM wins, but the numbers don't.",
                yours=said[:120],
                where=f"{documents.report.file}, line {line}",
                expected=f"dm = {scores['lstm']['dm']:.2f} against AR(1): better would be below -2.33",
            )
