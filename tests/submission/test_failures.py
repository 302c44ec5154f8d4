"""What git says, as it was heard, and what we make of it."""

from __future__ import annotations

import pytest

from grader.errors import SubmissionError, Ungraded
from grader.submission import FetchLimits
from grader.submission.failures import explain
from grader.submission.git import GitFailed

HEARD = {
    "fatal: unable to access 'https://h/r/': Could not resolve host: h": "can't be found",
    "ssh: Could not resolve hostname h: Name or service not known": "can't be found",
    "fatal: unable to access 'https://h/r/': Failed to connect to h port 443: Connection refused": "can't be reached",
    "ssh: connect to host h port 22: Connection timed out": "can't be reached",
    "No ED25519 host key is known for h and you have requested strict checking.\nHost key verification failed.\n"
    "fatal: Could not read from remote repository.": "ssh does not know the host h",
    "fatal: unable to access 'https://h/': server certificate verification failed. CAfile: none": "is not trusted",
    "fatal: could not read Username for 'https://github.com': terminal prompts disabled": "is private, or doesn't",
    "git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.": "is private, or",
    "ERROR: Repository not found.\nfatal: Could not read from remote repository.": "There is no repository at",
    "remote: Repository not found.\nfatal: repository 'https://h/r/' not found": "There is no repository at",
    "fatal: unable to access 'https://h/r/': The requested URL returned error: 502": "busy or out of order",
    "fatal: detected dubious ownership in repository at '/srv/r.git'": "belongs to another user there",
    "fatal: mismatched algorithms: client sha1; server sha256": "SHA-256",
    "error: inflate: data stream error (incorrect header check)\nfatal: loose object is corrupt": "is damaged",
    "error: RPC failed; curl 18 transfer closed\nfatal: early EOF\nfatal: fetch-pack: invalid index-pack output": "broke off",
    "remote: aborting due to possible repository corruption on the remote side.\nfatal: early EOF": "is damaged",
    "fatal: Out of memory, malloc failed (tried to allocate 209715201 bytes)": "too large",
    "something new\nfatal: a \x1b[31msurprise": r"It says: fatal: a \x1b[31msurprise",
}


@pytest.mark.parametrize("words", HEARD)
def test_each_failure_has_its_own_sentence(words):
    error = explain(GitFailed(128, words), url="https://h/r", host="h", limits=FetchLimits())
    assert isinstance(error, SubmissionError)
    assert HEARD[words] in error.message
    assert error.message.isprintable()


def test_a_full_disk_is_our_fault():
    error = explain(
        GitFailed(128, "fatal: write error: No space left on device"), url="u", host="h", limits=FetchLimits()
    )
    assert isinstance(error, Ungraded)


def test_a_crash_is_reported_as_one():
    error = explain(GitFailed(-11, ""), url="u", host="h", limits=FetchLimits())
    assert "crashed" in error.message


def test_without_a_host_only_the_objects_can_be_at_fault():
    error = explain(
        GitFailed(128, "fatal: protocol error: bad pack header"), url="/srv/ada", limits=FetchLimits()
    )
    assert "/srv/ada is damaged" in error.message


def test_what_a_server_says_does_not_make_its_fault_ours():
    words = "remote: No space left on device\nfatal: repository 'https://h/r/' not found"
    error = explain(GitFailed(128, words), url="https://h/r", host="h", limits=FetchLimits())
    assert "There is no repository" in error.message
