"""The matrix of forms: READMEs and workflows as people write them, each with the outcome that is right.

Written from what the tools document (bash, pip, uv, poetry, tox, nox, make, unittest, coverage, GitHub's workflow
syntax and filters, CommonMark), not from what the grader does. One file is one case: a repository handed in, that
is a base with some files laid over it, and what a fair reader says of it.

- ``readmes/``: a stranger who follows the README gets the code running.
- ``workflows/``: a push to the branch that was handed in runs the tests, and they are green.

``revise`` is said only where the repository alone can repair it. ``review`` is said where a machine can't know.
"""

from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

ROOT = Path(__file__).parent
KINDS = {"readme": ROOT / "readmes", "workflow": ROOT / "workflows"}


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A repository, and what is right to say about it.

    Attributes:
        name: The kind and the file's name, such as ``readme/02-prompt-dollar``.
        kind: ``readme`` or ``workflow``: what is asked of the repository.
        files: The path of every file in it → its text.
        branch: The branch that was handed in.
        outcome: What is right.
        names: What a report must say where the outcome is ``revise``: a place (``path:line``), a path or words.
        why: One sentence for a person.
        packages: It needs packages from an index; without one it proves nothing.
        url: The address that was handed in.
        executable: The paths that git keeps as executable.
        changed: The paths that the last push changed; empty where it doesn't matter.
        commands: What a careful reader types, or the runner runs, in bash: the proof that the outcome is right.
            Empty where there is nothing to run, or where a machine can't know.
    """

    name: str
    kind: Literal["readme", "workflow"]
    files: dict[str, str]
    branch: str
    outcome: Literal["pass", "revise", "review"]
    names: tuple[str, ...]
    why: str
    packages: bool
    url: str
    executable: frozenset[str]
    changed: tuple[str, ...]
    commands: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A case as its file says it."""

    why: str
    outcome: Literal["pass", "revise", "review"]
    base: Literal["flat", "src_layout", "scripts_only", "numpy_net"]
    files: dict[str, str] = {}
    remove: tuple[str, ...] = ()
    executable: frozenset[str] = frozenset()
    branch: str = "main"
    url: str = "https://github.com/ada/perceptron"
    changed: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    packages: bool = False
    commands: str = ""


@cache
def cases() -> tuple[Case, ...]:
    """All cases, READMEs first, in the order of their numbers."""
    return tuple(
        _read(kind, file) for kind, folder in KINDS.items() for file in sorted(folder.glob("*.yaml"))
    )


def base(name: str) -> dict[str, str]:
    """The files of a base: path → text."""
    folder = ROOT / "bases" / name
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def _read(kind: Literal["readme", "workflow"], file: Path) -> Case:
    name = f"{kind}/{file.stem}"
    try:
        said = msgspec.yaml.decode(file.read_bytes(), type=_File)
    except msgspec.MsgspecError as error:
        raise ValueError(f"{name}: {error}") from error
    files = base(said.base)
    if missing := [path for path in said.remove if path not in files]:
        raise ValueError(f"{name}: the base has no {missing[0]} to remove")
    kept = {path: text for path, text in files.items() if path not in said.remove}
    return Case(
        name=name,
        kind=kind,
        files=kept | said.files,
        branch=said.branch,
        outcome=said.outcome,
        names=said.names,
        why=said.why,
        packages=said.packages,
        url=said.url,
        executable=said.executable,
        changed=said.changed,
        commands=said.commands,
    )
