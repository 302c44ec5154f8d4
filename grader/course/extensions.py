"""More time for one repository: ``extensions.yaml`` in the course, or a word on the command line.

- repository: week06-ada                   # as its URL ends, or the whole URL
  assignment: week06
  until: 2026-11-30                        # the deadline's time and zone, or: 2026-11-30 12:00 Europe/Berlin
  reason: "ill from Tuesday to Thursday"   # optional; the report shows it
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, structs

from grader.course.deadline import Deadline, DeadlineError, parse_date, parse_deadline
from grader.course.discover import assignments
from grader.course.fields import Fields, read_records
from grader.course.problems import Problems, quoted, suggest
from grader.course.yaml_nodes import read_yaml
from grader.errors import UsageError
from grader.records import Assignment, Terms

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

FILE = "extensions.yaml"


class Extension(Struct, frozen=True, kw_only=True):
    """More time for one repository.

    Attributes:
        repository: Its URL, or the end of it: ``week06-ada``, ``class/week06-ada``.
        assignment: For which assignment.
        until: ISO date, perhaps with time and zone.
        reason: For the report.
        where: ``extensions.yaml:3``.
    """

    repository: str
    assignment: str
    until: str
    reason: str
    where: str


def terms(assignment: Assignment, repository: str, option: str = "") -> Terms:
    """When this repository's work is due: by the rubric, or later if more time was granted, and never earlier.

    An extension in the file that is before the deadline is passed over, and the report says so: the deadline may
    have been moved for the whole class since it was granted. On the command line it is a slip.

    Args:
        assignment: Its ``root`` is where ``extensions.yaml`` is looked for.
        repository: The repository's address, without credentials.
        option: What the command line grants; it counts over the file.

    Raises:
        CourseError: ``extensions.yaml`` is at fault; carries every problem.
        UsageError: The command line's extension can't be read or is before the deadline, or there is nothing to
            extend.
    """
    granted = [e for e in read_extensions(assignment) if _names(e.repository, repository)]
    known = Terms(deadline=assignment.deadline, policy=assignment.policy)
    if not assignment.deadline:
        if option:
            raise UsageError(f"{assignment.id} has no deadline, so there is nothing to extend.")
        return known
    deadline = parse_deadline(assignment.deadline)
    due = deadline.due(parse_date(assignment.opens) if assignment.opens else None)
    if option:
        try:
            until = _until(option, deadline)
        except DeadlineError as bad:
            raise UsageError(f"--extension: {bad.message}", bad.suggestion) from bad
        if due and until < due:
            raise UsageError(
                f"--extension: {_shown(until)} is before the deadline, {_shown(due)}: it would leave less time.",
                "Give a later time, or leave it out.",
            )
        return _with(known, until, "--extension")
    if granted:
        latest = max(granted, key=lambda e: _until(e.until, deadline))
        until = _until(latest.until, deadline)
        if due and until < due:
            return structs.replace(
                _with(known, due, ""),
                passed_over=f"{FILE} says {_shown(until)}, which is earlier: the deadline holds",
            )
        return _with(known, until, ": ".join(filter(None, (FILE, latest.reason))))
    return known if due is None else _with(known, due, "")


def read_extensions(assignment: Assignment) -> tuple[Extension, ...]:
    """Those of this assignment; the whole file is checked.

    Raises:
        CourseError: Carries every problem found.
    """
    file = assignment.root / FILE
    if not file.is_file():
        return ()
    problems = Problems()
    node = read_yaml(file.read_bytes(), FILE, problems, own=True)
    deadline = parse_deadline(assignment.deadline) if assignment.deadline else None
    known = assignments(assignment.root)

    def read(fields: Fields) -> Extension:
        extension = Extension(
            repository=fields.text("repository"),
            assignment=fields.text("assignment"),
            until=fields.text("until"),
            reason=fields.text("reason", default=""),
            where=fields.node.where,
        )
        _check(extension, assignment.id, known, deadline, fields)
        return extension

    found = () if node is None else read_records(node, read, problems, subject="extensions.yaml")
    problems.raise_any(FILE, remedy="Fix it at these places, then try again.")
    return tuple(e for e in found if e.assignment == assignment.id)


def _check(
    extension: Extension, assignment: str, known: Sequence[str], deadline: Deadline | None, fields: Fields
) -> None:
    if extension.assignment and extension.assignment not in known:
        fields.problems.add(
            fields.where("assignment"),
            f"there is no assignment {quoted(extension.assignment)}.",
            suggest(extension.assignment, known, "assignments"),
        )
    if extension.assignment != assignment or not extension.until:
        return
    if deadline is None:
        fields.problems.add(fields.where("assignment"), f"{quoted(assignment)} has no deadline to extend.")
        return
    try:
        _until(extension.until, deadline)
    except DeadlineError as bad:
        fields.problems.add(fields.where("until"), bad.message, bad.suggestion)


def _until(text: str, deadline: Deadline) -> dt.datetime:
    """A moment as an extension gives it; what it leaves out is the deadline's."""
    date, _, rest = text.strip().partition(" ")
    time, _, zone = rest.strip().partition(" ")
    parse_date(date, "the extension's date")
    whole = parse_deadline(f"{date} {time or f'{deadline.time:%H:%M}'} {zone.strip() or deadline.zone}")
    due = whole.due()
    assert due is not None  # it has a date
    return due


def _shown(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M (%z)}"


def _with(known: Terms, due: dt.datetime, extension: str) -> Terms:
    return Terms(
        deadline=known.deadline,
        due=due.isoformat(timespec="seconds"),
        extension=extension,
        policy=known.policy,
    )


def _names(written: str, repository: str) -> bool:
    """Whether an extension means this repository: the same address, or its last parts, whole."""
    one, other = (text.rstrip("/").removesuffix(".git").casefold() for text in (written, repository))
    return one == other or other.endswith((f"/{one}", f":{one}"))
