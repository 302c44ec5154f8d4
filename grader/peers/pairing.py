"""Pairs that nobody has been in before: a perfect matching in the graph of those who have not met.

Random pairs with a few tries again would do in the first weeks, and fail without a word in the last ones. So this
is exact: if there is a way to pair everybody, it is found, and if there is none, that is said. The matching is
Edmonds's ("Paths, trees, and flowers", 1965), by augmenting paths with shrunk blossoms, in O(n³).
"""

from __future__ import annotations

import random
from collections import deque
from itertools import combinations
from typing import TYPE_CHECKING

from grader.errors import UsageError
from grader.peers.roster import same_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

NOBODY = -1


def pair_up(
    names: Sequence[str], *, seed: int, met: Collection[frozenset[str]] = ()
) -> tuple[tuple[str, ...], ...]:
    """Put everybody into one group: pairs, and one group of three if the number is odd.

    Args:
        names: At least two, all different.
        seed: The same seed, names and history give the same groups, in whatever order the names come.
        met: Every two who were in a group before, as ``same_name`` has them; those who are gone don't matter.

    Raises:
        UsageError: There is no way to do it without repeating a pair.
    """
    drawn = sorted(names, key=same_name)
    random.Random(seed).shuffle(drawn)  # noqa: S311 - to be drawn again, not to be secret
    keys = [same_name(name) for name in drawn]
    people = range(len(drawn))
    friends = [
        [other for other in people if other != one and frozenset((keys[one], keys[other])) not in met]
        for one in people
    ]
    for trio in _trios(friends) if len(drawn) % 2 else [()]:
        left = [
            [other for other in others if other not in trio] if one not in trio else []
            for one, others in enumerate(friends)
        ]
        partner = matching(left)
        if all(partner[one] != NOBODY or one in trio for one in people):
            pairs = [(one, other) for one, other in enumerate(partner) if one < other]
            groups = [*pairs, trio] if trio else pairs
            return tuple(tuple(drawn[one] for one in group) for group in groups)
    lonely = [name for name, others in zip(drawn, friends, strict=True) if not others]
    raise UsageError(
        f"There is no way to pair these {len(drawn)} without repeating a pair of an earlier week."
        + (f" {', '.join(sorted(lonely)[:5])} met everybody already." if lonely else ""),
        "Leave the oldest weeks out of --history.",
    )


def _trios(friends: Sequence[Sequence[int]]) -> Iterable[tuple[int, ...]]:
    """Every three who have not met."""
    close = [set(others) for others in friends]
    for trio in combinations(range(len(friends)), 3):
        if all(other in close[one] for one, other in combinations(trio, 2)):
            yield trio


def matching(friends: Sequence[Sequence[int]]) -> list[int]:
    """A largest matching of an undirected graph.

    Args:
        friends: Of each vertex, its neighbours.

    Returns:
        Of each vertex its partner, or ``NOBODY``.
    """
    partner = [NOBODY] * len(friends)
    for one, others in enumerate(friends):  # a greedy start leaves little to augment
        free = next((other for other in others if partner[other] == NOBODY), NOBODY)
        if partner[one] == NOBODY and free != NOBODY:
            partner[one], partner[free] = free, one
    for root in range(len(friends)):
        if partner[root] == NOBODY:
            _Search(friends, partner).augment(root)
    return partner


class _Search:
    """One search for a path from a free vertex to another, along which partners are swapped."""

    def __init__(self, friends: Sequence[Sequence[int]], partner: list[int]) -> None:
        self.friends = friends
        self.partner = partner
        self.parent = [NOBODY] * len(friends)
        self.base = list(range(len(friends)))
        """Of each vertex, the base of the blossom that it was shrunk into."""
        self.reached = [False] * len(friends)

    def augment(self, root: int) -> None:
        """Give the root a partner, if one can be had."""
        self.reached[root] = True
        queue = deque([root])
        while queue:
            here = queue.popleft()
            for there in self.friends[here]:
                mate = self.partner[there]
                if self.base[here] == self.base[there] or self.partner[here] == there:
                    continue
                if there == root or (mate != NOBODY and self.parent[mate] != NOBODY):
                    queue.extend(self._shrink(here, there))
                elif self.parent[there] == NOBODY:
                    self.parent[there] = here
                    if mate == NOBODY:
                        self._swap(there)
                        return
                    self.reached[mate] = True
                    queue.append(mate)

    def _swap(self, end: int) -> None:
        """Along the path back to the root, the pairs become the gaps and the gaps the pairs."""
        while end != NOBODY:
            before = self.parent[end]
            following = self.partner[before]
            self.partner[end], self.partner[before] = before, end
            end = following

    def _shrink(self, one: int, other: int) -> list[int]:
        """Treat an odd circle as its base; returns the vertices that can be left from only now."""
        base = self._meeting(one, other)
        inside: set[int] = set()
        self._mark(one, base, other, inside)
        self._mark(other, base, one, inside)
        new = []
        for vertex, its_base in enumerate(self.base):
            if its_base in inside:
                self.base[vertex] = base
                if not self.reached[vertex]:
                    self.reached[vertex] = True
                    new.append(vertex)
        return new

    def _mark(self, vertex: int, base: int, child: int, inside: set[int]) -> None:
        while self.base[vertex] != base:
            mate = self.partner[vertex]
            inside |= {self.base[vertex], self.base[mate]}
            self.parent[vertex] = child
            child = mate
            vertex = self.parent[mate]

    def _meeting(self, one: int, other: int) -> int:
        """Where the two ways back to the root meet."""
        seen = set()
        while True:
            one = self.base[one]
            seen.add(one)
            if self.partner[one] == NOBODY:
                break
            one = self.parent[self.partner[one]]
        while self.base[other] not in seen:
            other = self.parent[self.partner[self.base[other]]]
        return self.base[other]
