"""``rubrics/<assignment>.yaml`` → the assignment: its labs, their modules, criteria and limits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from grader.course.deadline import DeadlineError, parse_date, parse_deadline
from grader.course.derivations import Functions, read_functions
from grader.course.fields import Fields, read_record
from grader.course.interface import read_interface
from grader.course.paths import checked_path, read_path
from grader.course.problems import quoted
from grader.course.scale import read_part, read_scale, read_worth
from grader.course.yaml_nodes import Node, read_yaml
from grader.environments import DEFAULT, ENVIRONMENTS, FOR_MODULES
from grader.records import Assignment, Criterion, Lab, Limits, Module, Policy, Weight

if TYPE_CHECKING:
    from grader.course.problems import Problems

ARRAYS = ("numpy", "tensor")
LATE = ("note", "refuse", "reduce")


class RubricFile(Struct, frozen=True, kw_only=True):
    """An assignment as its rubric alone describes it, with what the cross-checks need.

    Attributes:
        assignment: Without mistakes and digest, which come from other files.
        node: The rubric's YAML, where every place can be looked up.
        points_total: What the author says the points add up to; ``None`` if they don't say.
    """

    assignment: Assignment
    node: Node
    points_total: float | None


def rubric_file(root: Path, assignment: str) -> Path:
    """Where an assignment's rubric is."""
    return root / "rubrics" / f"{assignment}.yaml"


def read_rubric(root: Path, assignment: str, problems: Problems) -> RubricFile | None:
    """Read an assignment's rubric.

    Args:
        root: The course's folder.
        assignment: The rubric's file name without its ending.
        problems: Where faults go.

    Returns:
        What it says, or ``None`` if it is not YAML, or no map. If there are problems, parts may be empty.
    """
    file = rubric_file(root, assignment)
    node = read_yaml(file.read_bytes(), file.relative_to(root).as_posix(), problems, own=True)
    if node is None:
        return None
    return read_record(node, lambda fields: _rubric(fields, root, assignment), problems)


def _rubric(fields: Fields, root: Path, assignment: str) -> RubricFile:
    said = fields.text("assignment")
    if said and said != assignment:
        fields.problems.add(
            fields.where("assignment"),
            f"'assignment' is {quoted(said)}, but the file is called {assignment}.yaml.",
        )
    scale = fields.record("grade", read_scale)
    bonuses = frozenset(c.id for c in scale.categories if c.bonus) if scale else frozenset()
    return RubricFile(
        assignment=Assignment(
            id=assignment,
            title=fields.text("title"),
            public=fields.flag("public"),
            deadline=_deadline(fields),
            opens=_opens(fields),
            policy=fields.record("policy", _policy) or Policy(),
            pass_points=fields.number("pass_points") if "pass_points" in fields else None,
            scale=scale,
            labs=_labs(fields, root, assignment, bonuses),
            root=root,
        ),
        node=fields.node,
        points_total=fields.number("points_total") if "points_total" in fields else None,
    )


def _deadline(fields: Fields) -> str:
    text = fields.text("deadline", default="")
    if text:
        try:
            parse_deadline(text)
        except DeadlineError as bad:
            fields.problems.add(fields.where("deadline"), bad.message, bad.suggestion)
    return text


def _opens(fields: Fields) -> str:
    text = fields.text("opens", default="")
    if text:
        try:
            parse_date(text, "the day it opens")
        except DeadlineError as bad:
            fields.problems.add(fields.where("opens"), bad.message, bad.suggestion)
    return text


def _policy(fields: Fields) -> Policy:
    fields.offer("revisions")
    late = fields.text("late", default="note", choices=LATE)
    return Policy(
        late=late,
        late_percent=fields.number("late_percent", positive=True) if late == "reduce" else 0.0,
        revisions=fields.whole("revisions") if "revisions" in fields else None,
    )


def _labs(fields: Fields, root: Path, assignment: str, bonuses: frozenset[str]) -> tuple[Lab, ...]:
    labs = []
    not_installed = fields.texts("not_installed", required=False)
    for lab_id, node in fields.named("labs"):
        _check_identifier(fields, node, "lab", lab_id)
        place = Path(assignment) / lab_id

        def read(lab: Fields, lab_id: str = lab_id, place: Path = place) -> Lab:
            tools = tuple(checked_path(lab, "tools", path) for path in lab.texts("tools", required=False))
            drafting = tuple(
                checked_path(lab, "drafting", path) for path in lab.texts("drafting", required=False)
            )
            shared = read_path(lab, "reference") if "reference" in lab else lab_id
            reference = Path("reference") / assignment / shared
            functions = read_functions(root / reference, root, (*tools, *drafting), lab.problems)
            return Lab(
                id=lab_id,
                assignment=assignment,
                title=lab.text("title"),
                folder=read_path(lab, "folder", root=True) if "folder" in lab else lab_id,
                limits=lab.record("limits", _limits) or Limits(),
                data=lab.plain("data"),
                given=tuple(checked_path(lab, "given", path) for path in lab.texts("given", required=False)),
                fixed=tuple(checked_path(lab, "fixed", path) for path in lab.texts("fixed", required=False)),
                stand_ins=_stand_ins(lab),
                documents=lab.record("documents", _documents) or {},
                not_installed=not_installed,
                project=lab.flag("project"),
                tools=tools,
                drafting=drafting,
                modules=_modules(lab, functions, required=not lab.flag("project")),
                parts=lab.records("parts", read_part) if "parts" in lab else (),
                criteria=_criteria(lab, bonuses),
                suite=Path("test_suites") / place,
                reference=reference,
                mistakes_in=Path("reference") / place,
            )

        lab = read_record(node, read, fields.problems, subject=quoted(lab_id))
        if lab is not None:
            labs.append(lab)
    return tuple(labs)


def _limits(fields: Fields) -> Limits:
    given: dict[str, float] = {}
    for limit in structs.fields(Limits):
        read = fields.whole if isinstance(limit.default, int) else fields.number
        given[limit.name] = read(limit.name, limit.default, positive=True)
    return Limits(**given)  # type: ignore[arg-type]


def _modules(lab: Fields, functions: Functions, *, required: bool) -> tuple[Module, ...]:
    modules = []
    for name, node in lab.named("modules", required=required):
        _check_identifier(lab, node, "module", name)
        if name == "folder":
            lab.problems.add(
                node.where, "a module can't be called 'folder': grade.yml says the lab's folder so."
            )

        def read(module: Fields, name: str = name) -> Module:
            return Module(
                name=name,
                file=read_path(module, "file"),
                environment=module.text("environment", default=DEFAULT, choices=FOR_MODULES),
                arrays=_arrays(module),
                optional=module.flag("optional"),
                interface=module.record("interface", lambda fields: read_interface(fields, functions)) or {},
            )

        module = read_record(node, read, lab.problems, subject=quoted(name))
        if module is not None:
            modules.append(module)
    return tuple(modules)


def _arrays(module: Fields) -> str:
    """What the module's functions are given; tensors only where torch is."""
    arrays = module.text("arrays", choices=ARRAYS) if "arrays" in module else ""
    row = ENVIRONMENTS.get(module.text("environment", default=DEFAULT))
    if arrays == "tensor" and row and not row.tensors:
        module.problems.add(module.where("arrays"), "'arrays' is 'tensor', but torch isn't there.")
    return arrays


def _stand_ins(lab: Fields) -> dict[str, str]:
    """Only what is given can be replaced: anything else in the lab's folder is the student's own."""
    given = lab.texts("given", required=False)
    stand_ins = {str(name): str(file) for name, file in lab.plain("stand_ins").items()}
    for name in stand_ins:
        if name not in given:
            lab.problems.add(
                lab.where("stand_ins"), f"{quoted(name)} is not among the files that are 'given'."
            )
    return stand_ins


def _documents(fields: Fields) -> dict[str, str]:
    """Checks speak of them as ``documents.name``."""
    documents = {}
    for name, node in fields.rest():
        _check_identifier(fields, node, "document", name)
        documents[name] = read_path(fields, name)
    return documents


def _criteria(lab: Fields, bonuses: frozenset[str]) -> tuple[Criterion, ...]:
    seen: dict[str, int] = {}
    usual = lab.text("category", default="")

    def read(fields: Fields) -> Criterion:
        id_, title, advice = fields.text("id"), fields.text("title"), fields.flag("advice")
        points, checks, shares = read_worth(fields)
        category = fields.text("category", default=usual if points else "")
        required = Weight.BONUS if category in bonuses else Weight.REQUIRED
        criterion = Criterion(
            id=id_,
            title=title,
            weight=Weight.ADVICE if advice else required,
            points=points,
            checks=checks,
            shares=shares,
            part=fields.text("part", default=""),
            category=category,
            manual=fields.text("manual", default=""),
        )
        if "manual" in fields and "checks" in fields:
            fields.problems.add(
                fields.where("manual"),
                f"the criterion {quoted(criterion.id)} has 'manual' and 'checks'.",
                "A person decides it, or checks do: make two criteria of it.",
            )
        if criterion.id in seen:
            fields.problems.add(
                fields.where("id"),
                f"the criterion {quoted(criterion.id)} is written twice, first in line {seen[criterion.id]}.",
            )
        elif criterion.id:
            seen[criterion.id] = fields.node.line
        return criterion

    return lab.records("criteria", read)


def _check_identifier(fields: Fields, node: Node, what: str, name: str) -> None:
    """Labs are packages in the course, and modules are spoken of as ``student.name``."""
    if not name.isidentifier():
        fields.problems.add(
            node.where, f"the {what} {quoted(name)} needs a Python name: letters, digits and '_'."
        )
