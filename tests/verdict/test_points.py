"""Points become a grade: shares, floors, categories, bonuses, the cap, and what no zero and being late cost."""

from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace
from pytest import approx

from grader import points
from grader.records import (
    Category,
    CheckResult,
    Criterion,
    CriterionResult,
    Decision,
    Outcome,
    Part,
    Policy,
    Review,
    Rubric,
    RubricLab,
    Scale,
    Share,
    Standing,
    Weight,
)
from grader.report.causes import causes
from grader.report.reasons import sentence
from grader.verdict import decide

PASSED, PARTLY, FAILED, BLOCKED, UNGRADED, ASKED = (
    Outcome.PASSED,
    Outcome.PARTLY,
    Outcome.FAILED,
    Outcome.BLOCKED,
    Outcome.UNGRADED,
    Outcome.REVIEW,
)

SCALE = Scale(
    needed=60,
    no_zero=("first", "second"),
    categories=(
        Category(id="scratch", title="From scratch", weight=70),
        Category(id="speed", title="Speed", weight=30),
        Category(id="extra", title="Challenge", bonus=7.5),
    ),
)


def worth(id, category, weight=Weight.REQUIRED, part="", **shares):
    shares = {check: s if isinstance(s, Share) else Share(points=s) for check, s in shares.items()}
    return Criterion(
        id=id,
        title=id.capitalize(),
        checks=tuple(shares),
        shares=shares,
        points=sum(s.points for s in shares.values()),
        category=category,
        weight=weight,
        part=part,
    )


RUBRIC = Rubric(
    scale=SCALE,
    labs=(
        RubricLab(
            id="first",
            title="The first",
            parts=(Part(id="A", title="All", points=20),),
            criteria=(
                worth("forward", "scratch", part="A", a=4, b=6),
                worth("learns", "scratch", part="A", c=Share(points=10, partly=4)),
            ),
        ),
        RubricLab(
            id="second",
            title="The second",
            criteria=(
                worth("fast", "speed", d=30),
                Criterion(id="readme", title="README", manual="Read it.", points=10, category="scratch"),
            ),
        ),
        RubricLab(id="more", title="More", criteria=(worth("gan", "extra", Weight.BONUS, e=15, f=15),)),
    ),
)
LAB_OF = {**dict.fromkeys("abc", "first"), "d": "second", **dict.fromkeys("ef", "more")}


def results(**outcomes):
    return [
        CheckResult(
            id=check, lab=LAB_OF[check], promise="", outcome=outcome, waited_for="a" * (outcome is BLOCKED)
        )
        for check, outcome in (dict.fromkeys("abcdef", PASSED) | outcomes).items()
    ]


def judged(*, reviews=(), rubric=RUBRIC, **outcomes):
    return decide(rubric, results(**outcomes), reviews=reviews)


def read(points):
    decision = Decision.PASS if points == 10 else Decision.REVISE
    return Review(lab="second", criterion="readme", decision=decision, points=points, by="Ada")


def test_each_category_counts_by_what_was_earned_in_it():
    verdict = judged(b=FAILED, e=FAILED, f=FAILED, reviews=[read(10)])
    scratch, speed, extra = verdict.grade.categories
    assert (scratch.earned, scratch.points, scratch.counts) == (24, 30, 70 * 24 / 30)
    assert (speed.counts, extra.counts) == (30, 0)
    assert verdict.grade.value == verdict.earned == 70 * 24 / 30 + 30
    assert verdict.points == 100
    assert verdict.decision is Decision.PASS


def test_a_lower_floor_earns_its_part_and_nothing_waits_for_it():
    verdict = judged(c=PARTLY, reviews=[read(10)])
    forward, learns = verdict.labs[0].criteria
    assert (forward.earned, learns.earned, learns.decision) == (10, 4, Decision.REVISE)


def test_a_bonus_is_added_and_the_whole_is_never_more_than_a_hundred():
    assert judged(reviews=[read(10)]).grade.value == 100
    half = judged(b=FAILED, f=FAILED, reviews=[read(10)]).grade
    assert half.categories[2].counts == 3.75
    assert half.value == 70 * 24 / 30 + 30 + 3.75


def test_a_bonus_that_is_not_there_costs_nothing_and_is_no_reason():
    verdict = judged(e=FAILED, f=BLOCKED, reviews=[read(10)])
    assert (verdict.grade.value, verdict.decision) == (100, Decision.PASS)
    assert not any("Gan" in sentence(reason) for reason in verdict.reasons)


def test_a_person_gives_some_of_the_points():
    assert judged().grade.value == 70 * 20 / 30 + 30 + 7.5
    assert judged().grade.best == 100
    some = judged(reviews=[read(6)])
    assert some.grade.value == approx(70 * 26 / 30 + 30 + 7.5)
    readme = some.labs[1].criteria[1]
    assert (readme.earned, readme.waiting, readme.review.points) == (6, 0, 6)
    assert any(sentence(r).startswith("Ada gives 6 of 10 points") for r in some.reasons)


def test_what_a_person_has_to_look_at_waits_with_its_own_points_alone():
    forward = judged(a=ASKED, b=FAILED).labs[0].criteria[0]
    assert (forward.earned, forward.waiting, forward.ungraded) == (0, 4, 0)
    said = Review(lab="first", criterion="forward", decision=Decision.PASS, by="Ada")
    assert judged(a=ASKED, b=FAILED, reviews=[said]).labs[0].criteria[0].earned == 4


def test_nothing_earned_in_a_lab_that_must_earn_is_no_pass_however_high_the_grade():
    verdict = judged(a=FAILED, b=BLOCKED, c=FAILED, rubric=replace(RUBRIC, scale=replace(SCALE, needed=10)))
    assert verdict.decision is Decision.REVISE
    assert verdict.grade.zero == ("first",)
    assert [lab.decision for lab in verdict.labs][0] is Decision.REVISE
    assert "Nothing was earned in “The first”" in sentence(verdict.reasons[0])


def test_our_fault_costs_nothing_and_gives_nothing():
    assert judged(a=UNGRADED).decision is Decision.PASS  # it passes whatever that check would have said
    near = judged(b=UNGRADED, c=FAILED, d=FAILED, rubric=no_zero())
    assert (near.decision, near.grade.value < 60 < near.grade.best) == (Decision.REVISE, False)
    open_ = judged(c=UNGRADED, d=UNGRADED, rubric=no_zero(), reviews=[read(10)])
    assert open_.decision is Decision.UNGRADED


def no_zero():
    return replace(RUBRIC, scale=replace(SCALE, no_zero=()))


def test_each_day_that_has_begun_costs_its_percent():
    policy = Policy(late="reduce", late_percent=10)
    for seconds, cost in ((0, 0), (1, 10), (86_400, 10), (86_401, 20), (86_400 * 30, 300)):
        standing = Standing(came="2026-01-01T00:00:00+00:00", source="received", late_seconds=seconds)
        verdict = decide(RUBRIC, results(), reviews=[read(10)], policy=policy, standing=standing)
        assert (verdict.grade.late, verdict.grade.value) == (cost, max(0, 100 - cost))
        assert verdict.decision is (Decision.PASS if verdict.grade.value >= 60 else Decision.REVISE)


def test_a_check_that_needs_one_reached_in_part_is_judged_by_its_own_result():
    waiting = results(d=PARTLY)
    assert decide(no_zero(), waiting, reviews=[read(10)]).labs[1].criteria[0].earned == 0


# ── For all outcomes ──────────────────────────────────────────────────────────────────────────────────────

ORDER = (FAILED, PARTLY, PASSED)
outcomes = st.fixed_dictionaries({check: st.sampled_from(ORDER) for check in "abcdef"})
anything = st.fixed_dictionaries({check: st.sampled_from([*ORDER, UNGRADED, ASKED]) for check in "abcdef"})


@given(anything, st.sampled_from([None, 0.0, 3.0, 10.0]))
def test_points_are_earned_or_wait_or_are_open_or_lost_and_never_more_than_there_are(found, given_points):
    verdict = judged(**found, reviews=[] if given_points is None else [read(given_points)])
    for lab in verdict.labs:
        for c in lab.criteria:
            parts = (c.earned, c.waiting, c.ungraded)
            assert min(parts) >= 0
            assert sum(parts) <= c.points
    grade = verdict.grade
    assert 0 <= grade.value <= grade.best <= 100
    assert grade.value == min(100, sum(c.counts for c in grade.categories))
    assert sum(c.earned for c in grade.categories) == sum(
        c.earned for lab in verdict.labs for c in lab.criteria
    )


@given(outcomes, st.sampled_from("abcdef"))
def test_a_check_that_comes_out_better_never_lowers_the_grade(found, check):
    better = found | {check: ORDER[min(2, ORDER.index(found[check]) + 1)]}
    assert judged(**better).grade.value >= judged(**found).grade.value


@given(anything)
@example({**dict.fromkeys("cd", PASSED), **dict.fromkeys("ef", FAILED), "a": UNGRADED, "b": ASKED})
def test_the_decision_holds_however_what_could_not_be_graded_would_have_come_out(found):
    verdict = judged(**found, reviews=[read(0.0)])
    for world in (FAILED, PASSED):
        settled = {c: world if o is UNGRADED else o for c, o in found.items()}
        then = judged(**settled, reviews=[read(0.0)]).decision
        assert verdict.decision in (then, Decision.UNGRADED)


@given(st.lists(st.floats(0.1, 50), min_size=1, max_size=6))
def test_all_points_of_every_category_are_the_whole_grade(sizes):
    criteria = [
        CriterionResult(
            id=str(i), title="", lab="l", weight=Weight.REQUIRED, decision=Decision.PASS,
            earned=size, points=size, category=str(i),
        )
        for i, size in enumerate(sizes)
    ]  # fmt: skip
    total = sum(sizes)
    scale = Scale(
        needed=60,
        categories=tuple(Category(id=str(i), title="", weight=100 * s / total) for i, s in enumerate(sizes)),
    )
    assert abs(points.grade(criteria, scale).value - 100) < 1e-9


def test_the_points_of_a_check_that_is_not_counted_wait_for_a_person():
    found = [replace(r, outcome=UNGRADED, counted=False) if r.id == "b" else r for r in results()]
    forward = decide(RUBRIC, found, reviews=[read(10)]).labs[0].criteria[0]
    assert (forward.decision, forward.earned, forward.waiting) == (Decision.PASS, 4, 6)
    word = Review(lab="first", criterion="forward", decision=Decision.PASS, points=5, by="Ada")
    forward = decide(RUBRIC, found, reviews=[read(10), word]).labs[0].criteria[0]
    assert (forward.earned, forward.waiting) == (9, 0)


def test_what_is_optional_and_not_handed_in_earns_nothing_and_is_no_cause():
    def left_out(result):
        return replace(result, outcome=UNGRADED, counted=False, handed_in=False)

    found = [left_out(r) if r.id in "ef" else r for r in results()]
    verdict = decide(RUBRIC, found, reviews=[read(10)])
    lab = verdict.labs[2]
    assert (verdict.decision, verdict.grade.value, verdict.grade.best) == (Decision.PASS, 100, 100)
    assert (lab.criteria[0].earned, lab.criteria[0].waiting, lab.criteria[0].failed) == (0, 0, ())
    assert lab.decision is Decision.PASS
    assert causes(lab.criteria, found) == ()
