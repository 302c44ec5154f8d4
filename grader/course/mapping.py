"""``grade.yml``: what a repository is handed in for, where its files are, and how it spells interfaces.

    assignment: week06
    labs:
      lab1_mlp:
        folder: src                     # where the lab's files are, if not where the rubric says
        mlp_numpy:                      # a mapping, where the interface is spelled in another way
          file: src/mlp.py
          make: "MLP([n_in, n_hidden, n_out])"
          W1: "m.weights[0]"
          forward: "m.forward(X)[-1]"
          step: "m.train_step((X, y), lr)"

A student's own mapping names and lays out, and computes nothing (``completion``); an instructor's may.
A module that only lies elsewhere says ``file`` and nothing more. The file is a stranger's: it is bounded, and
its expressions are parsed but never run here. Its faults are "mapping needed", never a reason to revise.
"""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from grader.course.fields import Fields, read_record
from grader.course.interface import derived, essentials, missing, spellings, tensors
from grader.course.paths import checked_path, read_path
from grader.course.problems import Problems, quoted, suggest
from grader.course.project import with_tested
from grader.course.yaml_nodes import Node, read_yaml
from grader.errors import MappingNeeded
from grader.records import Assignment, Lab, Mapping

if TYPE_CHECKING:
    from grader.records import Module

MOST_BYTES = 16 * 1024
MOST_CHARACTERS = 1000
LOADS = ("definitions", "import")
REMEDY = "Correct {}, or give a mapping that fits with --mapping FILE."


class GradeFile(Struct, frozen=True, kw_only=True):
    """A ``grade.yml`` that was read, but not yet compared with an assignment.

    Attributes:
        name: The file's name, for messages.
        assignment: Which assignment it names; empty if none.
        where: The place where it does.
        node: Its YAML; ``None`` for a repository without the file.
    """

    name: str = "grade.yml"
    assignment: str = ""
    where: str = ""
    node: Node | None = None


class Declared(Struct, frozen=True, kw_only=True):
    """What a ``grade.yml`` declares about an assignment.

    Attributes:
        folders: Lab id → the lab's folder in the repository, for those it names.
        mappings: Lab id → how the repository spells the lab's modules, for those it maps.
    """

    folders: dict[str, str] = {}
    mappings: dict[str, tuple[Mapping, ...]] = {}

    def over(self, other: Declared) -> Declared:
        """Both together; module by module, this one's word counts: the instructor's over the repository's."""
        mappings = dict(other.mappings)
        for lab, mine in self.mappings.items():
            modules = {mapping.module for mapping in mine}
            mappings[lab] = (*mine, *(m for m in other.mappings.get(lab, ()) if m.module not in modules))
        return Declared(folders=other.folders | self.folders, mappings=mappings)


def read_grade_file(data: bytes, name: str = "grade.yml") -> GradeFile:
    """Read a ``grade.yml`` (or an instructor's ``--mapping`` file) as far as it goes without an assignment.

    Args:
        data: The file's content.
        name: Its name, for messages.

    Raises:
        MappingNeeded: It is not YAML, or not a map with ``assignment`` and ``labs``.
    """
    problems = Problems()
    node = read_yaml(data, name, problems, most_bytes=MOST_BYTES)
    grade_file = GradeFile(name=name)
    if node is not None:

        def read(fields: Fields) -> GradeFile:
            assignment = fields.text("assignment", default="")
            list(fields.named("labs", required=False))
            return GradeFile(name=name, assignment=assignment, where=fields.where("assignment"), node=node)

        grade_file = read_record(node, read, problems, subject=name) or grade_file
    problems.raise_any(name, MappingNeeded, REMEDY.format(name))
    return grade_file


def declared(grade_file: GradeFile, assignment: Assignment, *, by_instructor: bool = False) -> Declared:
    """What the file says about this assignment, compared with the labs' interfaces.

    A file that names another assignment says nothing about this one.

    Args:
        grade_file: As ``read_grade_file`` gave it.
        assignment: With all of its labs.
        by_instructor: Its expressions may compute; a student's own may only name and lay out.

    Raises:
        MappingNeeded: It names labs, modules or tensors that aren't there, leaves out what is needed, or has
            text that is no expression; carries every problem with file and line.
    """
    if grade_file.node is None or grade_file.assignment not in ("", assignment.id):
        return Declared()
    problems = Problems()
    labs = {lab.id: lab for lab in assignment.labs}
    folders: dict[str, str] = {}
    mappings: dict[str, tuple[Mapping, ...]] = {}
    for lab_id, node in Fields(grade_file.node, problems).named("labs", required=False):
        if lab_id not in labs:
            problems.add(
                node.where, f"{assignment.id} has no lab {quoted(lab_id)}.", suggest(lab_id, labs, "labs")
            )
            continue
        fields = Fields(node, problems, quoted(lab_id))
        if "folder" in fields:
            folders[lab_id] = read_path(fields, "folder", root=True)
        found = _mappings(
            fields, labs[lab_id], folders.get(lab_id, labs[lab_id].folder), by_instructor=by_instructor
        )
        mappings[lab_id] = found
    problems.raise_any(grade_file.name, MappingNeeded, REMEDY.format(grade_file.name))
    return Declared(folders=folders, mappings={lab: found for lab, found in mappings.items() if found})


def with_folders(assignment: Assignment, said: Declared) -> Assignment:
    """The assignment with each lab's folder and files where the repository has them."""
    labs = tuple(structs.replace(lab, folder=said.folders.get(lab.id, lab.folder)) for lab in assignment.labs)
    return with_tested(structs.replace(assignment, labs=labs), said.mappings)


def _mappings(fields: Fields, lab: Lab, folder: str, *, by_instructor: bool) -> tuple[Mapping, ...]:
    modules = {module.name: module for module in lab.modules}
    found = []
    for name, node in fields.rest():
        if name not in modules:
            fields.problems.add(
                node.where,
                f"{lab.id} has no module {quoted(name)}.",
                suggest(name, ["folder", *modules], "keys"),
            )
            continue
        default = "/".join(part for part in (folder, modules[name].file) if part)

        def read(mapping: Fields, module: Module = modules[name], default: str = default) -> Mapping:
            return _mapping(mapping, module, default, by_instructor=by_instructor)

        mapping = read_record(node, read, fields.problems, subject=quoted(name))
        if mapping is not None:
            found.append(mapping)
    return tuple(found)


def _mapping(fields: Fields, module: Module, default_file: str, *, by_instructor: bool) -> Mapping:
    spelled = {}
    for name in spellings(module.interface):
        fields.offer(name)
        if name in fields:
            spelled[name] = _expression(fields, name, module)
    if spelled:
        left = missing(module.interface, spelled)
        if not by_instructor:  # a method that a student's own leaves out is theirs to have, and asked for
            left = tuple(name for name in left if name in essentials(module.interface))
        if left:
            fields.problems.add(
                fields.node.where, f"the mapping of {module.name} leaves out: {', '.join(left)}."
            )
    return Mapping(
        module=module.name,
        file=read_path(fields, "file") if "file" in fields else default_file,
        # A file that only lies elsewhere is imported like any other; a mapped one may train when imported.
        load=fields.text("load", default="definitions" if spelled else "import", choices=LOADS),
        pythonpath=tuple(
            checked_path(fields, "pythonpath", path) for path in fields.texts("pythonpath", required=False)
        ),
        spellings=spelled,
        derived=derived(module.interface, spelled) if spelled else {},
        where=fields.node.where,
        by_instructor=by_instructor,
    )


def _expression(fields: Fields, name: str, module: Module) -> str:
    text = fields.text(name).strip()
    fault = _expression_fault(text, assignable=name in tensors(module.interface)) if text else ""
    if fault:
        fields.problems.add(fields.where(name), f"{quoted(name)} {fault}: {quoted(text)}.")
    return text


def _expression_fault(text: str, *, assignable: bool) -> str:
    """Why a mapping's text is no Python expression that it may have; empty if it is one.

    The text is parsed, never compiled or run, and is too short for deep nesting to hurt the parser.
    """
    if len(text) > MOST_CHARACTERS:
        return f"is longer than {MOST_CHARACTERS} characters"
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return "is not a Python expression"
    if assignable and not isinstance(tree.body, ast.Name | ast.Attribute | ast.Subscript):
        return "can't be assigned to, as m.weights[0] can"
    return ""
