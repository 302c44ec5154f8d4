"""Everybody is paired, with nobody twice; where that can't be, with as few repeats as can be."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.peers import pair_up


def cohort(n):
    return [f"Student {i:03}" for i in range(n)]


def two(*names):
    return frozenset(name.casefold() for name in names)


def met(groups):
    return Counter(two(*both) for group in groups for both in combinations(group, 2))


@pytest.mark.parametrize("n", [2, 3, 4, 5, 24, 25, 121])
def test_everybody_is_in_one_group_of_two_and_one_of_three_if_the_number_is_odd(n):
    groups = pair_up(cohort(n), seed=1).groups
    assert sorted(name for group in groups for name in group) == cohort(n)
    assert list(map(len, groups)) == [2] * (n // 2 - n % 2) + [3] * (n % 2)


def test_the_same_seed_gives_the_same_pairs_in_whatever_order_the_names_come():
    assert pair_up(cohort(20), seed=5) == pair_up(cohort(20)[::-1], seed=5)
    assert pair_up(cohort(20), seed=5) != pair_up(cohort(20), seed=6)


@pytest.mark.parametrize("n", [10, 11, 30, 31])
def test_no_pair_is_repeated_over_the_weeks(n):
    before = Counter()
    for week in range((n - 1) // 2):
        made = pair_up(cohort(n), seed=week, met=before)
        assert made.repeats == ()
        assert not met(made.groups).keys() & before.keys()
        before += met(made.groups)


def test_the_last_possible_week_is_found_and_the_one_after_repeats_as_little_as_can_be():
    """A tournament's schedule: seven rounds in which each of eight meets every other once."""
    names, before = cohort(8), Counter()
    for turn in range(7):
        ring = names[1:][turn:] + names[1:][:turn]
        round_ = [(names[0], ring[0])] + [(ring[i], ring[-i]) for i in range(1, 4)]
        if turn == 6:
            made = pair_up(names, seed=3, met=before)
            assert met(made.groups) == met(round_) and not made.repeats
        before += met(round_)
    assert len(pair_up(names, seed=3, met=before).repeats) == 4


@pytest.mark.parametrize(("n", "repeats"), [(3, 3), (5, 1)])
def test_three_and_five_are_paired_a_second_week(n, repeats):
    """Of five, three were a group: two of them are together again in any way to pair them."""
    before = met(pair_up(cohort(n), seed=1).groups)
    made = pair_up(cohort(n), seed=2, met=before)
    assert sorted(name for group in made.groups for name in group) == cohort(n)
    assert len(made.repeats) == repeats
    assert {two(*both) for both in made.repeats} <= before.keys()


def test_who_met_twice_is_left_in_peace_before_who_met_once():
    a, b, c, d = cohort(4)
    before = Counter({two(*both): 1 for both in combinations((a, b, c, d), 2)})
    before[two(a, b)] += 1
    assert not {two(a, b), two(c, d)} & met(pair_up([a, b, c, d], seed=0, met=before).groups).keys()


def test_those_to_be_kept_apart_are_although_others_meet_again():
    a, b, c, d = cohort(4)
    before = Counter({two(a, b): 3, two(c, d): 3})
    for seed in range(20):
        made = pair_up([a, b, c, d], seed=seed, met=before, apart=[two(a, c), two(a, d)])
        assert met(made.groups).keys() == {two(a, b), two(c, d)}


def test_impossible_is_said():
    a, b, c = cohort(3)
    with pytest.raises(UsageError, match="no way to pair these 3 that keeps apart"):
        pair_up([a, b, c], seed=0, apart=[two(a, b)])


def groupings(people):
    """Every way to pair them, with one group of three if the number is odd."""
    if len(people) in (0, 3):
        yield [tuple(people)] if people else []
        if not people or len(people) == 3:
            return
    if len(people) % 2:
        for trio in combinations(people, 3):
            for rest in groupings([one for one in people if one not in trio]):
                yield [*rest, trio]
        return
    for other in people[1:]:
        for rest in groupings([one for one in people[1:] if one != other]):
            yield [(people[0], other), *rest]


@settings(deadline=None, max_examples=150)
@given(
    st.integers(2, 7).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.dictionaries(st.sampled_from(list(combinations(range(n), 2))), st.integers(1, 3)),
            st.sets(st.sampled_from(list(combinations(range(n), 2))), max_size=3),
        )
    )
)
def test_no_other_grouping_has_fewer_repeats(drawn):
    n, before, apart = drawn
    names = cohort(n)
    history = Counter({two(names[i], names[j]): times for (i, j), times in before.items()})
    keep = {two(names[i], names[j]) for i, j in apart}
    ways = [met(groups).keys() for groups in groupings(names)]
    allowed = [len(way & history.keys()) for way in ways if not way & keep]
    if not allowed:
        with pytest.raises(UsageError):
            pair_up(names, seed=1, met=history, apart=keep)
        return
    made = pair_up(names, seed=1, met=history, apart=keep)
    assert not met(made.groups).keys() & keep
    assert len(made.repeats) == len(met(made.groups).keys() & history.keys()) == min(allowed)
