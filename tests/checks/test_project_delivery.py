"""Nothing that could not be delivered is the repository's fault."""

import pytest

from grader.checks.failure import NotDelivered
from grader.checks.project.causes import FailureCause, Whose, cause_of
from grader.checks.project.surroundings import Surroundings
from grader.checks.project.delivery import fair
from grader.checks.project.outcome import Conclusion, ProjectOutcome
from grader.checks.project.readme_run import CommandRun, Result
from grader.checks.project.sandbox import Ran
from grader.records import Fetched

REVISE, REVIEW, PASS = ProjectOutcome.REVISE, ProjectOutcome.REVIEW, ProjectOutcome.PASS


def failed(*, certain):
    cause = FailureCause(whose=Whose.THEIRS, why="Python finds no module x.", is_certain=certain)
    step = CommandRun(line=3, text="python x.py", result=Result.FAILED, cause=cause)
    return Conclusion(word=REVISE, why=cause.why, step=step)


OURS = {
    "unavailable": Fetched(unavailable="pip here has no index."),
    "limit": Fetched(limit="More than 4096 MB were received."),
    "refused": Fetched(refused={"data.example.org:443": "is no package index"}),
}


@pytest.mark.parametrize("name", OURS)
def test_what_we_could_not_give_makes_a_fault_a_question_and_says_so(name):
    found = fair(failed(certain=False), OURS[name])
    assert found.word is REVIEW
    assert next(iter(word for word in ("no index", "4096 MB", "data.example.org") if word in found.why))
    assert "Python finds no module x." in found.why


@pytest.mark.parametrize("name", OURS)
def test_a_fault_that_nothing_could_have_caused_stands_and_so_does_a_pass(name):
    assert fair(failed(certain=True), OURS[name]).word is REVISE
    assert fair(Conclusion(word=PASS), OURS[name]).word is PASS
    assert fair(Conclusion(word=REVISE, why="No workflow runs on this push."), OURS[name]).word is REVISE
    assert fair(Conclusion(word=REVISE, why="Tests fail.", is_doubtful=True), OURS[name]).word is REVIEW


@pytest.mark.parametrize(
    ("fetched", "sure"),
    [(Fetched(index_failed=("a has no address",)), True), (Fetched(index_broke=("a was silent",)), False)],
)
@pytest.mark.parametrize("found", [failed(certain=False), Conclusion(word=REVIEW, why="Nobody knows.")])
def test_an_index_that_fails_is_never_a_word_about_the_repository(fetched, sure, found):
    with pytest.raises(NotDelivered) as raised:
        fair(found, fetched)
    assert raised.value.sure is sure
    assert "a " in raised.value.finding.traceback


SAYS = {
    "pip": "ERROR: No matching distribution found for nosuchthing",
    "uv": "  × No solution found when resolving dependencies:\n  ╰─▶ Because nosuchthing was not found in the package registry and you require nosuchthing",
    "uv, of a project": "Because nosuchthing was not found in the package registry and your project depends on nosuchthing",
    "poetry": "Could not find a matching version of package nosuchthing",
}


@pytest.mark.parametrize("tool", SAYS)
@pytest.mark.parametrize(
    ("known", "whose"), [(False, Whose.THEIRS), (True, Whose.SURROUNDINGS), (None, Whose.SURROUNDINGS)]
)
def test_a_package_that_no_index_has_is_the_repository_s_fault_and_only_the_index_is_asked(
    tool, known, whose
):
    asked = []
    ran = Ran(status=1, output=SAYS[tool], text="pip install nosuchthing")
    cause = cause_of(ran, Surroundings(texts={}, has_package=lambda name: asked.append(name) or known))
    assert asked[0] == "nosuchthing"
    if known is False:
        assert cause.whose is whose
    else:
        assert cause.whose is not Whose.THEIRS
