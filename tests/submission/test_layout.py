"""What is said of a file that is not where the lab wants it."""

from __future__ import annotations

import pytest

from grader.records import Lab, Mapping, Module
from grader.submission import Wanted, missing_files

LAB = Lab(
    id="lab1_mlp",
    assignment="week06",
    title="MLP",
    folder="lab1_mlp",
    modules=(Module(name="mlp_numpy", file="mlp_numpy.py"), Module(name="mlp_torch", file="mlp_torch.py")),
    criteria=(),
)
FILE = "lab1_mlp/mlp_numpy.py"


def missing(*paths):
    found = missing_files([LAB], (*paths, "lab1_mlp/mlp_torch.py"))
    assert [m.module for m in found] == ["mlp_numpy"]
    assert found[0].file == FILE
    return str(found[0])


def test_nothing_is_missing_where_everything_is_in_place():
    assert missing_files([LAB], (FILE, "lab1_mlp/mlp_torch.py", "README.md")) == ()


def test_each_missing_module_is_reported_unless_a_mapping_names_its_file():
    assert [m.module for m in missing_files([LAB], ("README.md",))] == ["mlp_numpy", "mlp_torch"]
    assert [m.module for m in missing_files([LAB], ("README.md",), mapped={"mlp_numpy"})] == ["mlp_torch"]


@pytest.mark.parametrize(
    ("paths", "sentence"),
    [
        (
            ["src/mlp_numpy.py"],
            f"{FILE} is missing; src/mlp_numpy.py exists. "
            "Move it to lab1_mlp/, or say `folder: src` in grade.yml.",
        ),
        (
            ["mlp_numpy.py"],
            f"{FILE} is missing; mlp_numpy.py exists. Move it to lab1_mlp/, or say `folder: .` in grade.yml.",
        ),
        (
            ["week06/lab1_mlp/mlp_numpy.py", "old/mlp_numpy.py"],
            f"{FILE} is missing; old/mlp_numpy.py exists (and 1 more of this name). "
            "Move it to lab1_mlp/, or say `folder: old` in grade.yml.",
        ),
        (
            ["Lab1_MLP/mlp_numpy.py"],
            f"{FILE} is missing; Lab1_MLP/mlp_numpy.py exists. Rename it: capital and small letters count. "
            f"Then: git add {FILE}, git commit, git push.",
        ),
        (
            ["src/MLP_NumPy.py"],
            f"{FILE} is missing; src/MLP_NumPy.py exists. "
            f"Rename it to {FILE}. Then: git add {FILE}, git commit, git push.",
        ),
        (
            ["notebooks/mlp_numpy.ipynb"],
            f"{FILE} is missing; notebooks/mlp_numpy.ipynb is a notebook. "
            f"Put its classes and functions into {FILE}: jupyter nbconvert --to script notebooks/mlp_numpy.ipynb",
        ),
        (
            ["README.md"],
            f"{FILE} is missing. lab1_mlp/ has: lab1_mlp/mlp_torch.py. "
            f"Add it. Then: git add {FILE}, git commit, git push.",
        ),
    ],
)
def test_a_missing_file_names_its_near_miss_and_the_way_out(paths, sentence):
    assert missing(*paths) == sentence


@pytest.mark.parametrize(
    "slip", ["mlp_nunpy.py", "mlp-numpy.py", "mlp numpy.py", "mlpnumpy.py", "mlp_numpy.py.txt"]
)
def test_a_slip_of_the_keys_is_recognised(slip):
    assert missing(f"lab1_mlp/{slip}", "lab1_mlp/layers.py").startswith(
        f"{FILE} is missing; lab1_mlp/{slip} exists. If that is it, rename it to {FILE}."
    )


def test_the_other_module_of_the_lab_is_no_near_miss():
    assert "mlp_torch.py exists" not in missing("README.md")


def test_a_folder_with_a_slip_in_it_is_recognised():
    found = missing_files([LAB], ("lab1-mlp/a.py", "lab2/b.py"))
    assert "There is no folder lab1_mlp/; did you mean lab1-mlp/." in str(found[0])


def test_copies_that_tools_made_are_no_near_misses():
    copies = (".ipynb_checkpoints/mlp_numpy.py", "venv/mlp_numpy.py", "x/site-packages/mlp_numpy.py")
    assert "exists" not in missing(*copies)


def test_many_hostile_names_do_not_make_it_slow():
    assert missing(*(f"many/mlp_nump{i:05d}.py" for i in range(30_000)))


def test_wanted_is_what_labs_and_mappings_name_and_the_folders_around_them():
    mapping = Mapping(module="mlp_numpy", file="./src/net/mlp.py", pythonpath=("src", "."))
    assert Wanted.of([LAB], [mapping]) == Wanted(
        files=("lab1_mlp/mlp_numpy.py", "lab1_mlp/mlp_torch.py", "src/net/mlp.py"),
        folders=("lab1_mlp", "src", "", "src/net"),
    )
