"""One word, one thing: no two classes of the engine share a name."""

import ast
from collections import defaultdict
from pathlib import Path

ENGINE = Path(__file__).parents[2] / "grader"


def classes(folder: Path) -> dict[str, list[str]]:
    """Class name → where it is defined, also inside functions and classes."""
    places = defaultdict(list)
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(f"{file.relative_to(folder)}:{node.lineno}")
    return places


def shared(folder: Path) -> dict[str, list[str]]:
    return {name: places for name, places in classes(folder).items() if len(places) > 1}


def test_no_two_classes_share_a_name():
    assert len(classes(ENGINE)) > 100
    assert shared(ENGINE) == {}


def test_two_classes_with_one_name_are_found_with_their_places(tmp_path):
    (tmp_path / "a.py").write_text("class Room: ...\n")
    (tmp_path / "b.py").write_text("def f():\n    class Room: ...\n")
    assert shared(tmp_path) == {"Room": ["a.py:1", "b.py:2"]}
