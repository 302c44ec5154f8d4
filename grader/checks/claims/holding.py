"""Whether a text's claims hold: right, wrong, or for a person to judge."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from grader.checks.claims import words
from grader.checks.claims.reading import Claim, Topic, read_claims
from grader.checks.compare import tell_apart
from grader.checks.failure import ask, fail

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from grader.checks.evidence import Evidence

LIKE = 5e-3
"""Errors whose ratio is closer to 1 are alike."""
SHOWN = 3
"""Claims that a finding or a question shows."""
NOTED = 12
"""Claims whose reading a report shows."""


def claims_hold(
    text: str,
    facts: Mapping[tuple[str, str], float],
    *,
    owners: Sequence[Topic],
    quantities: Sequence[Topic],
    file: str,
    errors: Sequence[str] = (),
    evidence: Evidence | None = None,
) -> None:
    """Every number that a text gives an owner and a quantity is that owner's, with its sign.

    Free are numbers without a quantity (a learning rate, a share, a limit), and those of owners and quantities
    that the facts don't have. The sign may be said in words ("a negative R2 of 0.08").

    Args:
        text: Markdown.
        facts: (owner, quantity) → value.
        owners: Whose numbers may be, special names before general ones.
        quantities: What is measured.
        file: What the text is called.
        errors: Quantities that "8 % larger than" may be about: the less, the better.
        evidence: Gets how the text was read.

    Raises:
        CheckFailed: A claim is wrong.
        CheckUndecided: A number of such a quantity can't be read for certain, and is none of the facts.
    """
    known = {key: value for key, value in facts.items() if math.isfinite(value)}
    claims: list[Claim] = []
    open_: list[Claim] = []
    wrong: list[Claim] = []
    for claim in read_claims(text, owners, quantities):
        if claim.comparison:
            ratios = _ratios(claim, known, errors)
            if ratios and not _compares(claim, ratios):
                (
                    wrong if claim.plain and all(r * claim.comparison < -LIKE for r in ratios) else open_
                ).append(claim)
        elif _is_asked(claim, known):
            claims.append(claim)
    true = {id(c): c for c in claims if _truth(c, known) is not None}
    said = {(c.place, c.owners, c.quantity) for c in true.values() if c.place >= 0}
    for claim in claims:
        # A table may give other runs of the same model below the one of the results.
        if id(claim) in true or (claim.place, claim.owners, claim.quantity) in said:
            continue
        (wrong if _is_wrong(claim, known) else open_).append(claim)
    if evidence is not None:
        _note(claims, true, known, file, evidence)
    if wrong:
        raise _failure(wrong, len(claims), known, file)
    asked = [claim for claim in open_ if not claim.other or _is_mirrored(claim, known)]
    if asked:
        raise ask(
            f"{file} has numbers that a machine can't attach: a person reads them.",
            yours="; ".join(f"{c.number.written} (line {c.line})" for c in asked[:SHOWN]),
            expected=_facts(asked[0], known) if asked[0].quantity else "",
            where=f"{file}, line {asked[0].line}",
            how_many=f"{len(asked)} number{'' if len(asked) == 1 else 's'}",
            hint="Name in one sentence, or in a table, whose each number is and what it measures.",
        )


def _ratios(claim: Claim, known: Mapping[tuple[str, str], float], errors: Sequence[str]) -> list[float]:
    """How much larger the errors of one are than another's, as shares."""
    *ones, other = claim.owners
    pairs = [(known.get((one, e), 0.0), known.get((other, e), 0.0)) for one in ones for e in errors]
    return [a / b - 1 for a, b in pairs if a > 0 and b > 0]


def _compares(claim: Claim, ratios: Sequence[float]) -> bool:
    """Whether a comparison is true of one kind of error, as a share of either."""
    return any(
        ratio * claim.comparison >= -LIKE
        and any(claim.number.states(share) for share in (ratio, ratio / (1 + ratio)))
        for ratio in ratios
    )


def _is_asked(claim: Claim, known: Mapping[tuple[str, str], float]) -> bool:
    """Whether the facts say something of it."""
    owners = claim.owners or tuple(owner for owner, _ in known)
    return any((owner, claim.quantity) in known for owner in owners)


def _values(claim: Claim, known: Mapping[tuple[str, str], float]) -> dict[str, float]:
    """What the claim may state, by owner."""
    owners = claim.owners or tuple(dict.fromkeys(owner for owner, _ in known))
    return {o: known[o, claim.quantity] for o in owners if (o, claim.quantity) in known}


def _truth(claim: Claim, known: Mapping[tuple[str, str], float]) -> str | None:
    """Whose value of which quantity the number is, sign and all; ``None`` if it is none that it may be."""
    for owner, value in _values(claim, known).items():
        said_negative = value < 0 and words.NEGATIVE.search(claim.passage) and claim.number.agrees(-value)
        if claim.number.agrees(value) or said_negative:
            return f"{owner} {claim.quantity}"
    if not claim.plain:  # "an MSE of 0.0043, an R2 of -0.08 and …": any quantity of these owners will do
        for owner in claim.owners:
            for (whose, quantity), value in known.items():
                if whose == owner and claim.number.agrees(value):
                    return f"{owner} {quantity}"
    return None


def _is_wrong(claim: Claim, known: Mapping[tuple[str, str], float]) -> bool:
    """Whether it can't be true however the sentence is read."""
    values = _values(claim, known)
    if _is_mirrored(claim, known):
        # The sign is the wrong one, unless it is a fall, or the comparison is told the other way round.
        turned = len(claim.owners) > 1 and words.AGAINST.search(claim.passage)
        return claim.place >= 0 or not (turned or claim.other)
    if not claim.plain or claim.other:
        return False
    if any(_in_other_units(claim, value) for value in values.values()):
        return False
    return bool(claim.owners)


def _is_mirrored(claim: Claim, known: Mapping[tuple[str, str], float]) -> bool:
    """Whether only the sign is another one."""
    return any(value and claim.number.agrees(-value) for value in _values(claim, known).values())


def _in_other_units(claim: Claim, value: float) -> bool:
    """Per cent, thousandths: the same digits."""
    return claim.number.scaled(*(10.0**power for power in range(-6, 7))).states(value)


def _failure(
    wrong: Sequence[Claim], count: int, known: Mapping[tuple[str, str], float], file: str
) -> Exception:
    first = wrong[0]
    if first.comparison:
        one, other = first.owners[0], first.owners[-1]
        return fail(
            f"{file} tells a comparison the other way round.",
            yours=f"{first.number.written} {'larger' if first.comparison > 0 else 'smaller'}: {one} beside {other}",
            expected=f"the error of {one} is {'smaller' if first.comparison > 0 else 'larger'}",
            where=f"{file}, line {first.line}",
            diagnosis="The comparison is told the other way round.",
            diagnosis_id="claim-comparison",
        )
    values = _values(first, known)
    swapped = [
        owner
        for (owner, quantity), value in known.items()
        if quantity == first.quantity and owner not in first.owners and first.number.agrees(value)
    ]
    diagnosis = identity = ""
    if _is_mirrored(first, known):
        diagnosis, identity = "The sign is the wrong one.", "sign"
    elif swapped:
        diagnosis, identity = f"This is the {first.quantity} of {swapped[0]}.", "owner"
    if len(values) == 1:
        ((owner, value),) = values.items()
        expected = f"{first.quantity} of {owner}: {tell_apart(first.number.readings[0], value)[1]}"
    else:
        expected = _facts(first, known)
    return fail(
        f"{file} claims a number that is another one in your results.",
        yours=f"{first.number.written}, read as {first.quantity} of {' or '.join(first.owners)}",
        expected=expected,
        where=f"{file}, line {first.line}",
        how_many=f"{len(wrong)} of {max(count, len(wrong))} claims",
        diagnosis=diagnosis,
        diagnosis_id=f"claim-{identity}" if identity else "",
        hint="Copy every number from your results file, with its sign, beside the name of what it belongs to.",
    )


def _facts(claim: Claim, known: Mapping[tuple[str, str], float]) -> str:
    return f"{claim.quantity}: " + ", ".join(f"{o} {v:.4g}" for o, v in _values(claim, known).items())


def _note(
    claims: Sequence[Claim],
    true: Mapping[int, Claim],
    known: Mapping[tuple[str, str], float],
    file: str,
    evidence: Evidence,
) -> None:
    """How the text was read, for the report; numbers and our names alone, none of the student's words."""
    evidence.measure(f"claims read in {file}", len(claims))
    lines = list(_lines(claims, true, known))
    more = f" and {len(lines) - NOTED} more" if len(lines) > NOTED else ""
    if lines:
        evidence.note(f"{file} was read so: {'; '.join(lines[:NOTED])}{more}. Other numbers are free.")


def _lines(
    claims: Iterable[Claim], true: Mapping[int, Claim], known: Mapping[tuple[str, str], float]
) -> Iterable[str]:
    for claim in claims:
        truth = _truth(claim, known) if id(claim) in true else None
        name = truth or f"{' or '.join(claim.owners) or 'nobody'} {claim.quantity}, not as in the results"
        yield f"line {claim.line}: {claim.number.readings[0]:.4g} = {name}"
