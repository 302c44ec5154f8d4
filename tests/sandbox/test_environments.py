"""The table of environments: every row can be built, and nothing beside it says what is in which."""

import re

from grader.course.starter import ENVIRONMENTS as OF_STARTERS
from grader.environments import DEFAULT, ENVIRONMENTS, FOR_MODULES, JUDGE, STRANGER, built_for, on
from grader.sandbox import image
from grader.sandbox.environment import options
from grader.sandbox.walls import WALLS


def test_every_row_has_pinned_packages_and_every_file_of_packages_a_row():
    assert {file.name for file in image.HERE.glob("*.txt")} == {row.pinned for row in ENVIRONMENTS.values()}


def test_a_row_comes_after_the_one_that_it_rests_on():
    rows = list(ENVIRONMENTS)
    assert all(
        row.below == "" or rows.index(row.below) < rows.index(row.name) for row in ENVIRONMENTS.values()
    )


def test_the_rows_that_the_engine_speaks_of_are_there():
    assert {DEFAULT, JUDGE, STRANGER} <= set(ENVIRONMENTS)
    assert DEFAULT in FOR_MODULES
    assert OF_STARTERS is ENVIRONMENTS


def test_on_a_gpu_another_image_has_the_same_and_is_built_only_if_asked_for():
    assert [on(name, "cuda") for name in FOR_MODULES] == ["numpy", "torch-cuda", "scipy", "onnx-cuda"]
    assert [on(name, "cpu") for name in ENVIRONMENTS] == [*ENVIRONMENTS]
    assert set(built_for("cuda")) - set(built_for("cpu")) == {"torch-cuda", "onnx-cuda"}
    for name in ("torch", "onnx"):
        cpu, gpu = ENVIRONMENTS[name], ENVIRONMENTS[on(name, "cuda")]
        assert (gpu.preload, gpu.has, gpu.tensors, gpu.denied) == (
            cpu.preload,
            cpu.has,
            cpu.tensors,
            cpu.denied,
        )
        assert not gpu.module  # a rubric names what it has, not what it computes on


def test_what_students_meet_is_said_in_words():
    assert all(ENVIRONMENTS[name].has for name in FOR_MODULES)


def test_a_denied_library_is_neither_pinned_nor_preloaded():
    for row in ENVIRONMENTS.values():
        pinned = (image.HERE / row.pinned).read_text().lower()
        assert [name for name in row.denied if f"\n{name}==" in pinned or name in row.preload] == []


def test_a_worker_is_told_what_its_row_says():
    assert options("numpy") == ["--preload", "numpy,numpy.random,numpy.linalg"]
    assert options("stranger") == ["--preload", ""]


def test_the_page_on_sandboxes_has_every_row_and_every_wall():
    page = (image.HERE.parents[2] / "docs" / "sandbox.md").read_text()
    rows = dict(re.findall(r"^\| `([\w-]+)` \| (.+?) \|", page, re.MULTILINE))
    assert rows == {row.name: f"`{row.below}`" if row.below else "the base" for row in ENVIRONMENTS.values()}
    walls_section = page[page.index("| wall |") : page.index("If one doesn't hold")]
    assert re.findall(r"^\| ([^|`]+) \|", walls_section, re.MULTILINE) == [
        "wall",
        *(wall.name for wall in WALLS),
    ]
