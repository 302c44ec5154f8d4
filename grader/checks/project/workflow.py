"""Workflows of GitHub Actions, read as GitHub documents them: when a push starts them, and what their jobs do.

Source: docs.github.com, "Workflow syntax for GitHub Actions". What isn't understood is named, never guessed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml
from msgspec import Struct

from grader.checks.project.globs import selects
from grader.checks.reader import reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PLACE = re.compile(r"\.github/workflows/[^/]+\.ya?ml")
MOST_CHARACTERS = 64 << 10
MOST_NODES = 10_000
DEEPEST = 24
MOST_WORKFLOWS, MOST_JOBS, MOST_STEPS, MOST_CELLS = 20, 30, 60, 256
CODE = re.compile(r"\.(?:py|pyx|ipynb|toml|cfg|ini|txt)$")
PYTHON_IMAGE = re.compile(
    r"(?:docker\.io/(?:library/)?)?python:(3\.\d{1,2})(?:\.\d+)?(?:-slim)?(?:-(?:bullseye|bookworm|trixie))?"
)
"""Official images of Debian's kind, as the sandbox is."""
FILTERS = ("branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore")


class Text(str):
    """A text that knows in which line of its file it begins."""

    __slots__ = ("line",)
    line: int


class WorkflowStep(Struct, frozen=True, kw_only=True):
    """One step of a job.

    Attributes:
        line: Of its script's first line, or of what it uses.
        condition: Its ``if``, as written; empty if there is none.
        forgives: Its ``continue-on-error``, as written.
    """

    line: int
    name: str = ""
    id: str = ""
    run: str = ""
    uses: str = ""
    given: dict[str, str] = {}
    env: dict[str, str] = {}
    shell: str = ""
    folder: str = ""
    condition: str = ""
    forgives: str = ""


class WorkflowJob(Struct, frozen=True, kw_only=True):
    """One job.

    Attributes:
        outputs: What it hands to the jobs that need it, as written.
        python: Of the image that its container has; empty if it has none.
        cells: Of its matrix, each a set of values; one empty cell if it has none.
        strange: What about it isn't understood here: services, a reusable workflow.
    """

    id: str
    line: int
    steps: tuple[WorkflowStep, ...] = ()
    needs: tuple[str, ...] = ()
    condition: str = ""
    env: dict[str, str] = {}
    outputs: dict[str, str] = {}
    python: str = ""
    runs_on: str = ""
    cells: tuple[dict[str, Any], ...] = ({},)
    forgives: str = ""
    strange: tuple[str, ...] = ()


class Workflow(Struct, frozen=True, kw_only=True):
    """One workflow.

    Attributes:
        fault: Why GitHub can't run it; empty if it can.
        limit: Why we don't read it; empty if we do.
        events: What starts it, with what each is filtered by.
    """

    file: str
    fault: str = ""
    limit: str = ""
    name: str = ""
    events: dict[str, dict[str, tuple[str, ...]]] = {}
    env: dict[str, str] = {}
    jobs: tuple[WorkflowJob, ...] = ()

    def why_not_on_push(self, branch: str, paths: Sequence[str]) -> str:
        """Why a push to a branch doesn't start it; empty if it does.

        Args:
            branch: Its name.
            paths: The files that the push may change: it starts if there is one that starts it.
        """
        if "push" not in self.events:
            return f"it does not run on push, but on {', '.join(self.events) or 'nothing'}"
        filters = self.events["push"]
        if not {"branches", "branches-ignore"} & filters.keys() and {"tags", "tags-ignore"} & filters.keys():
            return "it runs on tags only"
        if "branches" in filters and not selects(filters["branches"], branch):
            return f"it runs on pushes to {', '.join(filters['branches'])[:80]}, and the branch is {branch}"
        if "branches-ignore" in filters and selects(filters["branches-ignore"], branch):
            return f"it leaves out the branch {branch}"
        if "paths" in filters and not any(selects(filters["paths"], p) for p in paths):
            return "its `paths` select none of the files"
        if "paths-ignore" in filters and all(selects(filters["paths-ignore"], p) for p in paths):
            return "its `paths-ignore` leaves out every file"
        return ""


class _Fault(ValueError):
    """GitHub would refuse the file."""


class _Limit(ValueError):
    """It is beyond what we read."""


@reader("your workflows")
def workflows(texts: Mapping[str, str]) -> list[Workflow]:
    """The repository's workflows, in the order of their names."""
    found = sorted(path for path in texts if PLACE.fullmatch(path))[:MOST_WORKFLOWS]
    return [read_workflow(path, texts[path]) for path in found]


def read_workflow(file: str, text: str) -> Workflow:
    """Read one; whatever it says, this raises nothing."""
    try:
        root = read_yaml(text)
        return _workflow(file, root)
    except _Fault as fault:
        return Workflow(file=file, fault=str(fault))
    except _Limit as limit:
        return Workflow(file=file, limit=str(limit))


# ── YAML ──────────────────────────────────────────────────────────────────────────────────────────────────


def read_yaml(text: str) -> Any:
    """Maps, lists and texts with their lines; ``on`` is a text here, and so is ``3.10``.

    Raises:
        ValueError: It is no YAML, or beyond a bound.
    """
    if len(text) > MOST_CHARACTERS:
        raise _Limit(f"it has {len(text):,} characters; at most {MOST_CHARACTERS:,} are read")
    depth = deepest = 0
    for letter in text:
        depth = max(0, depth + (letter in "[{") - (letter in "]}"))
        deepest = max(deepest, depth)
    if deepest > 4 * DEEPEST or any(
        len(m) > 8 * DEEPEST for m in re.findall(r"^(?:[ -]|\? )+", text, re.MULTILINE)
    ):
        raise _Limit(f"it is nested more than {DEEPEST} deep")
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise _Fault("it is not valid YAML" + (f" in line {mark.line + 1}" if mark else "")) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise _Fault("it is not valid YAML") from None
    return _plain(node, DEEPEST, [MOST_NODES])


def _plain(node: Any, depth: int, left: list[int]) -> Any:
    left[0] -= 1
    if depth < 0 or left[0] < 0:
        raise _Limit(f"it is nested more than {DEEPEST} deep, or has more than {MOST_NODES:,} parts")
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                name = Text(key.value)
                name.line = key.start_mark.line + 1
                if name in found:
                    raise _Fault(f"the key `{name[:40]}` is there twice, the second time in line {name.line}")
                found[name] = _plain(value, depth - 1, left)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, depth - 1, left) for item in node.value]
    if node is None or (node.tag.endswith(":null") and node.style is None):
        return None
    text = Text(_as_number(node.value) if node.tag.endswith(":float") and node.style is None else node.value)
    text.line = node.start_mark.line + (2 if node.style in ("|", ">") else 1)
    return text


def _as_number(text: str) -> str:
    """A number as GitHub writes it: ``3.10`` is 3.1."""
    try:
        return f"{float(text.replace('_', '')):.15g}"
    except ValueError:
        return text


# ── Its parts ─────────────────────────────────────────────────────────────────────────────────────────────


def _workflow(file: str, root: Any) -> Workflow:
    if not isinstance(root, dict):
        raise _Fault("it is not a map of keys and values")
    if root.get("on") is None:
        raise _Fault("it does not say `on` what it runs")
    if not isinstance(root.get("jobs"), dict) or not root["jobs"]:
        raise _Fault("it has no jobs")
    if len(root["jobs"]) > MOST_JOBS:
        raise _Limit(f"it has {len(root['jobs'])} jobs; at most {MOST_JOBS} are read")
    defaults = _run_defaults(root.get("defaults"))
    return Workflow(
        file=file,
        name=str(root.get("name") or file),
        events=_events(root["on"]),
        env=_texts(root.get("env")),
        jobs=tuple(_job(name, job, defaults) for name, job in root["jobs"].items()),
    )


def _events(on: Any) -> dict[str, dict[str, tuple[str, ...]]]:
    if isinstance(on, str):
        return {str(on): {}}
    if isinstance(on, list):
        return {str(event): {} for event in on if isinstance(event, str)}
    if not isinstance(on, dict):
        raise _Fault("`on` names no event")
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for event, said in on.items():
        for key in said if event == "push" and isinstance(said, dict) else ():
            if key not in FILTERS:
                raise _Fault(f"`push` knows no `{str(key)[:40]}`, in line {getattr(key, 'line', 1)}")
        filters = {f: _list(said[f]) for f in FILTERS if f in said} if isinstance(said, dict) else {}
        for one in ("branches", "tags", "paths"):
            if one in filters and f"{one}-ignore" in filters:
                raise _Fault(f"`{one}` and `{one}-ignore` can't both be given for {event}")
        found[str(event)] = filters
    return found


def _job(name: str, job: Any, defaults: dict[str, str]) -> WorkflowJob:
    line = getattr(name, "line", 1)
    if not isinstance(job, dict):
        raise _Fault(f"the job {str(name)[:60]} in line {line} is empty")
    strange: list[str] = []
    if "uses" in job:
        return WorkflowJob(
            id=str(name), line=line, needs=_list(job.get("needs")), condition=_text(job.get("if")),
            strange=(f"it calls the workflow {_text(job['uses'])[:100]}",),
        )  # fmt: skip
    if not isinstance(job.get("steps"), list):
        raise _Fault(f"the job {str(name)[:60]} in line {line} has no steps")
    if "runs-on" not in job:
        raise _Fault(f"the job {str(name)[:60]} in line {line} does not say what it runs on")
    if job.get("services"):
        strange.append("it has services")
    python = _python_image(job.get("container"))
    if job.get("container") and not python:
        strange.append("it runs in a container")
    if job.get("environment"):
        strange.append("it needs an environment of the repository's")
    own = defaults | _run_defaults(job.get("defaults"))
    steps = tuple(_step(step, own) for step in job["steps"][:MOST_STEPS])
    if len(job["steps"]) > MOST_STEPS:
        strange.append(f"it has more than {MOST_STEPS} steps")
    strategy = job.get("strategy")
    cells, odd = _cells(strategy.get("matrix") if isinstance(strategy, dict) else None)
    return WorkflowJob(
        id=str(name),
        line=line,
        steps=steps,
        needs=_list(job.get("needs")),
        condition=_text(job.get("if")),
        env=_texts(job.get("env")),
        outputs=_texts(job.get("outputs")),
        python=python,
        runs_on=" ".join(_list(job["runs-on"]))
        if not isinstance(job["runs-on"], dict)
        else "a group of runners",
        cells=cells,
        forgives=_text(job.get("continue-on-error")),
        strange=(*strange, *odd),
    )


def _python_image(container: Any) -> str:
    """The version of an official image that has a Python and nothing else; empty if it is another image."""
    only_image = isinstance(container, dict) and container.keys() == {"image"}
    found = PYTHON_IMAGE.fullmatch(_text(container["image"] if only_image else container))
    return found[1] if found else ""


def _step(step: Any, defaults: dict[str, str]) -> WorkflowStep:
    if not isinstance(step, dict) or not ("run" in step or "uses" in step):
        raise _Fault("a step has neither `run` nor `uses`")
    what = step.get("run", step.get("uses"))
    return WorkflowStep(
        line=getattr(what, "line", 1),
        name=_text(step.get("name")),
        id=_text(step.get("id")),
        run=_text(step.get("run")),
        uses=_text(step.get("uses")),
        given=_texts(step.get("with")),
        env=_texts(step.get("env")),
        shell=_text(step.get("shell")) or defaults.get("shell", ""),
        folder=_text(step.get("working-directory")) or defaults.get("working-directory", ""),
        condition=_text(step.get("if")),
        forgives=_text(step.get("continue-on-error")),
    )


def _cells(matrix: Any) -> tuple[tuple[dict[str, Any], ...], tuple[str, ...]]:  # noqa: C901
    """Every combination of a matrix, as ``include`` and ``exclude`` leave them."""
    if matrix is None:
        return ({},), ()
    if not isinstance(matrix, dict):
        return ({},), ("its matrix is worked out elsewhere",)
    cells: list[dict[str, Any]] = [{}]
    odd: list[str] = []
    for name, values in matrix.items():
        if name in {"include", "exclude"}:
            continue
        if not isinstance(values, list):
            odd.append(f"its matrix works out {str(name)[:40]} elsewhere")
            continue
        cells = [cell | {str(name): value} for cell in cells for value in values][:MOST_CELLS]
    for out in _maps(matrix.get("exclude")):
        cells = [c for c in cells if not all(c.get(k) == v for k, v in out.items())]
    original = [dict(cell) for cell in cells]
    for extra in _maps(matrix.get("include")):
        fits = [i for i, o in enumerate(original) if o and all(o.get(k, v) == v for k, v in extra.items())]
        for i in fits:
            cells[i] |= extra
        if not fits:
            cells = [c for c in cells if c] + [dict(extra)]
    if not cells and not odd:
        odd.append("its matrix leaves nothing")
    return tuple(cells) or ({},), tuple(odd)


def _maps(value: Any) -> Iterator[dict[str, Any]]:
    return (
        ({str(k): v for k, v in item.items()} for item in value if isinstance(item, dict))
        if isinstance(value, list)
        else iter(())
    )


def _run_defaults(defaults: Any) -> dict[str, str]:
    run = defaults.get("run") if isinstance(defaults, dict) else None
    return _texts(run)


def _list(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(str(item) for item in value if isinstance(item, str))
    return (str(value),) if isinstance(value, str) else ()


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {str(k): str(v or "") for k, v in value.items() if v is None or isinstance(v, str)}


def _text(value: Any) -> str:
    """A scalar, with its line; empty for anything else."""
    return value if isinstance(value, str) else ""
