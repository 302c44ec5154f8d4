"""What a replay compares, and what it takes from the record."""

import pytest
from msgspec.structs import replace

from grader import replay as module
from grader.errors import UsageError
from grader.records import (
    CheckResult,
    Criterion,
    Decision,
    Finding,
    Measurement,
    Outcome,
    Policy,
    Review,
    Rubric,
    RubricLab,
    SafeRecord,
    Standing,
    Terms,
)
from grader.replay import check_replayable, request_of
from grader.verdict import decide
from tests.conftest import Silent

FORGE = "what the forge says of the commit"


def check(id, outcome=Outcome.PASSED, **rest):
    return CheckResult(id=id, lab="lab1", promise="", outcome=outcome, **rest)


def record(*checks, manual="", **rest):
    criteria = [Criterion(id=c.id, title=c.id, checks=(c.id,)) for c in checks]
    if manual:
        criteria.append(Criterion(id="memo", title="memo", manual=manual))
    rubric = Rubric(labs=(RubricLab(id="lab1", title="", criteria=tuple(criteria)),))
    made = decide(rubric, checks)
    fields = {
        "assignment": "week06",
        "url": "https://host/ada",
        "commit": "1" * 40,
        "seed": "2a",
        "suite_digest": "s",
    }
    return SafeRecord(
        verdict=made.decision, labs=made.labs, criteria=made.labs[0].criteria, checks=checks, **fields | rest
    )


@pytest.fixture
def again(monkeypatch):
    """Replays a record where grading gives another."""

    def replay(then, now):
        monkeypatch.setattr(module, "grade", lambda *_: now)
        return module.replay(then, request_of(then), None, Silent())

    return replay


def test_the_request_is_that_of_then():
    then = record(check("a"), suite="public", device="cuda")
    request = request_of(then)
    assert (request.repo, request.ref, request.assignment) == ("https://host/ada", "1" * 40, "week06")
    assert (request.suite, request.seed, request.device, request.labs) == ("public", "2a", "cuda", ("lab1",))
    assert request.ask_forge is False


def test_the_same_is_the_same(again):
    then = record(
        check("a"), check("b", Outcome.FAILED, finding=Finding(headline="Wrong.", yours="1", expected="2"))
    )
    made = again(then, then)
    assert made.same
    assert (made.inputs, made.results, made.left_out) == ((), (), ())


def test_what_asked_the_network_is_left_out_with_what_waits_for_it_and_named(again):
    then = record(check("ci", network=(FORGE,)), check("deploy"), check("a"))
    now = record(
        check("ci", Outcome.FAILED, finding=Finding(headline="Not read."), network=(FORGE,)),
        check("deploy", Outcome.BLOCKED, waited_for="ci"),
        check("a"),
    )
    made = again(then, now)
    assert made.same
    assert made.results == ()
    assert [(out.check, out.why) for out in made.left_out] == [
        ("lab1/ci", f"it rests on {FORGE}"),
        ("lab1/deploy", "it waits for ci"),
    ]
    assert made.now.verdict is Decision.PASS


def test_a_record_from_before_this_was_recorded_is_left_out_by_the_word_of_today(again):
    then = record(check("ci", note="green"))
    assert again(then, record(check("ci", note="not read", network=(FORGE,)))).results == ()


def test_every_difference_of_a_check_is_named_by_its_field(again):
    then = record(
        check("a", Outcome.FAILED, finding=Finding(headline="Wrong.", yours="1"), measurements=(
            Measurement(name="loss", value=0.5), Measurement(name="took", value=1.0, unit="s"),
        )),
        check("gone"),
    )  # fmt: skip
    now = record(
        check(
            "a",
            measurements=(
                Measurement(name="loss", value=0.25),
                Measurement(name="took", value=2.0, unit="s"),
            ),
        )
    )
    made = again(then, now)
    assert not made.same
    assert [(d.what, d.then, d.now) for d in made.results] == [
        ("the verdict", "revise", "pass"),
        ("lab1/a, outcome", "failed", "passed"),
        ("lab1/a, headline", "Wrong.", "nothing"),
        ("lab1/a, yours", "1", "nothing"),
        ("lab1/a, loss", "0.5", "0.25"),
        ("lab1/gone", "passed", "not run"),
    ]


@pytest.mark.parametrize(
    ("field", "then", "what"),
    [
        ("suite_digest", "other", "the suite"),
        ("grader_version", "0.0.1", "the grader"),
        ("sandbox", "docker", "the sandbox"),
        ("files", ("other.py",), "the files"),
        ("mapping_digest", "0a", "the mapping"),
        ("data", ("mnist",), "the real data"),
        ("image_digests", {"numpy": "sha256:1"}, "the image (numpy)"),
    ],
)
def test_every_input_that_differs_is_named_with_what_to_do(again, field, then, what):
    now = record(check("a"), image_digests={"numpy": "sha256:2"})
    before = replace(replace(now, image_digests={"numpy": "sha256:2"}), **{field: then})
    made = again(before, now)
    assert made.same
    assert [difference.what for difference in made.inputs] == [what]
    assert made.inputs[0].remedy or field == "files"


def test_what_time_and_people_decided_is_as_it_was(again):
    """A replay years later is no later hand-in, and nobody has to read the memo again."""
    late = Standing(came="2026-11-21T00:00:00Z", source="received", late_seconds=60.0, hand_in=2)
    terms = Terms(deadline="2026-11-20 18:00 Africa/Lagos", policy=Policy(late="refuse"))
    said = Review(lab="lab1", criterion="memo", decision=Decision.PASS, by="Bola")
    graded = record(check("a"), manual="Read it.")
    reviewed = module.with_reviews(replace(graded, standing=None), [said])
    assert again(reviewed, graded).same
    refused = module.with_reviews(replace(graded, standing=late, terms=terms), [said])
    assert refused.verdict is Decision.REVISE
    assert again(refused, graded).same


def test_a_students_copy_and_an_interrupted_attempt_can_not_be_replayed():
    with pytest.raises(UsageError, match="student's copy"):
        check_replayable(record(check("a"), seed=""))
    with pytest.raises(UsageError, match="was interrupted"):
        check_replayable(record(check("a"), partial=True))
