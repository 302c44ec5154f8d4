"""A lab's tools run beside the student's code; whose fault it is when one of them raises."""

from pathlib import Path

import pytest

from grader.course import load
from grader.course.interface import derived
from grader.plan import plan
from grader.records import Fault, Mapping, Outcome

COURSE = Path(__file__).parents[1] / "courses" / "tooled"
HONEST = (COURSE / "reference" / "tooled" / "vault" / "vault.py").read_text()


@pytest.fixture(scope="module")
def service(local_service):
    return local_service(COURSE)


@pytest.fixture(scope="module")
def lab():
    return load(COURSE, "tooled").labs[0]


def judge(service, lab, source, *only, spellings=None, **more):
    interface = lab.modules[0].interface
    mapping = Mapping(
        module="vault", file="vault.py", spellings=spellings, derived=derived(interface, spellings), by_instructor=True
    ) if spellings else None  # fmt: skip
    files = {"vault.py": source.encode(), **more}
    job = plan(lab, files, seed="2a", only=only, mappings=(mapping,) if mapping else ())
    with service.sandboxes(job, files) as sandboxes:
        result = service.judge_lab(job, sandboxes, lambda _event: None)
    assert result.trouble == ""
    return {check.id: check for check in result.checks}, result.mismatches


def test_a_tool_gets_the_students_objects_and_the_suites_arrays(service, lab):
    found, _ = judge(service, lab, HONEST, "tool.total")
    assert found["tool.total"].outcome is Outcome.PASSED, found


def test_a_file_of_the_students_with_a_tools_name_is_not_the_tool(service, lab):
    found, _ = judge(
        service, lab, HONEST, "tool.total", **{"tools.py": b"def total(*_): return {'total': 0}\n"}
    )
    assert found["tool.total"].outcome is Outcome.PASSED, found


@pytest.mark.parametrize(
    ("check", "told"),
    [
        ("tool.broken", "the tool broken raised KeyError: 'ours' (tools.py, line 11)"),
        ("tool.heavy", "the tool heavy.norm raised ModuleNotFoundError: "),
        ("tool.unknown", "the tool nobody raised NoSuchToolError: tools.py has no nobody"),
    ],
)
def test_what_a_tool_raises_alone_is_for_a_person_since_a_students_process_says_so(service, lab, check, told):
    found, _ = judge(service, lab, HONEST, check)
    assert (found[check].outcome, found[check].fault) == (Outcome.REVIEW, None)
    assert told in found[check].finding.traceback


def test_what_the_students_code_raises_under_a_tool_is_the_students(service, lab):
    source = HONEST.replace("return self.gold.sum()", "return self.gold['a']")
    found, _ = judge(service, lab, source, "tool.total")
    assert (found["tool.total"].outcome, found["tool.total"].fault) == (Outcome.FAILED, Fault.STUDENT)
    assert found["tool.total"].finding.where == "vault.py, line 12"
    assert "tools.py" not in found["tool.total"].finding.traceback


def test_a_name_that_a_tool_asks_for_in_vain_is_missing_from_the_students_code(service, lab):
    found, _ = judge(service, lab, HONEST.replace("def total", "def sum"), "tool.total")
    assert (found["tool.total"].outcome, found["tool.total"].fault) == (Outcome.FAILED, Fault.STUDENT)
    assert found["tool.total"].finding.headline == "The name that the lab asks for is not there."


OWN = {"make": "Safe(size)", "gold": "m.bars", "total": "m.count()"}
SAFE = """
import numpy as np
class Safe:
    def __init__(self, n): self.bars = np.ones(n)
    def count(self): return self.bars.sum()
"""


def test_what_a_mapping_leaves_out_follows_by_the_labs_own_function(service, lab):
    found, mismatches = judge(service, lab, SAFE, "mapped.twice", spellings=OWN)
    assert (found["mapped.twice"].outcome, mismatches) == (Outcome.PASSED, ())


def test_a_derivation_that_can_make_nothing_of_what_it_got_is_no_reason_to_revise(service, lab):
    source = SAFE.replace("return self.bars.sum()", "return 'three'")
    found, mismatches = judge(service, lab, source, "mapped.twice", spellings=OWN)
    assert found["mapped.twice"].outcome is Outcome.UNGRADED
    assert [m.module for m in mismatches] == ["vault"]
