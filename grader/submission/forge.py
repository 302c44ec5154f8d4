"""What the forge says of a commit's checks, asked by the host with its token; the student's side has neither.

Nobody is asked without a token, and no token goes anywhere but to the API of the forge that it is for. What
can't be read is said to be unread, with the reason: it is never made up.
"""

from __future__ import annotations

import json
import os
import re
import urllib.error
import urllib.request
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from grader.records import CommitStatus
from grader.submission.names import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS = 10.0
MOST_BYTES = 4 << 20
FINE = {"success", "neutral", "skipped"}
_SCP = re.compile(r"(?:ssh://)?(?:[\w.-]+@)?(?P<host>[\w.-]+)[:/](?P<path>[^:]+)")


def commit_status(url: str, commit: str, environment: Mapping[str, str] = os.environ) -> CommitStatus:
    """Ask GitHub for a commit's check runs.

    Args:
        url: The repository, without credentials.
        commit: 40 hex digits; empty for a plain folder.
        environment: Has ``GITHUB_TOKEN`` or ``GH_TOKEN``; for a server of one's own also ``GITHUB_SERVER_URL`` and
            ``GITHUB_API_URL``, as on a runner of Actions.
    """
    server = environment.get("GITHUB_SERVER_URL", "https://github.com")
    api = environment.get("GITHUB_API_URL", "https://api.github.com").rstrip("/")
    token = environment.get("GITHUB_TOKEN") or environment.get("GH_TOKEN") or ""
    host, path = _place(url)
    if not commit:
        return _unread("a plain folder has no commit whose checks could be read")
    if host != urlsplit(server).hostname or path.count("/") != 1:
        return _unread(f"the repository is not on {urlsplit(server).hostname}")
    if not token:
        return _unread("no GITHUB_TOKEN is set, so GitHub was not asked")
    try:
        answer = _get(f"{api}/repos/{quote(path)}/commits/{commit}/check-runs?per_page=100", token)
    except urllib.error.HTTPError as error:
        hidden = error.code == HTTPStatus.NOT_FOUND
        why = (
            "the token may not see this repository, or the commit was not pushed" if hidden else error.reason
        )
        return _unread(f"GitHub answered {error.code}: {shown(why)}")
    except (OSError, ValueError) as error:
        return _unread(f"GitHub could not be reached: {type(error).__name__}")
    return _read(answer, urlsplit(api).hostname or "")


def _place(url: str) -> tuple[str, str]:
    """Host and ``owner/name`` of an address."""
    parts = urlsplit(url) if "://" in url else None
    if parts is not None:
        host, path = parts.hostname or "", parts.path
    else:
        match = _SCP.fullmatch(url)
        host, path = (match["host"], match["path"]) if match else ("", "")
    return host.lower(), path.strip("/").removesuffix(".git")


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follow no redirection: the token would go along."""

    def redirect_request(self, *_: object) -> None:
        """Nowhere."""


def _get(address: str, token: str) -> Any:
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/vnd.github+json",
        "User-Agent": "grader",
    }
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 - the API's own address
    with urllib.request.build_opener(_Stay).open(request, timeout=SECONDS) as response:
        return json.loads(response.read(MOST_BYTES))


def _read(answer: object, host: str) -> CommitStatus:
    runs = answer.get("check_runs") if isinstance(answer, dict) else None
    if not isinstance(runs, list) or not all(isinstance(run, dict) for run in runs):
        return _unread(f"{host} answered something else than check runs")
    bad = tuple(
        shown(str(run.get("name", "")))
        for run in runs
        if run.get("status") == "completed" and run.get("conclusion") not in FINE
    )
    open_ = any(run.get("status") != "completed" for run in runs)
    state = "failure" if bad else "pending" if open_ else "success" if runs else "none"
    return CommitStatus(state=state, source=f"check runs of {host}", failed=bad[:10])


def _unread(why: str) -> CommitStatus:
    return CommitStatus(state="unread", source=why)
