"""What only the local sandbox does."""

import os
import signal
import sys

import pytest

from grader.errors import Ungraded
from grader.sandbox.local import LocalProvider
from tests.sandbox.visiting import LIMITS, StudentError, Visitor


def test_it_says_that_it_does_not_protect(local):
    assert local.protects is False


def test_a_single_file_is_bounded(local):
    visitor = Visitor(
        local, "def f():\n    with open('big', 'wb') as big:\n        big.write(bytes(32 << 20))"
    )
    with pytest.raises(StudentError, match="File too large"):
        visitor.call("f")
    visitor.sandbox.close()


def test_a_python_without_the_libraries_is_ungraded_with_its_log_tail(monkeypatch, tmp_path):
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\necho 'no module named numpy' >&2\nexit 1\n")
    fake.chmod(0o755)
    provider = LocalProvider()
    monkeypatch.setattr(sys, "executable", str(fake))
    with pytest.raises(Ungraded, match="no module named numpy"):
        provider.open("numpy", LIMITS, {})
    provider.close()


def test_closing_the_provider_ends_its_sandboxes_and_removes_its_folder():
    provider = LocalProvider()
    sandbox = provider.open("numpy", LIMITS, {"student.py": b""})
    provider.close()
    provider.close()
    assert sandbox._process.poll() is not None
    assert not provider._folder.exists()


def test_a_sandbox_whose_process_another_thread_has_reaped_is_closed():
    provider = LocalProvider()
    sandbox = provider.open("numpy", LIMITS, {})
    os.killpg(sandbox._process.pid, signal.SIGKILL)
    os.waitpid(sandbox._process.pid, 0)  # between the system's word and its process's note of it
    sandbox.close()
    provider.close()
