"""REPORT.md is read: each number with whose it is and what it measures, and what the report concludes."""

import re

from grader.checks import Topic, ask, check, claims_hold, fail, figures, sentences
from test_suites.week06.lab3_lstm.public.test_results import SCORES

OWNERS = (
    Topic(
        "mean",
        r"training[ -]mean|mean[ -](?:forecast|return|model|predict\w*)|\bconstant\b(?! (?:learning|rate|lr"
        r"|variance))"
        r"|\bthe mean\b(?! (?:squared?|error))|^mean$|\bhistorical (?:mean|average)",
    ),
    Topic("zero", r"\bzero\b(?=[ -](?:forecast|return|model|predict|baseline))|^zero$|forecast of zero"),
    Topic(
        "last", r"\blast[ -]?value|\bpersistence\b|\bna[iï]ve\b|^last$|\blastvalue\b|last 10[- ]day return"
    ),
    Topic("ar1", r"\bAR ?\(1\)|\bAR-?1\b|\bauto-?regressi\w+"),
    Topic(
        "lstm",
        r"\bLSTMs?\b|\brecurrent net\w*|\bour (?:neural )?(?:net\w*|model)\b|\bthe (?:neural )?net(?:work)?\b",
    ),
)
"""Whose numbers there are, special names before general ones."""
QUANTITIES = (
    Topic("rmse", r"\bRMSEs?\b|root[ -]mean[ -]squared?(?:[ -]error)?"),
    Topic("mse", r"\bMSEs?\b|mean[ -]squared?[ -](?:prediction[ -])?error"),
    Topic("r2", r"\bR ?2\b|\bR-?squared\b|\boos[ -]?r2\b"),
    Topic("dm", r"\bDM\b|\bDiebold\b(?:.{0,3}Mariano)?"),
)
SAID = 0.005
"""Of a ratio: what is closer to 1 is no gap that anybody would write down."""
NAMED = {"lstm": "the LSTM", "ar1": "AR(1)", "last": "the last value", "mean": "the training mean"}

_BETTER = (
    r"beats?|beat|outperform\w*|wins|won|surpass\w*|superior|defeats?|dominates?|better than"
    r"|(?:is|was|performs?|performed|does|did|works?) (?:\w+ ){0,2}(?:better|best)|(?:smaller|lower|lowest"
    r"|smallest) (?:mse|error)"
    r"|(?:best|better) (?:model|forecaster|predictor|performer|of (?:all|the))|more accurate|improves? (?:up)?on"
)
_LSTM = r"(?:lstm|our (?:model|net\w*)|the (?:neural )?net(?:work)?)"
WINS = re.compile(rf"\b{_LSTM}\b(?:(?!\bar ?\(?1).){{0,120}}?\b(?:{_BETTER})", re.IGNORECASE)
"""The LSTM stands before the word that says better, and AR(1) not between them."""
DENIES = re.compile(
    r"\b(?:no|not|cannot|never|neither|nor|nothing|none|hardly|barely|fail\w*|without|if|whether|would"
    r"|could|na[iï]ve|last"
    r"|persistence|random walk|zero|in.sample|training|validation|luck\w*|noise|tomorrow|price.?levels?"
    r"|less|worse|unless"
    r"|than (?:the |our |an? )?lstm|untrained|far from|myth|reject\w*|instead|hope\w*|expect\w*|naively"
    r"|apart from|until)\b"
    r"|n[\u2019']t\b|\?",
    re.IGNORECASE,
)
"""Words under which the same sentence says something else."""
WEAKENS = re.compile(
    r"\b(?i:might|may|should|claim\w*|believ\w*|seem\w*|look\w*|appear\w*|chance|even|although|though|but"
    r"|however|when"
    r"|insignifican\w*|where|because|only|test\w*|try|tried|literature|papers?|often|sometimes|some|most"
    r"|seeds?|epochs?"
    r"|runs?|on average|how|why|slightly|marginal\w*|nominal\w*|random|guess\w*|stocks?|assets?|tickers?"
    r"|of (?:the )?ten"
    r"|\d+ of)\b|[\"“”]|\b(?!LSTM|MSE|RMSE|DM|OOS|AR|HLN|SSE|OLS)[A-Z]{2,5}\b"
)
"""Words under which it may: a person reads it."""


def facts(results):
    """What results.json says, by owner and quantity: the fields that the lab asks for, and nothing else."""
    scores = results.item("scores")
    found = {
        (who, what): scores.item(who).item(what).number() for who, asked in SCORES.items() for what in asked
    }
    found |= {(who, "rmse"): found[who, "mse"] ** 0.5 for who in SCORES if found[who, "mse"] >= 0}
    return found | {("mean", "r2"): 0.0, ("ar1", "dm"): 0.0}


@check("report.numbers", needs="results.complete")
def test_numbers(documents, evidence):
    """Every MSE, RMSE, R2 and DM that REPORT.md gives to a forecaster is that forecaster's, with its sign."""
    claims_hold(
        documents.report.present(),
        facts(documents.results.json()),
        owners=OWNERS,
        quantities=QUANTITIES,
        file=documents.report.file,
        errors=("mse", "rmse"),
        evidence=evidence,
    )


@check("report.gap", needs="results.complete")
def test_gap(documents):
    """REPORT.md reports the gap: the error of the LSTM beside those of AR(1) and of the last value."""
    known, written = facts(documents.results.json()), figures(documents.report.present())
    for who in ("lstm", "ar1", "last"):
        values = [known[who, what] for what in ("mse", "rmse", "r2") if known.get((who, what))]
        if who != "lstm":  # "8 % worse than AR(1)" tells the gap, too
            ratios = [known["lstm", e] / known[who, e] for e in ("mse", "rmse") if known.get((who, e))]
            values += [share for r in ratios for share in (r, r - 1, 1 / r, 1 / r - 1) if abs(share) > SAID]
        if not any(number.states(value) for number in written for value in values):
            raise fail(
                f"REPORT.md gives neither an error nor the R2 of {NAMED[who]}.",
                expected=f"scores.{who} of results.json, or the LSTM's error as a share of it",
                hint="A forecast is only as good as what it is compared with: put all of them side by side.",
            )


@check("report.constant", needs="results.complete")
def test_constant(documents):
    """REPORT.md compares with a constant forecast, too: the training mean, or zero."""
    if not re.search(r"\b(?:mean|average|zero|constant|drift)\b", documents.report.present(), re.IGNORECASE):
        raise fail(
            "REPORT.md does not compare with a constant forecast.",
            expected="the training mean, or zero",
            hint="An LSTM that beats the last value has beaten nothing: the constant does so, too.",
        )


@check("report.conclusion", needs="results.complete")
def test_conclusion(documents):
    """REPORT.md does not say that the LSTM is better than AR(1) where `lstm_beats_ar1` is false."""
    report, results = documents.report, documents.results.json()
    text = report.present()
    if results.item("lstm_beats_ar1").flag():
        return
    claims = [s for s in sentences(text) if WINS.search(s.text) and not DENIES.search(s.text)]
    plain = [s for s in claims if not WEAKENS.search(s.text)]
    scores = results.item("scores").item("lstm")
    expected = (
        f"lstm_beats_ar1 is false: dm {scores.item('dm').number():.2f}, r2 {scores.item('r2').number():.4f}"
    )
    if plain:
        raise fail(
            "A sentence says that the LSTM wins, but your results don't.",
            yours=plain[0].text[:160],
            where=f"{report.file}, line {plain[0].line}",
            expected=expected,
            hint="That it does not win is a fine result: say so.",
        )
    if claims:
        raise ask(
            "A sentence may say that the LSTM wins: a person reads it.",
            yours=claims[0].text[:160],
            where=f"{report.file}, line {claims[0].line}",
            expected=expected,
        )
