"""Workflows of GitHub Actions, read as data: when they run, and what their steps do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml
from msgspec import Struct, structs

from grader.checks.project.commands import Command, CommandKind, may_test, read_commands

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PLACE = re.compile(r"\.github/workflows/[^/]+\.ya?ml")
MOST_BYTES = 64 << 10
MOST_DEPTH = 24


class Workflow(Struct, frozen=True, kw_only=True):
    """One workflow.

    Attributes:
        file: Its path.
        fault: Why it can't be read; empty if it can.
        events: What starts it.
        on_push: Whether a push of commits does.
        jobs: Each one's commands, in order.
    """

    file: str
    fault: str = ""
    events: tuple[str, ...] = ()
    on_push: bool = False
    jobs: dict[str, tuple[Command, ...]] = {}

    def tests(self) -> list[Command]:
        """The commands of all jobs that run tests, or may."""
        return [c for job in self.jobs.values() for c in job if c.kind is CommandKind.TEST or may_test(c)]


class _Loader(yaml.SafeLoader):
    """Without aliases: a few lines of them stand for billions."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse what refers to another place."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)


def workflows(texts: Mapping[str, str]) -> list[Workflow]:
    """The repository's workflows, in the order of their names."""
    return [read_workflow(path, texts[path]) for path in sorted(texts) if PLACE.fullmatch(path)]


def read_workflow(file: str, text: str) -> Workflow:
    """Read one; whatever it says, this raises nothing."""
    try:
        node = yaml.compose(text[:MOST_BYTES], Loader=_Loader)
        root = _plain(node, MOST_DEPTH)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 1}" if mark is not None else ""
        return Workflow(file=file, fault=f"it is not valid YAML{place}")
    if not isinstance(root, dict) or not isinstance(root.get("jobs"), dict):
        return Workflow(file=file, fault="it has no jobs")
    on = root.get("on", "")
    events = [on] if isinstance(on, str) else on if isinstance(on, list) else list(on)
    events = [e for e in events if isinstance(e, str) and e]
    jobs = {
        str(name)[:60]: tuple(_steps(job, _texts(root.get("env")), root.get("defaults")))
        for name, job in root["jobs"].items()
        if isinstance(job, dict) and str(job.get("if", "")).strip("${} ") != "false"
    }
    return Workflow(file=file, events=tuple(events)[:12], on_push=_on_push(on), jobs=jobs)


def _on_push(on: object) -> bool:
    if isinstance(on, dict) and isinstance(on.get("push"), dict):
        push = on["push"]
        return not ({"tags", "tags-ignore"} & set(push) and not {"branches", "branches-ignore"} & set(push))
    return "push" in on if isinstance(on, list | dict) else on == "push"


def _steps(job: Mapping[str, Any], variables: dict[str, str], defaults: object) -> Iterator[Command]:
    variables = variables | _texts(job.get("env"))
    folder = _folder(job.get("defaults")) or _folder(defaults)
    forgiven = _is_true(job.get("continue-on-error"))
    steps = job.get("steps")
    for step in steps if isinstance(steps, list) else []:
        if not isinstance(step, dict) or not isinstance(step.get("run"), _Line):
            continue
        if str(step.get("if", "")).strip("${} ") == "false":
            continue
        run = step["run"]
        here = step.get("working-directory")
        lines = [(run.line + i, line) for i, line in enumerate(run.splitlines())]
        for command in read_commands(lines):
            yield structs.replace(
                command,
                variables=variables | _texts(step.get("env")) | command.variables,
                folder=str(here) if isinstance(here, str) else folder,
                forgiven=command.forgiven or forgiven or _is_true(step.get("continue-on-error")),
            )


def _folder(defaults: object) -> str:
    run = defaults.get("run") if isinstance(defaults, dict) else None
    folder = run.get("working-directory") if isinstance(run, dict) else None
    return str(folder) if isinstance(folder, str) else ""


def _texts(env: object) -> dict[str, str]:
    """Variables whose value is plain text; GitHub's own expressions are left out."""
    if not isinstance(env, dict):
        return {}
    return {str(k): str(v) for k, v in env.items() if isinstance(v, str) and "${{" not in v}


def _is_true(value: object) -> bool:
    return isinstance(value, str) and value.strip().lower() == "true"


class _Line(str):
    """A text that knows in which line of its file it begins."""

    __slots__ = ("line",)
    line: int


def _plain(node: Any, depth: int) -> Any:
    """Maps, lists and texts; a number or a flag stays the text that was written."""
    if depth < 0:
        raise ValueError("nested too deep")
    if isinstance(node, yaml.MappingNode):
        return {
            str(key.value): _plain(value, depth - 1)
            for key, value in node.value
            if isinstance(key, yaml.ScalarNode)
        }
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, depth - 1) for item in node.value]
    if node is None:
        return ""
    text = _Line(node.value)
    text.line = node.start_mark.line + (2 if node.style in ("|", ">") else 1)
    return text
