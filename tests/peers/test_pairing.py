"""Everybody is paired, with nobody twice, or it is said that there is no way."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.peers import pair_up
from grader.peers.pairing import matching


def cohort(n):
    return [f"Student {i:03}" for i in range(n)]


def met(groups):
    return {frozenset((a.casefold(), b.casefold())) for group in groups for a, b in combinations(group, 2)}


@pytest.mark.parametrize("n", [2, 3, 4, 5, 24, 25, 121])
def test_everybody_is_in_one_group_of_two_and_one_of_three_if_the_number_is_odd(n):
    groups = pair_up(cohort(n), seed=1)
    assert sorted(name for group in groups for name in group) == cohort(n)
    assert sorted(map(len, groups)) == [2] * (n // 2 - n % 2) + [3] * (n % 2)


def test_the_same_seed_gives_the_same_pairs_in_whatever_order_the_names_come():
    assert pair_up(cohort(20), seed=5) == pair_up(cohort(20)[::-1], seed=5)
    assert pair_up(cohort(20), seed=5) != pair_up(cohort(20), seed=6)


@pytest.mark.parametrize("n", [10, 11, 30, 31])
def test_no_pair_is_repeated_over_the_weeks(n):
    before = set()
    for week in range((n - 1) // 2):
        groups = pair_up(cohort(n), seed=week, met=before)
        assert not met(groups) & before
        before |= met(groups)


def test_the_last_possible_week_is_found_and_the_one_after_is_refused():
    """A tournament's schedule: seven rounds in which each of eight meets every other once."""
    names, before = cohort(8), set()
    for turn in range(7):
        ring = names[1:][turn:] + names[1:][:turn]
        round_ = [(names[0], ring[0])] + [(ring[i], ring[-i]) for i in range(1, 4)]
        if turn == 6:
            assert met(pair_up(names, seed=3, met=before)) == met(round_)
        before |= met(round_)
    with pytest.raises(UsageError, match="no way to pair these 8 .* met everybody already"):
        pair_up(names, seed=3, met=before)


def test_impossible_although_nobody_met_everybody_is_refused():
    """Three who have met each other and one: whoever takes the one, two are left who have met."""
    a, b, c, d = cohort(4)
    with pytest.raises(UsageError, match="no way to pair these 4"):
        pair_up([a, b, c, d], seed=0, met=met([(a, b, c)]) | met([(a, d)]) | met([(b, d)]))


def test_a_blossom_is_seen_through():
    """Paths that only pair and unpair in turn, without shrinking an odd circle, leave two of these six alone."""
    friends = [[1, 2, 3], [0, 4, 5], [0, 3, 5], [0, 2], [1], [1, 2]]
    assert matching(friends) == [3, 4, 5, 0, 1, 2]


def largest(friends):
    """How many pairs a largest matching has, by trying all."""

    def most(left):
        if not left:
            return 0
        one, rest = left[0], left[1:]
        options = (1 + most([x for x in rest if x != o]) for o in rest if o in friends[one])
        return max([most(rest), *options])

    return most(list(range(len(friends))))


@settings(deadline=None, max_examples=300)
@given(
    st.integers(1, 8).flatmap(
        lambda n: st.tuples(st.just(n), st.sets(st.sampled_from(list(combinations(range(n + 1), 2)))))
    )
)
def test_the_matching_is_one_of_the_largest(drawn):
    n, edges = drawn
    friends = [[o for o in range(n + 1) if (min(i, o), max(i, o)) in edges and o != i] for i in range(n + 1)]
    partner = matching(friends)
    assert all(partner[partner[i]] == i and partner[i] in friends[i] for i in range(n + 1) if partner[i] >= 0)
    assert sum(p >= 0 for p in partner) // 2 == largest(friends)
