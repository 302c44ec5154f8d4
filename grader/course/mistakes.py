"""``mistakes.yaml``: wrong submissions kept on purpose, each as edits of the reference.

    - id: relu-mask-missing
      idea: "the gradient flows through the ReLU unchanged"
      file: mlp_numpy.py
      replace: "dZ1 = dA1 * (Z1 > 0)"
      with: "dZ1 = dA1"
      fails: gradients.W1
      diagnosis: "The ReLU mask is missing"

A mistake in several places says ``edits: [{file: …, replace: …, with: …}, …]`` instead. Of a whole file,
``{file: weights.npz, instead: broken.npz}`` puts one that lies beside ``mistakes.yaml`` in its place, and
``{file: weights.npz, missing: true}`` leaves it out.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from grader.course.fields import Fields, read_records
from grader.course.paths import read_path
from grader.course.problems import quoted, suggest
from grader.course.yaml_nodes import Node, read_yaml
from grader.errors import CourseError
from grader.records import Edit, Mistake

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from grader.course.problems import Problems

FILE = "mistakes.yaml"


def apply(mistake: Mistake, reference_files: Mapping[str, str]) -> dict[str, str]:
    """The wrong submission: the reference's files with the mistake's edits done in order.

    Args:
        mistake: Which one.
        reference_files: Path in the lab's folder → text.

    Returns:
        All files; those without an edit of their text are unchanged.

    Raises:
        CourseError: An edit's text is not found exactly once. A course that was loaded has no such mistake.
    """
    files = dict(reference_files)
    for edit in (edit for edit in mistake.edits if edit.is_text):
        fault = _fault(edit, files, reference_files)
        if fault:
            raise CourseError(f"The mistake {quoted(mistake.id)} can't be made: {fault}")
        files[edit.file] = files[edit.file].replace(edit.replace, edit.with_)
    return files


def handed_in(mistake: Mistake, content: Mapping[str, bytes], folder: Path) -> dict[str, bytes]:
    """The wrong submission, weights and notebooks included.

    Args:
        mistake: Which one.
        content: All that the reference hands in.
        folder: Of ``mistakes.yaml``, where files lie that take another's place.
    """
    edited = {edit.file for edit in mistake.edits if edit.is_text}
    texts = apply(mistake, {name: content[name].decode() for name in edited if name in content})
    files = {**content, **{name: text.encode() for name, text in texts.items()}}
    for edit in mistake.edits:
        if edit.missing:
            del files[edit.file]
        elif edit.instead:
            files[edit.file] = (folder / edit.instead).read_bytes()
    return files


def read_mistakes(
    folder: Path, root: Path, reference_files: Mapping[str, str], there: Collection[str], problems: Problems
) -> tuple[tuple[Mistake, ...], Node | None]:
    """Read a lab's mistakes and try every edit.

    Args:
        folder: Where they are kept; it need not have mistakes.
        root: The course's folder.
        reference_files: The reference's text.
        there: All files of the reference.
        problems: Where faults go.

    Returns:
        The mistakes, and the YAML they were read from (``None`` if there is none).
    """
    file = folder / FILE
    if not file.is_file():
        return (), None
    node = read_yaml(file.read_bytes(), file.relative_to(root).as_posix(), problems, own=True)
    if node is None:
        return (), None
    seen: dict[str, int] = {}

    def read(fields: Fields) -> Mistake:
        mistake = Mistake(
            id=fields.text("id"),
            idea=fields.text("idea"),
            edits=fields.records("edits", _edit) if "edits" in fields else (_edit(fields),),
            fails=fields.texts("fails", lone=True),
            diagnosis=fields.text("diagnosis", default=""),
        )
        if mistake.id in seen:
            fields.problems.add(
                fields.where("id"),
                f"the mistake {quoted(mistake.id)} is written twice, first in line {seen[mistake.id]}.",
            )
        seen.setdefault(mistake.id, fields.node.line)
        _try(mistake, fields, reference_files)
        _check_whole(mistake, fields, there, folder)
        return mistake

    return read_records(node, read, problems, subject=FILE), node


def _edit(fields: Fields) -> Edit:
    file = fields.text("file")
    if "instead" in fields:
        return Edit(file=file, instead=read_path(fields, "instead"))
    if fields.flag("missing"):
        return Edit(file=file, missing=True)
    return Edit(file=file, replace=fields.text("replace"), with_=fields.text("with", empty=True))


def _check_whole(mistake: Mistake, fields: Fields, there: Collection[str], folder: Path) -> None:
    """Files that are replaced or left out are there, and so is what takes their place."""
    for i, edit in enumerate(mistake.edits):
        if edit.is_text:
            continue
        node = fields.node.at("edits", i) if "edits" in fields else fields.node
        if edit.file and edit.file not in there:
            fields.problems.add(
                node.at("file").where,
                f"the reference has no file {quoted(edit.file)}.",
                suggest(edit.file, there, "files"),
            )
        if edit.instead and not (folder / edit.instead).is_file():
            fields.problems.add(
                node.at("instead").where, f"there is no file {quoted(edit.instead)} beside {FILE}."
            )


def _try(mistake: Mistake, fields: Fields, reference_files: Mapping[str, str]) -> None:
    """Make the mistake once, and report where it can't be made or is none."""
    files = dict(reference_files)
    for i, edit in enumerate(mistake.edits):
        if not edit.is_text:
            continue
        if not (edit.file and edit.replace):
            return
        where = fields.node.at("edits", i, "replace").where if "edits" in fields else fields.where("replace")
        if edit.file not in files:
            where = fields.node.at("edits", i, "file").where if "edits" in fields else fields.where("file")
            fields.problems.add(
                where, f"the reference has no file {quoted(edit.file)}.", suggest(edit.file, files, "files")
            )
            return
        fault = _fault(edit, files, reference_files)
        if fault:
            fields.problems.add(where, fault)
            return
        files[edit.file] = files[edit.file].replace(edit.replace, edit.with_)
    for name in sorted({edit.file for edit in mistake.edits if edit.is_text}):
        _check_made(mistake, fields, name, files[name], reference_files[name])


def _check_made(mistake: Mistake, fields: Fields, name: str, text: str, before: str) -> None:
    if text == before:
        fields.problems.add(fields.node.where, f"the mistake {quoted(mistake.id)} changes nothing in {name}.")
    if not name.endswith(".py"):
        return
    try:
        ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        fields.problems.add(
            fields.node.where,
            f"the mistake {quoted(mistake.id)} makes {name} invalid Python: line {line}, {error.args[0]}.",
        )


def _fault(edit: Edit, files: Mapping[str, str], before: Mapping[str, str]) -> str:
    if edit.file not in files:
        return f"the reference has no file {quoted(edit.file)}."
    count = files[edit.file].count(edit.replace)
    if count == 1:
        return ""
    shown = quoted(edit.replace.strip())
    if count > 1:
        return (
            f"the text {shown} is found {count} times in {edit.file}; take in more, so that it is found once."
        )
    if edit.replace in before[edit.file]:
        return f"the text {shown} of {edit.file} is gone after the edits before it."
    return f"the text {shown} is not found in {edit.file}."
