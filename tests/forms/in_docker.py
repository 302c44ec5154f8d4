"""The matrix of forms in a real sandbox, with real packages: what is said of each, beside what is right.

    python -m tests.forms.in_docker [PART-OF-A-NAME …]

Prints a line for each case, and at the end those that are wrong: a case may be left to a person where a machine
could have decided, but nothing right may be told to revise, and nothing faulty may pass. All 270 take a quarter of an hour;
``test_in_docker.py`` runs some of each kind.
"""

import sys
import time
from contextlib import contextmanager
from socket import dup, socket

from grader.checks.failure import CheckUndecided, NotDelivered
from grader.checks.project import judge_ci, judge_readme
from grader.judge.job import ProjectSource
from grader.judge.processes import ZygotePool
from grader.judge.project import Project
from grader.judge_service import SubmissionSandboxes
from grader.plan import PROJECT_TEXTS
from grader.records import CommitStatus, Limits
from grader.sandbox.docker import DockerProvider
from tests.forms.cases import Case, cases

LIMITS = Limits(memory_mb=3072, processes=256, disk_mb=256, cpus=2.0)
SECONDS = 600.0
"""Of computing, for a case."""


@contextmanager
def project(provider, case: Case):
    """A check's view of a case's repository, in a sandbox of its own."""
    files = {path: text.encode("utf-8", "surrogateescape") for path, text in case.files.items()}
    texts = {path: text for path, text in case.files.items() if path.lower().endswith(PROJECT_TEXTS)}
    source = ProjectSource(
        texts=texts,
        status=CommitStatus(state="unread", source="nobody was asked"),
        url=case.url,
        branch=case.branch,
        executable=tuple(case.executable),
    )
    with SubmissionSandboxes(provider, LIMITS, (), files, {}) as sandboxes:

        def connection(environment, lost):
            return socket(fileno=dup(sandboxes.connection(environment, lost).fileno()))

        zygotes = ZygotePool(connection, sandboxes.usage, sandboxes.packages)
        one = Project(source, (), zygotes, LIMITS, SECONDS, {})
        yield one
        one.leave()
        zygotes.close()


def said(provider, case: Case) -> tuple[str, str]:
    """What is said of a case, and why: ``pass``, ``revise``, ``review``, or ``ungraded``."""
    with project(provider, case) as one:
        try:
            if case.kind == "readme":
                found, _ = judge_readme(one, seconds=30, total_seconds=300)
            else:
                found = judge_ci(one, seconds=120, total_seconds=300)
        except CheckUndecided as undecided:
            return "review", undecided.finding.headline
        except NotDelivered as failed:
            return "ungraded", failed.finding.traceback
    step = found.step or found.failed
    where = f" (line {step.line}: {step.text[:60]!r})" if step else ""
    return found.word.value, found.why + where


def is_harm(right: str, word: str) -> bool:
    """Whether somebody is wronged: told to revise what is right, or passed what is not."""
    return (word == "revise") != (right == "revise") and word in {"pass", "revise"} and word != right


def main() -> None:
    """Run the cases that are asked for."""
    provider, wrong = DockerProvider(progress=print), []
    chosen = [case for case in cases() if not sys.argv[1:] or any(part in case.name for part in sys.argv[1:])]
    try:
        for case in chosen:
            began = time.monotonic()
            word, why = said(provider, case)
            mark = "ok   " if word == case.outcome else "HARM " if is_harm(case.outcome, word) else "ask  "
            line = f"{mark} {case.name}: {word}, right is {case.outcome} ({time.monotonic() - began:.0f} s) {why}"
            print(line, flush=True)
            if word != case.outcome:
                wrong.append(line)
    finally:
        provider.close()
    print(f"\n{len(chosen) - len(wrong)} of {len(chosen)} as is right", *wrong, sep="\n")
    raise SystemExit(any(line.startswith("HARM") for line in wrong))


if __name__ == "__main__":
    main()
