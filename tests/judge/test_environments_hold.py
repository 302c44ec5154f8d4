"""What each environment promises is there, and what was exported can be opened without a student's code."""

from pathlib import Path

import pytest

from grader.course import load, reference_content
from grader.plan import plan
from grader.records import Outcome

COURSE = Path(__file__).parents[1] / "courses" / "rooms"


@pytest.mark.docker
@pytest.mark.parametrize("lab_id", ["draw", "export"])
def test_what_an_environment_promises_is_there(docker_service, lab_id):
    service = docker_service(COURSE)
    lab = next(lab for lab in load(COURSE, "rooms").labs if lab.id == lab_id)
    files = reference_content(COURSE / lab.reference)
    job = plan(lab, files, seed="2a")
    with service.sandboxes(job, files) as sandboxes:
        result = service.judge_lab(job, sandboxes, lambda _event: None)
    assert result.trouble == ""
    assert [(c.id, c.finding) for c in result.checks if c.outcome is not Outcome.PASSED] == []
    assert len(result.checks) == len(lab.criteria[0].checks)
