"""What students get: nothing hidden and no solution is in it, whatever it is called; and the engine can read it."""

import json
import re
import subprocess
import sys

import pytest
import yaml
from msgspec import structs

from grader.course import assignments, load, reference_files, starter
from grader.course.problems import Problems
from grader.course.digest import digest_of
from grader.course.public import cut_checks, public_course
from grader.course.publishing import (
    CALLER,
    FOLDER,
    MANIFEST,
    REUSABLE,
    course_digest,
    differences,
    note_on_copy,
    publish,
    published_files,
    read_manifest,
)
from grader.course.suite import scan_suite
from grader.errors import CourseError, UsageError
from grader.plan import plan
from grader.records import CourseVersion
from tests.suites import COURSE

ASSIGNMENTS = assignments(COURSE)
TELLING = 24
"""Characters of a line of code that somebody can recognise: shorter ones (`return self`) are everybody's."""
BLOCK = re.compile(r"# BEGIN SOLUTION.*?\n(.*?)# END SOLUTION", re.DOTALL)


def published(assignment, folder, **changes):
    options = {"engine": "grader[local]", "wheel": None, "course": CourseVersion(), "calls": ""}
    return publish(assignment, folder, **(options | changes))


@pytest.fixture(scope="module", params=ASSIGNMENTS)
def handed_out(request, tmp_path_factory):
    """An assignment, and everything that its students get: path → content."""
    assignment = load(COURSE, request.param)
    folder = tmp_path_factory.mktemp(request.param)
    published(assignment, folder)
    files = {f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*") if f.is_file()}
    return assignment, files


def telling_lines(text):
    """Lines of code by which a text can be recognised."""
    lines = (line.strip() for line in text.splitlines())
    return {line for line in lines if len(line) >= TELLING and not line.startswith(("from ", "import "))}


def all_text(files):
    return "\n".join(content.decode(errors="replace") for content in files.values())


def test_no_line_of_a_hidden_check_is_in_it(handed_out):
    assignment, files = handed_out
    everything, secret = telling_lines(all_text(files)), set()
    suites = COURSE / "test_suites" / assignment.id
    public = {line for f in suites.glob("*/public/**/*.py") for line in telling_lines(f.read_text())}
    for file in suites.glob("*/hidden/**/*.py"):
        secret |= telling_lines(file.read_text()) - public
    given = telling_lines(all_text(starter(assignment)))
    assert len(secret) > 100
    assert secret & (everything - given) == set()


def test_its_rubric_has_public_checks_alone(handed_out):
    assignment, files = handed_out
    rubric = yaml.safe_load(files[f"{FOLDER}/rubrics/{assignment.id}.yaml"])
    asked = {
        (lab, check)
        for lab, said in rubric["labs"].items()
        for c in said["criteria"]
        for check in c["checks"]
    }
    hidden = {
        (lab.id, check.id)
        for lab in assignment.labs
        for check in scan_suite(COURSE / lab.suite, COURSE, Problems()).checks
        if check.hidden
    }
    assert hidden
    assert asked
    assert asked & hidden == set()


def test_no_line_of_a_solution_is_in_it(handed_out):
    assignment, files = handed_out
    everything = telling_lines(all_text(files))
    solved = set()
    for lab in assignment.labs:
        for name, text in reference_files(COURSE / lab.reference).items():
            if name in (*lab.given, *lab.fixed, *lab.tools):
                continue
            outside = telling_lines(BLOCK.sub("", text))
            for block in BLOCK.findall(text):
                solved |= telling_lines(block) - outside
            if name in lab.documents.values():
                solved |= telling_lines(text)
    tools = {
        line
        for lab in assignment.labs
        for name in (*lab.given, *lab.fixed, *lab.tools)
        if name.endswith(".py")
        for line in telling_lines((COURSE / lab.reference / name).read_text())
    }
    assert len(solved) > 50
    heading = {f"# {assignment.title}"}  # of a README, on both sides
    assert solved & everything - tools - heading == set()


def test_neither_mistakes_nor_guidance_for_reviewers_nor_stand_ins_are_in_it(handed_out):
    assignment, files = handed_out
    text = all_text(files)
    for lab in assignment.labs:
        for mistake in lab.mistakes:
            assert len(mistake.idea) < TELLING or mistake.idea not in text
        for criterion in lab.criteria:
            assert not criterion.manual or criterion.manual[:60] not in text
        for name in lab.stand_ins.values():
            assert (COURSE / lab.reference / name).read_bytes() not in files.values()
    comments = re.findall(r"#.{20,}", (COURSE / "rubrics" / f"{assignment.id}.yaml").read_text())
    assert [comment for comment in comments if comment in text] == []


def test_the_engine_reads_it_as_a_course_of_public_checks(handed_out, tmp_path):
    assignment, files = handed_out
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    public = load(tmp_path / FOLDER, assignment.id)
    assert public.public
    written = {
        c.id
        for lab in public.labs
        for c in scan_suite(public.root / lab.suite, public.root, Problems()).checks
    }
    assert written == {check for lab in public.labs for c in lab.criteria for check in c.checks}
    assert all(not lab.mistakes and not lab.stand_ins for lab in public.labs)
    own = {lab.id: lab for lab in assignment.labs}
    for lab in public.labs:
        assert lab.not_installed == own[lab.id].not_installed
        assert [m.optional for m in lab.modules] == [m.optional for m in own[lab.id].modules]
    with pytest.raises(UsageError, match="is what students have"):
        public_course(public)


def test_it_has_a_workflow_that_calls_one_which_is_there(handed_out):
    _, files = handed_out
    caller, called = (yaml.safe_load(files[name]) for name in (CALLER, REUSABLE))
    (job,) = caller["jobs"].values()
    assert job["uses"] == f"./{REUSABLE}"
    assert "workflow_call" in called[True]  # YAML reads `on` as true
    assert "secrets" not in job


# ── A small course ────────────────────────────────────────────────────────────────────────────────────────


def test_a_public_check_that_takes_the_reference_is_left_out_and_named(course, tmp_path):
    course.append(
        "public", '\n\n@check("forward.same")\ndef test_same(student, reference):\n    """It is ours."""\n'
    )
    course.change("rubric", "[forward.value", "[forward.same, forward.value")
    done = published(course.load(), tmp_path / "new")
    assert done.left_out == ("lab1_line/forward.same",)
    assert "forward.same" not in all_text(
        {str(f): f.read_bytes() for f in (tmp_path / "new").rglob("*") if f.is_file()}
    )


def test_cutting_a_check_leaves_the_others_as_they_are():
    kept = "import x\n\n\ndef helper(reference):\n    return reference\n"
    text = (
        kept
        + '\n\n@check("a.b", needs=("c",))\ndef test_b(student, *, reference):\n    """B."""\n    helper(1)\n'
    )
    assert cut_checks(text) == (kept, ["a.b"])
    assert cut_checks(kept) == (kept, [])


def test_a_public_file_that_uses_a_hidden_one_is_refused(course, tmp_path):
    course.append("public", "\nfrom test_suites.week01.lab1_line.hidden import probes\n")
    with pytest.raises(CourseError) as caught:
        published(course.load(), tmp_path / "new")
    assert "uses a hidden one" in str(caught.value.problems[0])
    assert not (tmp_path / "new").exists()


def test_nothing_of_a_student_s_is_overwritten_and_the_checks_are_renewed(course, tmp_path):
    new = tmp_path / "new"
    published(course.load(), new)
    (new / "lab1_line" / "line.py").write_text("mine = 1\n")
    course.append("public", "\nMORE = 1\n")
    done = published(course.load(), new, calls="owner/grader/.github/workflows/grade.yml@v1")
    assert done.renewed
    assert (new / "lab1_line" / "line.py").read_text() == "mine = 1\n"
    assert "MORE = 1" in (new / FOLDER / "test_suites/week01/lab1_line/public/test_forward.py").read_text()
    assert not (new / REUSABLE).exists()
    assert "uses: owner/grader/" in (new / CALLER).read_text()
    other = tmp_path / "other"
    (other / "lab1_line").mkdir(parents=True)
    (other / "lab1_line" / "line.py").write_text("mine = 1\n")
    with pytest.raises(UsageError, match="nothing is overwritten"):
        published(course.load(), other)
    assert not (other / FOLDER).exists()


class Copy:
    """A repository that was handed in."""

    def __init__(self, folder):
        self.folder = folder

    @property
    def paths(self):
        return tuple(f.relative_to(self.folder).as_posix() for f in self.folder.rglob("*") if f.is_file())

    def read(self, path, *, limit):
        return (self.folder / path).read_bytes()


def test_an_edited_copy_is_known_from_an_old_one_and_from_the_course_s(course, tmp_path):
    new = tmp_path / "new"
    done = published(course.load(), new)
    files = {name: Copy(new).read(name, limit=0) for name in Copy(new).paths}
    assert course_digest(files) == done.manifest.digest == public_course(course.load()).digest
    assert note_on_copy(course.load(), Copy(new)) == ()
    (new / "README.md").write_text("mine")
    assert note_on_copy(course.load(), Copy(new)) == ()
    course.append("public", "\nMORE = 1\n")
    assert "an earlier state" in note_on_copy(course.load(), Copy(new))[0]
    suite = new / FOLDER / "test_suites/week01/lab1_line/public/test_forward.py"
    suite.write_text("")
    assert "were edited" in note_on_copy(course.load(), Copy(new))[0]
    manifest = read_manifest(new)
    assert differences(manifest, lambda name: Copy(new).read(name, limit=0)) == {
        f"{FOLDER}/test_suites/week01/lab1_line/public/test_forward.py": "changed"
    }
    (new / MANIFEST).write_text("{")
    assert "can't be read" in note_on_copy(course.load(), Copy(new))[0]
    with pytest.raises(UsageError) as caught:
        read_manifest(new)
    assert "git checkout" in caught.value.remedy


def test_what_was_published_is_no_work_of_the_student_s(course, tmp_path):
    new = tmp_path / "new"
    published(course.load(), new)
    files = {name: Copy(new).read(name, limit=0) for name in Copy(new).paths}
    ours = published_files(files)
    assert {CALLER, REUSABLE, MANIFEST} <= ours
    assert not {"README.md", "grade.yml", "lab1_line/line.py", ".gitignore"} & ours
    assert CALLER not in published_files(files | {CALLER: b"on: [push]\njobs: {mine: {}}\n"})
    manifest = json.loads(files[MANIFEST])
    manifest["files"]["README.md"] = "0" * 64
    assert "README.md" not in published_files(files | {MANIFEST: json.dumps(manifest).encode()})


def test_where_a_repository_is_judged_as_a_whole_its_workflows_are_the_student_s_own(course, tmp_path):
    new = tmp_path / "new"
    published(course.load(), new)
    files = {name: Copy(new).read(name, limit=0) for name in Copy(new).paths}
    mine = ".github/workflows/tests.yml"
    lab = course.load().labs[0]
    whole = structs.replace(lab, project=True, modules=())
    texts = plan(whole, files | {mine: b"on: push\n"}, seed="0").project.texts
    assert [name for name in texts if name.startswith((".github/", FOLDER))] == [mine]


def test_a_digest_depends_on_names_and_contents_alone():
    assert digest_of({"a": b"1", "b": b"2"}) == digest_of({"b": b"2", "a": b"1"})
    assert len({digest_of(files) for files in ({"a": b"1b"}, {"a1": b"b"}, {"a": b"1", "b": b""}, {})}) == 4


def test_the_command_line_publishes_and_says_the_digest(course, tmp_path):
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "grader",
            "publish",
            "week01",
            str(tmp_path / "new"),
            "--engine",
            "grader[local]",
        ],
        cwd=course.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert f"Public checks: {public_course(course.load()).digest}" in ended.stdout
    log = subprocess.run(["git", "status", "--short"], cwd=tmp_path / "new", capture_output=True, text=True)
    assert log.stdout == ""
