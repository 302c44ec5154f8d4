"""The memo and the results it speaks of, as text. Whether the reasoning is sound, a person judges."""

import re

from grader.checks import Topic, ask, check, claims_hold, fail, figures, sentences

WORDS = 400
ALLOWED = 40
"""Ten per cent."""
RESULTS = ("in_auroc", "out_auroc", "exploits_artifact", "evidence", "epochs", "seed")
_PLACE = r"(?:hospital|site|cent(?:er|re)|institution|cohort)"
OWNERS = (
    Topic(
        "second",
        rf"\b(?:second|other|external|new|unseen|outside|target|another) (?:{_PLACE}|set)"
        rf"|\bhospital[ -]?(?:1|b|two)\b"
        r"|\bout[ -]of[ -](?:distribution|domain)|\bexternal(?:ly)?\b|\bOOD\b|\bout_auroc\b|\belsewhere\b"
        r"|\bsecond (?:one|place)\b",
    ),
    Topic(
        "first",
        rf"\b(?:first|own|internal|original|source|training|home|same) {_PLACE}|\bhospital[ -]?(?:0|a|one)\b"
        r"|\b(?:in|within)[ -](?:distribution|domain)|\binternal(?:ly)?\b|\bin_auroc\b|\bat home\b",
    ),
)
"""Whose numbers there are."""
QUANTITIES = (
    Topic("AUROC", r"\bAUC[ -]?ROC\b|\bAU(?:RO)?Cs?\b|\bROC[ -]?AUC\b|\barea under\b(?:.{0,20}curve)?"),
)

_MARK = r"(?:arti?e?facts?|marks?|markers?|tags?|disc|shortcuts?|hospital)"
GUILTY = re.compile(
    r"\b(?:network|model|classifier|resnet\w*|it)\b[^.;]{0,30}\b(?:exploits|relies on|is exploiting)\b"
    rf"[^.;]{{0,40}}\b{_MARK}\b",
    re.IGNORECASE,
)
"""Says that the network reads a mark."""
INNOCENT = re.compile(
    r"\b(?:does not|doesn[\u2019']t|did not|didn[\u2019']t|never)\b[^.;]{0,30}\b(?:exploit|rely on|use|read)"
    rf"[^.;]{{0,40}}\b{_MARK}\b|\b(?:is|are) (?:\w+ )?(?:unbiased|bias[ -]free|free (?:of|from) bias)\b"
    r"|\bno (?:evidence|sign|indication) (?:that|of)\b[^.;]{0,60}\b(?:exploit|arti?e?fact|bias|shortcut)",
    re.IGNORECASE,
)
"""Says that it doesn't."""
HYPOTHETICAL = re.compile(
    r"\b(?:if|whether|would|could|might|may|should|honest|fair|balanced|mask\w*|after|second|retrain\w*"
    r"|ideal|expect\w*"
    r"|hop\w*|claim\w*|question|ask\w*|until|unless|an? (?:network|model|classifier|reader)|that (?:reads"
    r"|does)|alone"
    r"|only|prove\w*|show\w*|mean\w*|suggest\w*|seem\w*|not (?:exclude|rule))\b|\?",
    re.IGNORECASE,
)
"""Words under which a sentence may be about another network."""


def words_of(text):
    """What a word counter counts: runs of text that hold a letter or a digit, headings included."""
    return [word for word in text.split() if re.search(r"\w", word)]


@check("memo.length")
def test_length(documents, evidence):
    """MEMO.md has 400 words, 10 % more or less."""
    count = len(words_of(documents.memo.present()))
    evidence.measure("words of the memo", count)
    if abs(count - WORDS) > ALLOWED:
        raise fail(
            f"{documents.memo.file} is too {'long' if count > WORDS else 'short'}.",
            yours=f"{count} words",
            expected=f"{WORDS} words",
            allowed=f"{WORDS - ALLOWED} to {WORDS + ALLOWED} words",
        )


@check("results.fields")
def test_fields(documents):
    """results.json says both AUROCs, exploits_artifact and evidence, and the epochs and seed they came from."""
    results = documents.results.json()
    for name in ("in_auroc", "out_auroc"):
        value = results.item(name, names=RESULTS).number()
        if not 0 <= value <= 1:
            raise fail(
                f"{name} is no AUROC.", call=results.call, yours=f"{value:g}", expected="between 0 and 1"
            )
    results.item("exploits_artifact", names=RESULTS).flag("exploits_artifact must be true or false.")
    results.item("evidence", names=RESULTS).number()
    for name, least, most in (("epochs", 1, 10), ("seed", 0, 2**31 - 1)):
        answer = results.item(name, names=RESULTS)
        value = answer.whole()
        if not least <= value <= most:
            raise fail(
                f"{name} is out of range.",
                call=answer.call,
                yours=str(value),
                expected=f"{least} to {most}",
            )


def facts(results):
    """What results.json says, by owner and quantity."""
    return {
        ("first", "AUROC"): results.item("in_auroc").number(),
        ("second", "AUROC"): results.item("out_auroc").number(),
    }


@check("memo.findings", needs="results.fields")
def test_findings(documents):
    """The memo reports both AUROCs, and names the hospitals."""
    text, results = documents.memo.present(), documents.results.json()
    written = figures(text)
    for (where, _), value in facts(results).items():
        if not any(number.states(value) or number.scaled(0.01).states(value) for number in written):
            raise fail(
                f"The memo does not report the AUROC at the {where} hospital.",
                where=documents.memo.file,
                expected=f"{value:.3f}, from {documents.results.file}",
                hint="A reader must see how far it falls: write both numbers, to two decimals at least.",
            )
    if "hospital" not in text.lower():
        raise fail("The memo does not speak of the hospitals.", where=documents.memo.file)


@check("memo.numbers", needs="results.fields")
def test_numbers(documents, evidence):
    """Every AUROC that the memo gives to a hospital is that hospital's."""
    claims_hold(
        documents.memo.present(),
        facts(documents.results.json()),
        owners=OWNERS,
        quantities=QUANTITIES,
        file=documents.memo.file,
        evidence=evidence,
    )


@check("memo.conclusion", needs="results.fields")
def test_conclusion(documents):
    """The memo says of the network what results.json says: that it exploits an artifact, or that it doesn't."""
    memo, exploits = documents.memo, documents.results.json().item("exploits_artifact").flag()
    plain = [s for s in sentences(memo.present()) if not HYPOTHETICAL.search(s.text)]
    innocent = [s for s in plain if INNOCENT.search(s.text)]
    guilty = [s for s in plain if GUILTY.search(s.text) and s not in innocent]
    agreeing, contrary = (guilty, innocent) if exploits else (innocent, guilty)
    if not contrary:
        return
    told = {
        "yours": contrary[0].text[:160],
        "where": f"{memo.file}, line {contrary[0].line}",
        "expected": f"exploits_artifact is {str(exploits).lower()} in {documents.results.file}",
    }
    if agreeing:
        raise ask("The memo seems to draw two conclusions: a person reads it.", **told)
    raise fail("The memo's conclusion is not that of your results.", **told)
