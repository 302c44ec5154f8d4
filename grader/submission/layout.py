"""Files that a lab asks for and a repository lacks, each with the nearest thing that is there."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from grader.submission.names import NOT_SOURCE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from grader.records import Lab

_SIMILAR = 0.75
_NAMES = 5_000
_TOLD = 3


@dataclass(frozen=True, slots=True)
class Missing:
    """A module that is not where the lab wants it.

    Attributes:
        lab: The lab's id.
        module: The module's name.
        file: Where it should be, relative to the repository's root.
        message: What is missing, and what is there instead.
        remedy: What to do about it.
        near: Whether something else is there that may be meant.
    """

    lab: str
    module: str
    file: str
    message: str
    remedy: str
    near: bool

    def __str__(self) -> str:
        """Both sentences."""
        return f"{self.message} {self.remedy}"


def missing_files(
    labs: Iterable[Lab], paths: Sequence[str], mapped: Collection[str] = ()
) -> tuple[Missing, ...]:
    """The modules of these labs that a repository lacks.

    Args:
        labs: With the folders that ``grade.yml`` may have given them.
        paths: Every path of the commit.
        mapped: Names of modules whose files a mapping names; those are not looked for.
    """
    there = set(paths)
    found = []
    for lab in labs:
        for module in lab.modules:
            file = str(PurePosixPath(lab.folder) / module.file)
            if module.name not in mapped and file not in there:
                near = _nearest(file, lab.folder, module.file, paths)
                alone = f"{file} is missing. {_contents(lab.folder, paths)}", f"Add it. {_commit(file)}"
                message, remedy = near or alone
                found.append(Missing(lab.id, module.name, file, message, remedy, near=near is not None))
    return tuple(found)


def _nearest(file: str, folder: str, module_file: str, paths: Sequence[str]) -> tuple[str, str] | None:
    """What is missing and what may be meant, and what to do; the likeliest slip first, ``None`` for none."""
    sources = _sources(paths)
    name = PurePosixPath(file).name
    if same := _other_case(file, sources):
        return (
            f"{file} is missing; {same} exists.",
            f"Rename it: capital and small letters count. {_commit(file)}",
        )
    elsewhere = [path for path in sources if PurePosixPath(path).name.casefold() == name.casefold()]
    if elsewhere:
        here = min(elsewhere, key=lambda path: (path.count("/"), path))
        others = f" (and {len(elsewhere) - 1} more of this name)" if len(elsewhere) > 1 else ""
        return f"{file} is missing; {here} exists{others}.", _move(here, folder, module_file, file)
    notebooks = [
        p
        for p in sources
        if PurePosixPath(p).name.casefold() == f"{PurePosixPath(name).stem}.ipynb".casefold()
    ]
    if notebooks:
        return (
            f"{file} is missing; {notebooks[0]} is a notebook.",
            f"Put its classes and functions into {file}: jupyter nbconvert --to script {notebooks[0]}",
        )
    if near := _similar(name, folder, sources):
        return f"{file} is missing; {near} exists.", f"If that is it, rename it to {file}. {_commit(file)}"
    return None


def _sources(paths: Sequence[str]) -> list[str]:
    return [path for path in paths if NOT_SOURCE.isdisjoint(os.fsencode(path).split(b"/"))]


def _other_case(file: str, sources: Sequence[str]) -> str:
    return next((path for path in sources if path.casefold() == file.casefold()), "")


def _move(here: str, folder: str, module_file: str, file: str) -> str:
    if here == module_file or here.endswith(f"/{module_file}"):
        other = here.removesuffix(module_file).rstrip("/") or "."
        return f"Move it to {folder or 'the top folder'}/, or say `folder: {other}` in grade.yml."
    return f"Rename it to {file}. {_commit(file)}"


def _similar(name: str, folder: str, sources: Sequence[str]) -> str:
    """The path whose file name is most like ``name``: a slip of the keys, ``-`` for ``_``, ``.py.txt``."""
    inside = {PurePosixPath(p).name: p for p in sources if PurePosixPath(p).parent == PurePosixPath(folder)}
    anywhere = {PurePosixPath(p).name: p for p in sources if p.endswith(".py")}
    for candidates in (inside, anywhere):
        names = sorted(c for c in candidates if abs(len(c) - len(name)) <= len(name) // 2)[:_NAMES]
        if near := difflib.get_close_matches(name, names, n=1, cutoff=_SIMILAR):
            return candidates[near[0]]
    return ""


def _contents(folder: str, paths: Sequence[str]) -> str:
    sources = _sources(paths)
    inside = sorted(p for p in sources if not folder or p.startswith(f"{folder}/"))
    if folder and not inside:
        tops = sorted({PurePosixPath(p).parts[0] for p in sources if p})
        near = difflib.get_close_matches(folder, tops, n=1, cutoff=_SIMILAR)
        hint = f"; did you mean {near[0]}/" if near else f"; there are: {_some(tops)}"
        return f"There is no folder {folder}/{hint}."
    return (
        f"{folder or 'The top folder'}/ has: {_some(inside)}." if folder else f"There are: {_some(inside)}."
    )


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
    return ", ".join(names[:_TOLD]) + more


def _commit(file: str) -> str:
    return f"Then: git add {file}, git commit, git push."
