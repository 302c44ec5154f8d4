"""A lab's reference as text: what mistakes edit and starters are cut from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from grader.course.problems import Problems

TEXTS = (".py", ".md", ".json", ".yml", ".txt", ".toml", ".cfg", ".ini", ".ipynb")
OURS = ("mistakes.yaml",)


def reference_files(reference: Path) -> dict[str, str]:
    """The texts of a reference, code and documents, by their path in its folder, in stable order.

    Raises:
        UnicodeDecodeError: A file is not UTF-8; a course that was loaded has none such.
    """
    return {
        file.relative_to(reference).as_posix(): file.read_text("utf-8") for file in _text_files(reference)
    }


def reference_content(reference: Path) -> dict[str, bytes]:
    """All that a reference hands in, weights and notebooks included, by its path in the folder."""
    return {file.relative_to(reference).as_posix(): file.read_bytes() for file in all_files(reference)}


def all_files(reference: Path) -> list[Path]:
    """Its files, but for what Python caches and what is the course's alone; none if there is no folder."""
    return sorted(
        f
        for f in reference.rglob("*")
        if f.is_file() and f.name not in OURS and "__pycache__" not in f.parts and not f.name.startswith(".")
    )


def readable_files(reference: Path, root: Path, problems: Problems) -> dict[str, str]:
    """The same, while loading: files that are not text are reported and left out."""
    files: dict[str, str] = {}
    for file in _text_files(reference):
        try:
            files[file.relative_to(reference).as_posix()] = file.read_text("utf-8")
        except UnicodeDecodeError:
            problems.add(
                file.relative_to(root).as_posix(), "this is not UTF-8 text.", "Save the file as UTF-8."
            )
    return files


def _text_files(reference: Path) -> list[Path]:
    return sorted(f for f in reference.rglob("*") if f.suffix in TEXTS and f.is_file())
