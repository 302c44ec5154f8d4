"""Winnowing over a class, and which of its pairs stand out."""

from __future__ import annotations

import io
from bisect import bisect_right
from hashlib import blake2b
from itertools import combinations
from statistics import quantiles
from typing import TYPE_CHECKING, NamedTuple

from grader.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from copydetect import CodeFingerprint
    from numpy.typing import NDArray

NOISE, GUARANTEE = 25, 30
"""In characters of tokenised code: no match shorter than the first is reported, each of the second is found."""
WINDOW = GUARANTEE - NOISE + 1
MOST_CHARACTERS = 400_000
"""Of one member's code; what is beyond is not compared."""
SHORTEST = 500
"""Characters below which a text says nothing about its author."""
LEAST_TOKENS = 150
"""Characters of tokenised code that a pair must share to be shown: some ten lines."""
LEAST_SHARE = 0.3
FENCES = 3.0
"""Interquartile ranges above the class's third quartile, beyond which a pair stands out: Tukey's outer fence."""
FEWEST_PAIRS = 10
"""Below it a class has no distribution; then the least share alone decides."""


class Work(NamedTuple):
    """What one member wrote.

    Attributes:
        id: As the roster says.
        files: Path → text of each Python file.
    """

    id: str
    files: Mapping[str, str]


class Span(NamedTuple):
    """Lines of a file that the other member has too; both from 1, both included."""

    file: str
    first: int
    last: int


class Pair(NamedTuple):
    """Two members.

    Attributes:
        ids: Who.
        share: Of the smaller work, what the other has too: 0 to 1, without what everybody was given.
        tokens: How much that is, in characters of tokenised code.
        spans: Of each, the lines that the other has.
        stands_out: Whether the class's distribution does not allow for it.
    """

    ids: tuple[str, str]
    share: float
    tokens: int
    spans: tuple[tuple[Span, ...], tuple[Span, ...]]
    stands_out: bool = False


class Comparison(NamedTuple):
    """A class, compared.

    Attributes:
        pairs: Those worth a look, the most alike first.
        shares: Of all pairs, ascending.
        limit: The share above which a pair stands out.
        works: By member.
    """

    pairs: tuple[Pair, ...]
    shares: tuple[float, ...]
    limit: float
    works: Mapping[str, Work]


def alike(works: Sequence[Work], given: Iterable[str]) -> Comparison:
    """Compare everybody with everybody.

    Args:
        works: The class; a work without code is compared with nobody.
        given: Texts that everybody has, or may have read: starter, tools, references.

    Raises:
        UsageError: copydetect isn't installed, or fewer than two have code.
    """
    try:
        from copydetect import compare_files
    except ImportError as missing:
        raise UsageError(
            "Comparing needs copydetect, which is not installed.", "pip install 'grader[similarity]'"
        ) from missing
    common = frozenset(hash_ for text in given if len(text) > SHORTEST for hash_ in _printed(text).hashes)
    texts = {work.id: text for work in works if len((text := _Text(work)).text) > SHORTEST}
    if len(texts) < 2:
        raise UsageError(
            f"{len(texts)} of {len(works)} members have code: two are needed to compare.",
            "See whether the repositories can be read: grade cohort says why not.",
        )
    prints = {id_: _printed(text.text, common) for id_, text in texts.items()}
    pairs = []
    for one, other in combinations(texts, 2):
        tokens, shares, slices = compare_files(prints[one], prints[other])
        spans = tuple(
            texts[id_].spans(zip(*cut, strict=True) if tokens else ())
            for id_, cut in zip((one, other), slices, strict=True)
        )
        pairs.append(Pair((one, other), float(min(1.0, max(shares))), int(tokens), (spans[0], spans[1])))
    ordered = tuple(sorted(pair.share for pair in pairs))
    limit = _limit(ordered)
    chosen = [
        pair._replace(stands_out=True)
        for pair in pairs
        if pair.share >= limit and pair.tokens >= LEAST_TOKENS
    ]
    return Comparison(
        tuple(sorted(chosen, key=lambda pair: -pair.share)), ordered, limit, {work.id: work for work in works}
    )


def _limit(shares: Sequence[float]) -> float:
    if len(shares) < FEWEST_PAIRS:
        return LEAST_SHARE
    first, _, third = quantiles(shares, n=4)
    return max(LEAST_SHARE, third + FENCES * (third - first))


def _printed(text: str, common: frozenset[int] = frozenset()) -> CodeFingerprint:
    """The fingerprints of a text, without those that everybody has.

    The library reads the code, winnows and compares. What it hashes with is drawn anew by each process, so two runs
    would choose other fingerprints: ours is fixed. It can leave out the common ones by itself, but only if no
    fingerprint is there twice; in real code some are.
    """
    from copydetect import CodeFingerprint
    from copydetect.utils import get_token_coverage, winnow

    made = CodeFingerprint("work.py", NOISE, WINDOW, fp=io.StringIO(text))
    hashes, places = winnow(_hashed(made.filtered_code), WINDOW, remove_duplicates=False)
    made.hash_idx = {}
    for hash_, place in zip(hashes.tolist(), places.tolist(), strict=True):
        if hash_ not in common:
            made.hash_idx.setdefault(hash_, []).append(place)
    made.hashes = set(made.hash_idx)
    made.token_coverage = get_token_coverage(made.hash_idx, NOISE, len(made.filtered_code))
    return made


def _hashed(code: str) -> NDArray[np.int64]:
    """Of each run of ``NOISE`` characters the same number in every process."""
    import numpy as np

    runs = (code[at : at + NOISE].encode() for at in range(len(code) - NOISE + 1))
    return np.array(
        [int.from_bytes(blake2b(run, digest_size=8).digest(), signed=True) for run in runs], np.int64
    )


class _Text:
    """A member's files as one text, and the way back from a place in it to a line of a file."""

    def __init__(self, work: Work) -> None:
        self._begins: list[int] = []
        self._lines: list[tuple[str, int]] = []
        parts: list[str] = []
        at = 0
        for file, content in sorted(work.files.items()):
            for number, line in enumerate(f"{content}\n".splitlines(keepends=True), start=1):
                if at + len(line) > MOST_CHARACTERS:
                    break
                self._begins.append(at)
                self._lines.append((file, number))
                parts.append(line)
                at += len(line)
        self.text = "".join(parts)

    def spans(self, slices: Iterable[tuple[int, int]]) -> tuple[Span, ...]:
        """Slices of the text as lines of files; what touches is one."""
        found: list[Span] = []
        for begin, end in sorted(slices):
            for at in range(self._index(begin), self._index(max(begin, end - 1)) + 1):
                file, line = self._lines[at]
                last = found[-1] if found else None
                if last and last.file == file and line <= last.last + 1:
                    found[-1] = last._replace(last=max(line, last.last))
                else:
                    found.append(Span(file, line, line))
        return tuple(found)

    def _index(self, at: int) -> int:
        return max(0, bisect_right(self._begins, at) - 1)
