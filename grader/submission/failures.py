"""What git's last words mean, and what to do about it.

git reports its errors in English text alone. The text may come from a hostile server, so all it can do is
choose one of these sentences; none of it but one sanitised line is ever shown.
"""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.errors import GraderError, HostUnreachable, SubmissionError, Ungraded
from grader.submission.git import too_large
from grader.submission.names import shown

if TYPE_CHECKING:
    from grader.submission.git import GitFailed
    from grader.submission.limits import FetchLimits

_NETWORK = "Check the address, and this machine's network."
_PRIVATE = (
    "Check the address. If the repository is private, give this machine access to it:"
    " a credential helper (gh auth setup-git), an ssh key, or https://TOKEN@{host}/…"
)


@dataclass(frozen=True, slots=True)
class _Failure:
    pattern: re.Pattern[str]
    message: str
    remedy: str
    kind: type[SubmissionError]


def _failure(
    pattern: str, message: str, remedy: str, kind: type[SubmissionError] = SubmissionError
) -> _Failure:
    return _Failure(re.compile(pattern, re.IGNORECASE | re.MULTILINE), message, remedy, kind)


_DAMAGED = (
    "The repository at {url} is damaged: its commit can't be read in full.",
    "Clone it and run: git fsck. Then push again.",
)

# The first that fits is reported.
_FAILURES = (
    _failure(
        r"could ?n.t resolve|could not resolve|name or service not known|temporary failure in name resolution"
        r"|nodename nor servname",
        "The host {host} can't be found.",
        _NETWORK,
        HostUnreachable,
    ),
    _failure(
        r"connection refused|failed to connect|could ?n.t connect|connection timed out|operation timed out"
        r"|no route to host|network is unreachable|connection reset|empty reply from server",
        "The host {host} can't be reached.",
        _NETWORK,
        HostUnreachable,
    ),
    _failure(
        r"host key verification failed",
        "ssh does not know the host {host} yet, and asks nobody when the grader runs it.",
        "Connect to it once by hand and check its key: ssh {host}",
    ),
    _failure(
        r"certificate|SSL_ERROR|gnutls_handshake|SSL routines",
        "The certificate of {host} is not trusted by this machine.",
        "Check the address, or add the host's certificate (git config --global http.sslCAInfo FILE).",
    ),
    _failure(
        r"dubious ownership",
        "The host {host} refuses to read {url}: it belongs to another user there.",
        "Its administrator has to correct the owner.",
    ),
    _failure(
        r"could not read (username|password)|authentication failed|permission denied|returned error: 40[13]"
        r"|access denied|invalid credentials",
        "{url} is private, or doesn't exist: the host asks who we are.",
        _PRIVATE,
    ),
    _failure(
        r"not found|does not appear to be a git repository|returned error: 404|could not be found"
        r"|no such file or directory|not valid: is this a git repository",
        "There is no repository at {url}, or it is private.",
        _PRIVATE,
    ),
    _failure(
        r"returned error: (429|5\d\d)",
        "The host {host} is busy or out of order.",
        "Try again in a few minutes.",
        HostUnreachable,
    ),
    _failure(
        r"mismatched algorithms|unknown object format",
        "{url} names its objects by SHA-256, which is not read here.",
        "Push the work to an ordinary repository.",
    ),
    _failure(
        r"transport '.*' not allowed",
        "{url} would be read in a way that is not allowed.",
        "Use https or ssh.",
    ),
    _failure(r"repository corruption on the remote side|did not send all necessary objects", *_DAMAGED),
    _failure(
        r"unexpected disconnect|hung up|early EOF|RPC failed|bad pack header|transfer closed",
        "The connection to {host} broke off.",
        "Try again.",
        HostUnreachable,
    ),
    _failure(
        r"bad object|corrupt|inflate|index-pack|unpack|unable to read|malformed|bad tree|invalid", *_DAMAGED
    ),
)
_TOO_LARGE = re.compile(
    r"died of signal 25|File size limit|Out of memory|died of signal 24|unable to create thread"
)
_DISK_FULL = re.compile(r"No space left on device|Disk quota exceeded")


def explain(failure: GitFailed, *, url: str, limits: FetchLimits, host: str = "") -> GraderError:
    """The error a person can act on.

    Args:
        failure: How git ended.
        url: Without credentials.
        limits: For the message of what is too large.
        host: Empty if git read only what lies on this machine: then nothing but the objects can be at fault.
    """
    own_words = "\n".join(line for line in failure.stderr.splitlines() if not line.startswith("remote:"))
    if _DISK_FULL.search(own_words):
        return Ungraded(
            "The disk is full: the repository can't be fetched.", "Free some space, then grade again."
        )
    if _TOO_LARGE.search(own_words) or failure.status in {-signal.SIGXCPU, -signal.SIGXFSZ}:
        return too_large(limits)
    if failure.status < 0:
        return SubmissionError(f"git could not read {url} and crashed: the repository is damaged or hostile.")
    if not host:
        return SubmissionError(_DAMAGED[0].format(url=url), _DAMAGED[1])
    for known in _FAILURES:
        if known.pattern.search(failure.stderr):
            return known.kind(known.message.format(url=url, host=host), known.remedy.format(host=host))
    last = own_words.strip().rpartition("\n")[2] or f"status {failure.status}"
    return SubmissionError(f"git could not read {url}. It says: {shown(last)}")
