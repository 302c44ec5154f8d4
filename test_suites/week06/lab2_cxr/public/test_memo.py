"""The memo and the results it speaks of, as text. Whether the reasoning is sound, a person judges."""

import re

from grader.checks import check, fail, numbers_agree, numbers_of

WORDS = 400
ALLOWED = 40
"""Ten per cent."""
RESULTS = ("in_auroc", "out_auroc", "exploits_artifact", "evidence", "epochs", "seed")
DECIMALS = 0.005
"""AUROCs may be rounded to two decimals."""


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


@check("memo.findings", needs="results.fields")
def test_findings(documents):
    """The memo reports both AUROCs, and names the hospitals."""
    text, results = documents.memo.present(), documents.results.json()
    told = [float(n) / (100 if "%" in sign else 1) for n, sign in re.findall(r"(\d*\.?\d+)(\s*%)?", text)]
    for name, where in (("in_auroc", "first"), ("out_auroc", "second")):
        value = results.item(name).number()
        if not any(abs(n - value) <= DECIMALS for n in told):
            raise fail(
                f"The memo does not report the AUROC at the {where} hospital.",
                where=documents.memo.file,
                expected=f"{value:.3f}, from {name} of {documents.results.file}",
                hint="A reader must see how far it falls: write both numbers, to two decimals at least.",
            )
    if "hospital" not in text.lower():
        raise fail("The memo does not speak of the hospitals.", where=documents.memo.file)


@check("memo.numbers", needs="results.fields")
def test_numbers(documents, evidence):
    """Every number that the memo claims is in results.json."""
    numbers_agree(
        documents.memo.present(),
        numbers_of(documents.results.json()),
        file=documents.memo.file,
        evidence=evidence,
    )
