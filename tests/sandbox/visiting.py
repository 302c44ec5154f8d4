"""A few lines of student code, run in a sandbox as the judge would run them."""

from __future__ import annotations

import textwrap

from grader import wire
from grader.judge.budget import Budget
from grader.judge.processes import StudentProcess, ZygoteClient
from grader.records import Limits

LIMITS = Limits(check_seconds=15, memory_mb=384, processes=64, disk_mb=16)


class StudentError(Exception):
    """What the student's function raised."""

    def __init__(self, raised: wire.Raised) -> None:
        super().__init__(f"{raised.type}: {raised.message}")


class Visitor:
    """Runs student code in one sandbox, a fresh process for each call, as the judge does."""

    def __init__(
        self,
        provider,
        source: str,
        environment: str = "numpy",
        limits: Limits = LIMITS,
        files=None,
        tools=None,
    ):
        files = {"student.py": textwrap.dedent(source).encode()} | (files or {})
        self.sandbox = provider.open(environment, limits, files, tools or {})
        self.limits = limits
        self.client = ZygoteClient(self.sandbox.connection)

    def call(self, name: str, *args, seconds: float | None = None, stay: bool = False):
        """The value that the student's function returns; raises StudentError or Died. ``stay``: don't end it."""
        budget = Budget(seconds or self.limits.check_seconds, self.sandbox.usage)
        process = StudentProcess(self.client, budget, self.limits.reply_mb << 20)
        try:
            for question in (wire.Load("student", "student.py"), wire.Call("student", name, list(args))):
                reply = process.ask(question)
                if isinstance(reply, wire.Raised):
                    raise StudentError(reply)
            return reply.value
        finally:
            if stay:
                self.staying = process
            else:
                process.leave()
