"""Pairs of people who have not met: a perfect matching of least weight.

Random pairs with a few tries again would do in the first weeks, and fail without a word in the last ones. So this
is exact: nobody meets the same person twice if there is any way, and if there is none, as few do as can be. The
matching is networkx's (Edmonds's blossoms with weights; Galil, "Efficient algorithms for finding maximum matching
in graphs", 1986), in O(n³).
"""

from __future__ import annotations

import math
import random
from itertools import combinations
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.errors import UsageError
from grader.peers.roster import same_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

REPEAT = 1_000_000
"""Weight of one more repeat: more than all that tells two repeats apart."""


class Groups(Struct, frozen=True, kw_only=True):
    """Who works with whom.

    Attributes:
        groups: Pairs, and one group of three if the number is odd, that last.
        repeats: Every two in one group who have been in one before.
    """

    groups: tuple[tuple[str, ...], ...]
    repeats: tuple[tuple[str, str], ...]


def pair_up(
    names: Sequence[str],
    *,
    seed: int,
    met: Mapping[frozenset[str], int] | None = None,
    apart: Collection[frozenset[str]] = (),
) -> Groups:
    """Put everybody into one group, with as few repeats as can be.

    Args:
        names: At least two, all different.
        seed: The same seed, names and history give the same groups, in whatever order the names come.
        met: How often every two were in a group before, as ``same_name`` has them; those who are gone don't matter.
        apart: Every two who must not be in a group, spelled so, too.

    Raises:
        UsageError: There is no way that keeps those apart.
    """
    drawn = sorted(names, key=same_name)
    random.Random(seed).shuffle(drawn)  # noqa: S311 - to be drawn again, not to be secret
    keys = [same_name(name) for name in drawn]
    met = met or {}
    weights = {
        (one, other): _weight(met.get(both, 0))
        for one, other in combinations(range(len(drawn)), 2)
        if (both := frozenset((keys[one], keys[other]))) not in apart
    }
    found = _odd(len(drawn), weights) if len(drawn) % 2 else _pairs(range(len(drawn)), weights)
    if found is None:
        raise UsageError(
            f"There is no way to pair these {len(drawn)} that keeps apart whom you want apart.",
            "Leave out some --apart.",
        )
    return Groups(
        groups=tuple(tuple(drawn[one] for one in group) for group in found),
        repeats=tuple(
            (drawn[one], drawn[other])
            for group in found
            for one, other in combinations(group, 2)
            if weights[min(one, other), max(one, other)]
        ),
    )


def _weight(times: int) -> int:
    """Of two who met so often: a repeat weighs more than anything, and a third meeting more than a second."""
    return REPEAT + times * times if times else 0


Groupings = list[tuple[int, ...]]
Weights = dict[tuple[int, int], int]


def _pairs(people: Sequence[int], weights: Weights) -> Groupings | None:
    """Everybody in a pair, at the least weight; None if there is no way."""
    import networkx as nx  # only here: it takes longer to import than the rest of the command line

    graph = nx.Graph()
    graph.add_nodes_from(people)
    graph.add_edges_from(
        (*two, {"weight": -weights[two]}) for two in combinations(people, 2) if two in weights
    )
    matched = nx.max_weight_matching(graph, maxcardinality=True)
    if 2 * len(matched) < len(people):
        return None
    return sorted((min(two), max(two)) for two in matched)


def _odd(count: int, weights: Weights) -> Groupings | None:
    """Pairs and one group of three, at the least weight: every three is tried that could still be the best."""
    best: Groupings | None = None
    least = math.inf
    for trio, weight in _trios(count, weights):
        if weight >= least:
            break
        pairs = _pairs([one for one in range(count) if one not in trio], weights)
        if pairs is None:
            continue
        total = weight + sum(weights[one, other] for one, other in pairs)
        if total < least:
            best, least = [*pairs, trio], total
    return best


def _trios(count: int, weights: Weights) -> Iterator[tuple[tuple[int, ...], int]]:
    """Every three who may be together with what they weigh, the lightest first."""
    known = (
        (trio, sum(weights[two] for two in combinations(trio, 2)))
        for trio in combinations(range(count), 3)
        if all(two in weights for two in combinations(trio, 2))
    )
    yield from sorted(known, key=lambda each: each[1])
