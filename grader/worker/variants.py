"""Variants of a clone: fresh folders at the clone's own place, for what is installed finds it there."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

CACHES = frozenset({"__pycache__", ".pytest_cache", ".hypothesis", ".mypy_cache", ".ruff_cache", ".coverage"})
"""What one run leaves for the next: no variant gets any of it."""
INSTALLED = frozenset({"site-packages", "dist-packages"})
MADE = 1_500_000_000
"""When all files of a variant were last changed, as far as they tell."""
MOST_INSTALLED = 100_000
"""Installed files that are looked at."""


@contextmanager
def aside(
    clone: Path, submission: Path, home: Path
) -> Iterator[Callable[[Mapping[str, str]], AbstractContextManager[None]]]:
    """Put the clone aside; gives what makes a variant in its place, for as long as it is entered.

    Args:
        clone: As the session left it. What the repository brought is copied; what was made there, an environment
            for example, is linked to.
        submission: The files that the repository brought.
        home: Beneath it packages are installed; a copy of a changed file there is changed with it.
    """
    original = clone.with_name(f".{clone.name}")
    shutil.rmtree(original, ignore_errors=True)
    clone.rename(original)
    brought = {file.relative_to(submission) for file in submission.rglob("*") if file.is_file()}
    folders = {parent for file in brought for parent in file.parents}
    copies = _copies(home, submission, brought)

    @contextmanager
    def variant(overlay: Mapping[str, str]) -> Iterator[None]:
        _mirror(original, clone, Path(), brought, folders)
        write(clone, overlay)
        for name in overlay:
            os.utime(clone / name, (MADE, MADE))
        changed = [(copy, text) for name, text in overlay.items() for copy in copies.get(Path(name), ())]
        kept = [(copy, copy.read_bytes(), copy.stat()) for copy, _ in changed]
        for copy, text in changed:
            write(copy.parent, {copy.name: text})
        try:
            yield
        finally:
            for copy, content, facts in kept:
                copy.unlink(missing_ok=True)
                copy.write_bytes(content)
                os.utime(copy, ns=(facts.st_atime_ns, facts.st_mtime_ns))
            shutil.rmtree(clone, ignore_errors=True)

    try:
        yield variant
    finally:
        shutil.rmtree(clone, ignore_errors=True)
        original.rename(clone)


def copy_tree(source: Path, target: Path) -> None:
    """The submission, writable."""
    for folder, _, files in os.walk(source):
        here = target / Path(folder).relative_to(source)
        here.mkdir(parents=True)
        for name in files:
            shutil.copyfile(Path(folder, name), here / name)


def write(folder: Path, overlay: Mapping[str, str]) -> None:
    """Put texts over what is there; a link gives way, so that nothing is written through it."""
    for name, text in overlay.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.write_text(text, "utf-8", errors="surrogateescape")


def _mirror(source: Path, target: Path, here: Path, brought: set[Path], folders: set[Path]) -> None:
    """One folder: its own files copied, all else linked to."""
    target.mkdir()
    for entry in os.scandir(source):
        path = here / entry.name
        if entry.name in CACHES:
            continue
        if path in folders and entry.is_dir(follow_symlinks=False):
            _mirror(source / entry.name, target / entry.name, path, brought, folders)
        elif path in brought and entry.is_file(follow_symlinks=False):
            shutil.copy(entry.path, target / entry.name)
            os.utime(target / entry.name, (MADE, MADE))
        else:
            (target / entry.name).symlink_to(entry.path)


def _copies(home: Path, submission: Path, brought: set[Path]) -> dict[Path, list[Path]]:
    """Files of the repository → installed copies of them: the same text, in a folder of the same name."""
    wanted: dict[tuple[str, int], list[Path]] = {}
    for path in brought:
        if path.suffix == ".py" and (size := (submission / path).stat().st_size):
            wanted.setdefault((path.name, size), []).append(path)
    found: dict[Path, list[Path]] = {}
    for file in _installed(home):
        try:
            likely = wanted.get((file.name, file.stat().st_size), ())
            for path in likely:
                same_folder = file.parent.name in INSTALLED or file.parent.name == path.parent.name
                if same_folder and file.read_bytes() == (submission / path).read_bytes():
                    found.setdefault(path, []).append(file)
        except OSError:  # gone, or not for us
            continue
    return found


def _installed(home: Path) -> Iterator[Path]:
    """Python files below the home's folders of packages."""
    count = 0
    for folder, folders, files in os.walk(home):
        folders[:] = [name for name in folders if name not in CACHES]
        if not INSTALLED & set(Path(folder).parts):
            continue
        for name in files:
            count += 1
            if count > MOST_INSTALLED:
                return
            if name.endswith(".py"):
                yield Path(folder, name)
