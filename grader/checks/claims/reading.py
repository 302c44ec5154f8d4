"""Whose a number is, and of what: an owner and a quantity for each number that has one."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from grader.checks.claims import words
from grader.checks.claims.numbers import Number, numbers_in
from grader.checks.claims.passages import Cell, Sentence, passages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_CLAIMS = 2_000
MOST_MARKS = 60
"""Owners, quantities and numbers of a sentence; one with more is a list that no reader follows."""
OWN = 6
"""Characters between a quantity and the number that it introduces: "R2: -0.1"."""


class Topic(NamedTuple):
    """An owner, or a quantity.

    Attributes:
        name: As facts name it.
        words: A pattern for what people call it, in any case; bounded, without groups.
    """

    name: str
    words: str


class Claim(NamedTuple):
    """A number with what it is about.

    Attributes:
        number: As it is written.
        line: Where.
        passage: The sentence, or the row's and the column's heading.
        owners: Whose it may be; one if that is plain, none if nobody is named.
        quantity: Of what.
        plain: Whether the text binds number and quantity: a cell under a heading, "R2 is -0.1".
        other: Whether the passage speaks of something else than the results: another run, a limit, a difference.
        place: For cells, the table; else -1.
        comparison: 1 or -1 for "8 % larger", "8 % smaller" than another's; else 0.
    """

    number: Number
    line: int
    passage: str
    owners: tuple[str, ...]
    quantity: str
    plain: bool
    other: bool = False
    place: int = -1
    comparison: int = 0


class _Mark(NamedTuple):
    kind: str
    name: str
    start: int
    end: int
    number: Number | None = None


@cache
def _pattern(topics: tuple[Topic, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<t{i}>{t.words})" for i, t in enumerate(topics)), re.IGNORECASE)


def read_claims(text: str, owners: Sequence[Topic], quantities: Sequence[Topic]) -> list[Claim]:
    """The claims of a text about these owners and quantities, at most ``MOST_CLAIMS``.

    Args:
        text: Markdown.
        owners: Whose numbers may be, special names before general ones.
        quantities: What is measured.
    """
    found: list[Claim] = []
    for passage in passages(text):
        if isinstance(passage, Cell):
            found += _cell(passage, tuple(owners), tuple(quantities))
        else:
            found += _sentence(passage, tuple(owners), tuple(quantities))
        if len(found) >= MOST_CLAIMS:
            break
    return found[:MOST_CLAIMS]


def figures(text: str) -> list[Number]:
    """Every number of a text, whatever it is about; in tables with the units of its headings."""
    found: list[Number] = []
    for passage in passages(text):
        headings = (passage.row, passage.column) if isinstance(passage, Cell) else ()
        factors = [factor for heading in headings for factor in _factors(heading)]
        found += [number.scaled(*factors) for number in numbers_in(passage.text)]
    return found[:MOST_CLAIMS]


def mentioned(text: str, topics: Sequence[Topic]) -> list[str]:
    """Which of the topics a text names, each once, in their order."""
    return list(dict.fromkeys(mark.name for mark in _topics(text, tuple(topics), "")))


def _topics(text: str, topics: tuple[Topic, ...], kind: str) -> Iterator[_Mark]:
    for found in _pattern(topics).finditer(text):
        if found.end() > found.start():
            index = int((found.lastgroup or "t0")[1:])
            yield _Mark(kind, topics[index].name, found.start(), found.end())


def _cell(cell: Cell, owners: tuple[Topic, ...], quantities: tuple[Topic, ...]) -> Iterator[Claim]:
    """A number under a quantity beside an owner, or the other way round."""
    number = next(numbers_in(cell.text), None)
    if number is None:
        return
    for one, other in ((cell.row, cell.column), (cell.column, cell.row)):
        whose, of = mentioned(one, owners), mentioned(other, quantities)
        if len(of) == 1 and whose:
            factors = [f for heading in (cell.row, cell.column) for f in _factors(heading)]
            rest = _pattern(owners).sub(" ", f"{cell.row} {cell.column}")
            # "LSTM against AR(1)" is about the first of them
            about = whose[:1] if len(whose) == 2 and words.AGAINST.search(one) else whose
            yield Claim(
                number=number.scaled(*factors),
                line=cell.line,
                passage=f"{cell.row} | {cell.column}",
                owners=tuple(about),
                quantity=of[0],
                plain=len(about) == 1,
                other=words.OTHER.search(rest) is not None,
                place=cell.table,
            )
            return


def _factors(heading: str) -> Iterator[float]:
    """What a heading says of its units: ``MSE (×10^-3)``, ``R2 [%]``."""
    for found in words.SCALE.finditer(heading):
        if found["percent"]:
            yield 0.01
        else:
            exponent = int(found["power"] or found["short"] or len(found["zeros"]) - 1)
            yield from (10.0**exponent, 10.0**-exponent)


def _sentence(said: Sentence, owners: tuple[Topic, ...], quantities: tuple[Topic, ...]) -> Iterator[Claim]:
    text = said.text
    names = [*_topics(text, owners, "owner"), *_topics(text, quantities, "quantity")]
    taken = [(mark.start, mark.end) for mark in names]
    numbers = [
        _Mark("number", "", n.start, n.end, n)
        for n in numbers_in(text)
        if not n.plain and not any(a < n.end and n.start < b for a, b in taken) and not _is_free(text, n)
    ]
    marks = sorted([*names, *numbers], key=lambda mark: mark.start)
    if not numbers or len(marks) > MOST_MARKS:
        return
    rest = _pattern(owners).sub(" ", text)
    other = words.OTHER.search(rest) is not None
    whose = _owners_of(text, sorted([*_somebody(text, marks), *marks], key=lambda mark: mark.start))
    found: list[Claim] = []
    for i, mark in enumerate(marks):
        if mark.number is None:
            continue
        towards = _compared(text, mark.number)
        if towards:
            pair, sure = _pair(marks, i)
            if pair:
                found.append(Claim(mark.number, said.line, text, pair, "", sure, other, -1, towards))
            continue
        of, plain = _quantity_of(text, marks, i)
        if of:
            found.append(Claim(mark.number, said.line, text, whose[mark.start], of, plain, other))
    everybody = tuple(dict.fromkeys(mark.name for mark in names if mark.kind == "owner"))
    twice = [claim for claim, n in Counter((c.owners, c.quantity) for c in found).items() if n > 1]
    for claim in found:  # two errors for one owner: one of them is another's
        several = claim.owners and (claim.owners, claim.quantity) in twice and not claim.comparison
        yield claim._replace(owners=everybody) if several else claim


def _somebody(text: str, marks: Sequence[_Mark]) -> Iterator[_Mark]:
    """The owner of an earlier sentence, in "its R2 is …", where this one has named none yet."""
    first = next((mark.start for mark in marks if mark.kind == "owner"), len(text))
    found = words.SOMEBODY.search(text, 0, first)
    if found:
        yield _Mark("owner", "", found.start(), found.end())


def _is_free(text: str, number: Number) -> bool:
    """A setting, a limit, a share: what stands right beside it says so."""
    before, after = text[max(0, number.start - 40) : number.start], text[number.end : number.end + 40]
    return bool(words.FREE_BEFORE.search(before) or words.FREE_AFTER.match(after))


def _compared(text: str, number: Number) -> int:
    """1 for "8 % larger", -1 for "8 % smaller", 0 for a number that compares nothing."""
    found = words.THAN.match(text[number.end : number.end + 20]) or words.BY.search(
        text[max(0, number.start - 80) : number.start]
    )
    return 0 if found is None else 1 if found["more"] else -1


def _pair(marks: Sequence[_Mark], i: int) -> tuple[tuple[str, ...], bool]:
    """Who may be compared, and with whom (the last), by the number ``marks[i]``; and whether that is plain."""
    before = tuple(dict.fromkeys(mark.name for mark in marks[:i] if mark.kind == "owner"))
    after = [mark.name for mark in marks[i + 1 :] if mark.kind == "owner"]
    if after and before and before != (after[0],):
        return (*(name for name in before if name != after[0]), after[0]), len(before) == 1
    return (before, False) if len(before) == 2 else ((), False)


def _quantity_of(text: str, marks: Sequence[_Mark], i: int) -> tuple[str, bool]:
    """What the number ``marks[i]`` measures, and whether the text binds them."""
    here = marks[i]
    following = marks[i + 1] if i + 1 < len(marks) else None
    before = [mark for mark in marks[:i] if mark.kind == "quantity"]
    beside = (
        following
        and following.kind == "quantity"
        and words.BESIDE.fullmatch(text[here.end : following.start])
    )
    its_own = (
        i + 2 < len(marks) and marks[i + 2].kind == "number" and marks[i + 2].start - marks[i + 1].end <= OWN
    )
    if following and beside and not its_own:
        return following.name, True  # "0.97 AUROC"
    if before:
        chain = text[before[-1].end : here.start]
        return before[-1].name, _is_linked(
            chain, [m for m in marks if before[-1].end <= m.start < here.start], before[-1].end
        )
    after = [mark for mark in marks[i + 1 :] if mark.kind == "quantity"]
    return (after[0].name, False) if after else ("", False)


def _is_linked(chain: str, marks: Sequence[_Mark], offset: int) -> bool:
    """Whether nothing but small words, owners and other numbers stands between a quantity and a number."""
    for mark in sorted(marks, key=lambda m: -m.start):
        chain = chain[: mark.start - offset] + " " + chain[mark.end - offset :]
    return len(chain) <= 160 and words.LINK.fullmatch(chain) is not None


def _owners_of(text: str, marks: Sequence[_Mark]) -> dict[int, tuple[str, ...]]:
    """For each number, by its place, whose it may be; nobody's by name where that is left open."""
    named = _named(text, marks)
    return {start: () if "" in owners else owners for start, owners in named.items()}


def _named(text: str, marks: Sequence[_Mark]) -> dict[int, tuple[str, ...]]:
    line = [mark for mark in marks if mark.kind != "quantity"]
    line = [m for i, m in enumerate(line) if i == 0 or m.kind == "number" or m.name != line[i - 1].name]
    kinds = "".join("n" if mark.kind == "number" else "o" for mark in line)
    numbers = [mark for mark in line if mark.kind == "number"]
    named = [mark for mark in line if mark.kind == "owner"]
    everybody = tuple(dict.fromkeys(mark.name for mark in named))
    if len(everybody) <= 1:
        return {mark.start: everybody for mark in numbers}
    if "respectively" in text.lower() and len(named) == len(numbers):
        return {n.start: (o.name,) for n, o in zip(numbers, named, strict=True)}
    if re.fullmatch("(?:on+)+", kinds):
        before = [max((o for o in named if o.start < n.start), key=lambda o: o.start) for n in numbers]
        return {n.start: (o.name,) for n, o in zip(numbers, before, strict=True)}
    pairs = list(zip(numbers, named, strict=False))
    if kinds == "no" * len(numbers) and all(words.BEHIND.match(text[n.end : o.start]) for n, o in pairs):
        return {n.start: (o.name,) for n, o in pairs}
    return {mark.start: everybody for mark in numbers}
