"""Modules of a folder that import each other, each copy its own; what the reference raises is not hidden."""

import sys

import numpy as np
import pytest

from grader.checks import KnownMistakes
from grader.checks.library import Library
from grader.checks.values import distance
from grader.records import Edit, Mistake

LAYERS = "def double(x):\n    return 2 * x\n"
CELL = "from layers import double\n\ndef twice(x):\n    import layers\n    return layers.double(double(x))\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "layers.py").write_text(LAYERS)
    (tmp_path / "cell.py").write_text(CELL)
    return tmp_path


def mistake(id, file, replace, with_, says):
    edit = Edit(file=file, replace=replace, with_=with_)
    return Mistake(id=id, idea="", edits=(edit,), fails=("c",), diagnosis=says)


def test_modules_import_each_other_and_leave_no_trace(folder):
    path = list(sys.path)
    assert Library(folder, "a_").module("cell").twice(1) == 4
    assert sys.path == path
    assert "layers" not in sys.modules


def test_each_copy_has_files_of_its_own(folder):
    plain, other = Library(folder, "a_"), Library(folder, "b_", {"layers": LAYERS.replace("2", "3")})
    assert (plain.module("cell").twice(1), other.module("cell").twice(1)) == (4, 9)


def test_what_a_module_needs_is_found_without_running_it(folder):
    assert Library(folder, "a_").needed("cell") == ("cell", "layers")


def test_a_module_that_is_not_there_is_said_so(folder):
    with pytest.raises(ModuleNotFoundError, match="there is no gone.py"):
        Library(folder, "a_").module("gone")


def test_a_mistake_in_an_imported_file_is_named(folder):
    mistakes = (mistake("triple", "layers.py", "2", "3", "Three, not two."),)
    name = KnownMistakes(folder, mistakes).matcher("cell", lambda module: [np.asarray(module.twice(1.0))])
    assert name([np.asarray(9.0)], distance, 1e-6).sentence == "Three, not two."
    assert name([np.asarray(8.0)], distance, 1e-6) is None


def test_an_error_of_the_reference_itself_comes_through(folder):
    mistakes = (mistake("triple", "layers.py", "2", "3", "Three, not two."),)
    name = KnownMistakes(folder, mistakes).matcher("cell", lambda module: [module.gone])
    with pytest.raises(AttributeError):
        name([np.asarray(9.0)], distance, 1e-6)
    (folder / "layers.py").write_text("import no_such_thing\n")
    with pytest.raises(ModuleNotFoundError):
        KnownMistakes(folder, mistakes).matcher("cell", lambda m: [m.twice(1)])(
            [np.asarray(9.0)], distance, 1e-6
        )
