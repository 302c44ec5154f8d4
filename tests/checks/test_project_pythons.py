"""Which Python a repository wants, by the files that say so."""

import pytest

from grader.checks.project.pythons import versions_for

SAYS = {
    "nothing": ({}, []),
    "project": ({"pyproject.toml": '[project]\nrequires-python = ">=3.12"\n'}, ["3.12", "3.13"]),
    "project, bounded": ({"pyproject.toml": '[project]\nrequires-python = ">=3.9,<3.11"\n'}, ["3.10", "3.9"]),
    "project, as ever": ({"pyproject.toml": '[project]\nrequires-python = ">=3.8"\n'}, ["3.11", "3.12"]),
    "project, a patch": ({"pyproject.toml": '[project]\nrequires-python = ">=3.12.4"\n'}, ["3.12", "3.13"]),
    "poetry": ({"pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.12"\n'}, ["3.12", "3.13"]),
    "poetry, one": ({"pyproject.toml": '[tool.poetry.dependencies]\npython = "~3.10"\n'}, ["3.10"]),
    "setup.py": ({"setup.py": 'setup(name="x", python_requires=">=3.13")'}, ["3.13", "3.14"]),
    "setup.cfg": ({"setup.cfg": "[options]\npython_requires = >=3.12\n"}, ["3.12", "3.13"]),
    "pinned": ({".python-version": "3.13\n"}, ["3.13"]),
    "pinned within": (
        {".python-version": "3.13.1", "pyproject.toml": '[project]\nrequires-python = ">=3.10"\n'},
        ["3.13", "3.11"],
    ),
    "no specifier": ({"pyproject.toml": '[project]\nrequires-python = "new"\n'}, []),
    "no TOML": ({"pyproject.toml": "requires-python = ["}, []),
    "no text": ({"pyproject.toml": "[project]\nrequires-python = 3\n"}, []),
}


@pytest.mark.parametrize("name", SAYS)
def test_the_versions_that_will_do_the_best_first(name):
    texts, first = SAYS[name]
    found = versions_for(texts)
    assert found[: len(first)] == first
    assert bool(found) == bool(first)
