"""What the pages claim: that paths are there, that tests are written, that quoted help is the help there is."""

import re
import runpy

import pytest

from grader.course import load
from grader.report import FILES, RENDERERS
from tests.docs.help_texts import PAGES, ROOT, quoted

NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
TESTS = {
    str(file.relative_to(ROOT)): set(re.findall(r"^def (test_\w+)", file.read_text(), re.MULTILINE))
    for file in (ROOT / "tests").rglob("test_*.py")
}
ROWS = [*(f"g{n:02}" for n in range(1, 23)), "b26", *map(str, range(1, 29))]


@pytest.fixture(params=NAMES)
def page(request):
    return ROOT / request.param


def test_quoted_help_is_the_help_there_is(page):
    """If this fails: python -m tests.docs.help_texts."""
    assert quoted(page.read_text()) == page.read_text()


def test_links_lead_somewhere(page):
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
    targets += re.findall(r"""(?:src|href)="([^"]+)\"""", page.read_text())
    inside = [target for target in targets if "://" not in target]
    assert [target for target in inside if not (page.parent / target).exists()] == []


def test_named_tests_are_written(page):
    text = page.read_text()
    for file, name in re.findall(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`", text):
        assert (ROOT / file).is_file(), file
        assert not name or name in TESTS[file], name
    known = set().union(*TESTS.values())
    assert [name for name in re.findall(r"`(test_\w+)`", text) if name not in known] == []


def test_named_files_and_folders_are_there(page):
    named = re.findall(
        r"`((?:grader|tests|docs|examples|benchmarks|rubrics|reference|\.ci)/[\w./-]*)`", page.read_text()
    )
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_threat_model_answers_every_row():
    text = (ROOT / "docs" / "threat-model.md").read_text()
    answered = re.findall(r"^\| (\w\d\d|\d+) \|", text, re.MULTILINE)
    assert sorted(answered) == sorted(ROWS)


def test_attacks_named_in_the_threat_model_are_among_those_that_are_graded():
    text = (ROOT / "docs" / "threat-model.md").read_text()
    graded = {folder.name.partition("_")[0] for folder in (ROOT / "tests" / "attacks").iterdir()}
    for cell in re.findall(r"ATTACKS ([^;|]+)", text):
        for attack in re.findall(r"\b[a-f]\d\d\b", cell):
            assert attack in graded, attack


def test_every_renderer_is_listed_with_what_it_is_for_and_where_it_is_made():
    text = (ROOT / "docs" / "report-format.md").read_text()
    table = text[: text.index("Of each file")]
    listed = re.findall(r"^\| `?([^|`]+)`? \| (.+) \| `(.+)` \|$", table, re.MULTILINE)
    assert listed == [
        (
            f"report.{row.ending}" if row.ending else row.name,
            row.about,
            f"{row.make.__module__.replace('.', '/')}.py",
        )
        for row in RENDERERS
    ]


def test_instructors_are_shown_every_file_that_is_written():
    text = (ROOT / "docs" / "instructor.md").read_text()
    assert {row.ending for row in FILES} | {"student.*"} == set(
        re.findall(r"^\| `report\.(\S+)` \|", text, re.MULTILINE)
    )


def test_the_flaws_of_the_flawed_week_are_mistakes_of_the_course():
    flaws = runpy.run_path(str(ROOT / "examples" / "assemble"))["FLAWS"]
    known = {lab.id: {m.id for m in lab.mistakes} for lab in load(ROOT, "week06").labs}
    assert {lab: set(ids) - known[lab] for lab, ids in flaws.items()} == dict.fromkeys(flaws, set())
