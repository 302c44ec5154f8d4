"""One job on one fresh machine: its steps, run by the same bash as GitHub runs them.

Each ``run`` is a script of its own, with the options that GitHub gives its shell; what it writes to GITHUB_ENV,
GITHUB_PATH and GITHUB_OUTPUT the next ones have. Actions that everybody uses are understood, others are passed
over and named.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from grader.checks.project.causes import FailureCause, Whose, cause_of
from grader.checks.project.conditions import forgives, holds
from grader.checks.project.expressions import UNKNOWN, interpolate
from grader.checks.project.pythons import versions_for
from grader.checks.project.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.checks.project.sandbox import ProjectSandbox
    from grader.checks.project.workflow import Workflow, WorkflowJob, WorkflowStep

SHELLS = {
    "": ("bash", "-e", "{0}"),
    "bash": ("bash", "--noprofile", "--norc", "-eo", "pipefail", "{0}"),
    "sh": ("sh", "-e", "{0}"),
    "python": ("python", "{0}"),
}
DONE = re.compile(
    r"(?:actions/(?:setup-python|cache(?:/\w+)?|upload-artifact|setup-node|github-script|labeler|stale)|"
    r"astral-sh/(?:setup-uv|ruff-action)|"
    r"snok/install-poetry|abatilo/actions-poetry|Gr1N/setup-poetry|yezz123/setup-uv|"
    r"codecov/codecov-action|coverallsapp/github-action|"
    r"pre-commit/action|psf/black|peaceiris/actions-gh-pages|softprops/action-gh-release|"
    r"excitedleigh/setup-nox|wntrblm/nox|"
    r"EnricoMi/publish-unit-test-result-action|mikepenz/action-junit-report|py-cov-action/\S+|"
    r"pypa/gh-action-pypi-publish|"
    r"chartboost/ruff-action|jakebailey/pyright-action|ricardochaves/python-lint|"
    r"styfle/cancel-workflow-action|"
    r"dorny/test-reporter|MishaKav/pytest-coverage-comment|pavelzw/pytest-action-summary)@"
)
"""Actions that bring what the sandbox has, or look at the results: nothing is lost without them."""

SYSTEM_PACKAGES = re.compile(r"^(?:sudo\s+)?(?:apt|apt-get|add-apt-repository|dpkg)\s")
"""Only the runner's root can install them: the rest of such a step is tried without."""


class StepRun(Struct, frozen=True, kw_only=True):
    """One step of a job, and what became of it.

    Attributes:
        line: In the workflow: of the script's line that it got to.
        status: ``passed``, ``failed``, ``forgiven``, ``skipped`` or ``unknown``.
        why: For what was skipped or is unknown.
    """

    line: int
    name: str
    status: str
    why: str = ""
    text: str = ""
    output: str = ""
    cause: FailureCause | None = None


class JobRun(Struct, frozen=True, kw_only=True):
    """One job, run.

    Attributes:
        status: ``success``, ``failure``, ``skipped`` or ``unknown``.
        seen: What a person should know: what was passed over, what isn't known.
        outputs: What it hands to the jobs that need it; what isn't known is ``UNKNOWN``.
    """

    job: str
    status: str
    outputs: dict[str, Any] = {}
    steps: tuple[StepRun, ...] = ()
    seen: tuple[str, ...] = ()

    @property
    def failed(self) -> StepRun | None:
        """The step that made it red."""
        return next((step for step in self.steps if step.status == "failed"), None)


class JobMachine:
    """One job on one fresh machine."""

    def __init__(self, sandbox: ProjectSandbox, name: str, seconds: float, until: float) -> None:
        self._sandbox = sandbox
        self._name = name
        self._seconds = seconds
        self._until = until
        self._env: dict[str, str] = {}
        self._path: list[str] = []
        self._seen: list[str] = []
        self._steps: dict[str, Any] = {}
        self._is_vague = False

    def run(self, workflow: Workflow, job: WorkflowJob, context: dict[str, Any]) -> JobRun:
        """All its steps."""
        checks_out = any(
            s.uses.startswith("actions/checkout@") and not _elsewhere(s, self._name) for s in job.steps
        )
        self._checks_out = checks_out
        into = next(
            (s.given.get("path", "") for s in job.steps if s.uses.startswith("actions/checkout@")), ""
        )
        home = self._sandbox.settle(
            name=self._name,
            urls=["https://localhost/repository"],
            cloned=False,
            inside=False,
            pythons=_pythons(job, context) or versions_for(self._sandbox.texts),
        )
        place = f"{home}/runner/{self._name}/{self._name}"
        self._place, self._temp = place, f"{home}/runner/_temp"
        setup = f"mkdir -p '{place}' '{self._temp}'"
        if checks_out:
            inner = f"{place}/{into}".rstrip("/")
            setup += f" && git clone -q https://localhost/repository '{inner}'"
        self._sandbox.script(setup, seconds=120)
        context = context | {
            "steps": self._steps,
            "runner": context["runner"] | {"temp": self._temp, "tool_cache": home, "workspace": place},
        }
        context["github"] = context["github"] | {"workspace": place}
        self._known = Surroundings(
            texts=self._sandbox.texts, home=home, has_package=self._sandbox.has_package
        )
        found: list[StepRun] = []
        status = "success"
        for step in job.steps:
            one = self._step(workflow, job, step, context | {"status()": status}, status)
            found.append(one)
            if step.id:
                conclusion = "failure" if one.status == "failed" else "success"
                self._steps.setdefault(step.id, {"outputs": {}}).update(
                    outcome=conclusion, conclusion=conclusion
                )
            if one.status == "failed":
                status = "failure"
        forgiven = forgives(job.forgives, context)
        if status == "failure" and forgiven:
            status = "success"
            self._seen.append(f"job {job.id}: its failure is forgiven by `continue-on-error`")
        return JobRun(
            job=job.id,
            status=status,
            outputs={name: _known(*interpolate(text, context)) for name, text in job.outputs.items()},
            steps=tuple(found),
            seen=tuple(self._seen),
        )

    def _step(
        self, workflow: Workflow, job: WorkflowJob, step: WorkflowStep, context: dict[str, Any], status: str
    ) -> StepRun:
        env, vague = self._variables(workflow, job, step, context)
        context = context | {"env": env}
        name = (
            step.name or step.run.strip().splitlines()[0][:60] if step.run.strip() else step.name or step.uses
        )
        made = StepRun(line=step.line, name=name[:80], status="skipped")
        starts = holds(step.condition, context, status)
        if starts is None:
            self._seen.append(
                f"line {step.line}: the `if` of “{name[:60]}” can't be decided here: {step.condition[:80]}"
            )
            self._is_vague = True
            return structs.replace(made, status="unknown")
        if not starts:
            return structs.replace(
                made, why="its `if` does not hold" if step.condition else "a step before it failed"
            )
        if step.uses:
            return self._action(step, made, context)
        return self._script(step, made, context, env, vague=vague)

    def _action(self, step: WorkflowStep, made: StepRun, context: Mapping[str, Any]) -> StepRun:
        if step.uses.startswith("actions/setup-python@"):
            version, _ = interpolate(step.given.get("python-version", ""), context)
            if version.strip() == "3.1":
                why = "There is no Python 3.1 to set up: YAML reads 3.10 as that number."
                cause = FailureCause(
                    whose=Whose.THEIRS, why=why, hint='Write "3.10" in quotes.', is_certain=True
                )
                return structs.replace(made, status="failed", cause=cause)
        if step.uses.startswith("actions/checkout@"):
            if _elsewhere(step, self._name):
                what = step.given.get("repository", "")[:80]
                self._seen.append(f"line {step.line}: it checks out something else: {what}")
                self._is_vague = True
            return structs.replace(made, status="passed")
        if DONE.match(step.uses):
            return structs.replace(made, status="passed")
        self._seen.append(f"line {step.line}: the action {step.uses[:80]} is not run here")
        self._is_vague = True
        return structs.replace(made, status="unknown")

    def _script(
        self, step: WorkflowStep, made: StepRun, context: dict[str, Any], env: dict[str, str], *, vague: bool
    ) -> StepRun:
        text, known = interpolate(step.run, context)
        folder, sure = interpolate(step.folder, context)
        shell, _ = interpolate(step.shell, context)
        argv = SHELLS.get(shell) or (tuple(shell.split()) if "{0}" in shell else None)
        if argv is None:
            self._seen.append(f"line {step.line}: the shell {shell[:40]} is not here")
            return structs.replace(made, status="unknown")
        left = min(self._seconds, self._until - time.monotonic())
        if left < 1:
            self._is_vague = True
            self._seen.append("the time for all jobs was up")
            return structs.replace(made, status="unknown")
        files = {
            n: f"{self._temp}/{n.lower()}"
            for n in ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")
        }
        self._sandbox.script("; ".join(f": > '{f}'" for f in files.values()), seconds=20)
        played = self._sandbox.script(
            text,
            seconds=left,
            argv=argv,
            folder=folder if folder.startswith("/") else f"{self._place}/{folder}",
            variables=env | files | self._own(context),
        )
        ran = played.commands[0]
        self._collect(files, step)
        line = step.line + ran.line - 1
        typed = step.run.splitlines()
        said = typed[ran.line - 1].strip() if 0 < ran.line <= len(typed) else made.name
        made = structs.replace(made, text=said[:200], output=ran.output, line=line)
        if ran.worked:
            return structs.replace(made, status="passed")
        if ran.status is not None and SYSTEM_PACKAGES.search(said):
            self._seen.append(f"line {line}: a system's packages are not installed here: {said[:80]}")
            self._is_vague = True
            ends = ran.line
            while ends < len(typed) and typed[ends - 1].endswith("\\"):
                ends += 1
            rest = "\n" * ends + "\n".join(typed[ends:])
            if not rest.strip():
                return structs.replace(made, status="forgiven")
            return self._script(structs.replace(step, run=rest), made, context, env, vague=vague)
        forgiven = forgives(step.forgives, context)
        cause = (
            cause_of(structs.replace(ran, text=text), self._known)
            if ran.status is not None
            else FailureCause(whose=Whose.SURROUNDINGS, why=f"it did not end within {left:.0f} s")
        )
        if not self._checks_out and cause.whose is not Whose.SURROUNDINGS:
            why = "No step before it checks the repository out: there is nothing where it runs."
            hint = "Begin with `- uses: actions/checkout@v4`."
            cause = FailureCause(whose=Whose.THEIRS, why=why, hint=hint, lines=cause.lines)
        elif (
            cause.whose is Whose.THEIRS
            and not cause.is_certain
            and (self._is_vague or vague or not (known and sure))
        ):
            cause = FailureCause(
                whose=Whose.UNKNOWN, why="what it needs may be missing only here", lines=cause.lines
            )
        if forgiven:
            self._seen.append(f"line {line}: its failure is forgiven by `continue-on-error`")
        return structs.replace(made, status="forgiven" if forgiven else "failed", cause=cause)

    def _variables(
        self, workflow: Workflow, job: WorkflowJob, step: WorkflowStep, context: dict[str, Any]
    ) -> tuple[dict[str, str], bool]:
        """The three levels of ``env``, over what steps wrote into GITHUB_ENV; and whether any of it is unknown."""
        found = dict(self._env)
        vague = False
        for level in (workflow.env, job.env, step.env):
            now = context | {"env": dict(found)}
            for name, text in level.items():
                found[name], known = interpolate(text, now)
                vague = vague or not known
        return found, vague

    def _own(self, context: Mapping[str, Any]) -> dict[str, str]:
        github = context["github"]
        names = (
            "event_name",
            "ref",
            "ref_name",
            "ref_type",
            "repository",
            "repository_owner",
            "sha",
            "workspace",
            "job",
            "workflow",
            "run_id",
        )
        own = {f"GITHUB_{n.upper()}": str(github[n]) for n in names} | {
            "CI": "true", "GITHUB_ACTIONS": "true", "RUNNER_OS": "Linux", "RUNNER_ARCH": "X64",
            "RUNNER_TEMP": self._temp,
        }  # fmt: skip
        return own | ({"GRADER_PATH": ":".join(reversed(self._path))} if self._path else {})

    def _collect(self, files: Mapping[str, str], step: WorkflowStep) -> None:
        """What a step wrote for those after it."""
        for name in ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT"):
            played = self._sandbox.script(f"head -c 40000 '{files[name]}'", seconds=20)
            text = played.commands[0].output if played.commands else ""
            if name == "GITHUB_PATH":
                self._path += [line for line in text.splitlines() if line.strip()][:50]
            elif name == "GITHUB_ENV":
                self._env |= assignments(text)
            elif step.id:
                self._steps.setdefault(step.id, {})["outputs"] = assignments(text)


def assignments(text: str) -> dict[str, str]:
    """``NAME=value`` and ``NAME<<END`` lines, as GITHUB_ENV and GITHUB_OUTPUT have them."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines()[:500])
    for line in lines:
        here = re.match(r"([A-Za-z_][\w-]*)<<(\S+)$", line)
        if here:
            body: list[str] = []
            for inner in lines:
                if inner == here[2]:
                    break
                body.append(inner)
            found[here[1]] = "\n".join(body)
        elif "=" in line:
            name, _, value = line.partition("=")
            found[name] = value
    return found


def _known(text: str, known: bool) -> object:
    return text if known else UNKNOWN


def _pythons(job: WorkflowJob, context: Mapping[str, Any]) -> list[str]:
    """The version that a step or the container brings: ``3.12`` of ``3.12.1``, ``3.12.x`` and ``>=3.12``."""
    for step in job.steps:
        for name in ("python-version", "python_version"):
            text, _ = interpolate(step.given.get(name, ""), context)
            if found := re.search(r"\b3\.(\d{1,2})\b", text):
                return [f"3.{found[1]}"]
    return [job.python] if job.python else []


def _elsewhere(step: WorkflowStep, name: str) -> bool:
    repository = step.given.get("repository", "")
    return (
        bool(repository)
        and "github.repository" not in repository
        and not repository.lower().endswith(f"/{name.lower()}")
    )
