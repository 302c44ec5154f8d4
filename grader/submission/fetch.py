"""Fetching one commit into a repository of ours, from a host or from a checkout on this machine."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from grader.errors import SubmissionError
from grader.submission import refs
from grader.submission.failures import explain
from grader.submission.git import Git, GitFailed
from grader.submission.objects import GitSource, list_tree, read_commit
from grader.submission.settings import local_environment, make_repository, network_environment

if TYPE_CHECKING:
    from pathlib import Path

    from grader.submission.address import RemoteAddress
    from grader.submission.checkout import Checkout
    from grader.submission.limits import FetchLimits

_OURS = "refs/grader/submission"
_LENT = "refs/heads/lent"
_NO_SUCH_REF = re.compile(
    r"couldn't find remote ref|not our ref|unadvertised object|no such remote ref", re.IGNORECASE
)
_NOT_SHALLOW = re.compile(r"does not support shallow", re.IGNORECASE)


def fetch_from_host(remote: RemoteAddress, ref: str | None, scratch: Path, limits: FetchLimits) -> GitSource:
    """The commit that a ref names on a host.

    Raises:
        SubmissionError: It can't be had; the message says why.
        Ungraded: This machine is at fault.
    """
    url, host = remote.url, remote.host
    git = Git(make_repository(scratch / "fetched"), network_environment(remote), limits)
    try:
        try:
            _fetch(git, url, ref or "HEAD")
        except GitFailed as failure:
            if not _NO_SUCH_REF.search(failure.stderr):
                raise
            known = _advertised(git, url)
            commit = refs.abbreviated(ref or "", known)
            if not commit:
                raise refs.unknown(ref, known, url) from None
            _fetch(git, url, commit)
        return replace(_read(git), default_branch=str if ref else partial(_default_branch, git, url))
    except GitFailed as failure:
        if remote.home:
            raise SubmissionError(
                f"{url} is a page of a repository.", f"Its address is {remote.home}"
            ) from None
        raise explain(failure, url=url, host=host, limits=limits) from None


def fetch_from_checkout(
    checkout: Checkout, ref: str | None, scratch: Path, limits: FetchLimits, *, url: str
) -> GitSource:
    """The commit that a ref names in a repository on this machine; ``url`` is what messages call it.

    Raises:
        SubmissionError: It can't be had; the message says why.
        Ungraded: This machine is at fault.
    """
    lender = Git(make_repository(scratch / "lender"), local_environment(), limits)
    (scratch / "objects").symlink_to(checkout.objects)  # under a name that needs no quoting
    (lender.folder / "objects" / "info" / "alternates").write_text(f"{scratch / 'objects'}\n")
    git = Git(make_repository(scratch / "fetched"), local_environment(), limits)
    try:
        commit = checkout.resolve(ref or "HEAD") or _complete(lender, ref)
        if not commit:
            raise refs.unknown(ref, checkout.refs(limits), url)
        lent = lender.folder / _LENT
        lent.parent.mkdir()
        lent.write_text(f"{commit}\n")
        _fetch(git, str(lender.folder), _LENT)
        return replace(_read(git), default_branch=str if ref else lambda: checkout.branch)
    except GitFailed as failure:
        if checkout.partial:
            raise SubmissionError(
                f"'{url}' is a partial clone: it lacks files of the commit.", "Clone it without --filter."
            ) from None
        raise explain(failure, url=url, limits=limits) from None


def _fetch(git: Git, url: str, name: str) -> None:
    options = (
        "--quiet",
        "--no-tags",
        "--no-recurse-submodules",
        "--no-write-fetch-head",
        "--no-auto-gc",
        "--force",
    )
    try:
        git.output("fetch", "--depth=1", *options, "--", url, f"{name}:{_OURS}")
    except GitFailed as failure:
        if not _NOT_SHALLOW.search(failure.stderr):
            raise
        git.output("fetch", *options, "--", url, f"{name}:{_OURS}")  # a host of plain files has no other way


def _read(git: Git) -> GitSource:
    local = Git(git.folder, local_environment(), git.limits)
    commit = read_commit(local, _OURS)
    return GitSource(local, commit, list_tree(local, commit))


def _advertised(git: Git, url: str) -> dict[str, str]:
    """The refs a host names, with their ids; of very many, the first."""
    lines = git.output("ls-remote", "--quiet", "--", url).decode(errors="replace").splitlines()
    pairs = (line.split("\t", 1) for line in lines)
    return {pair[1]: pair[0] for pair in pairs if len(pair) == 2 and not pair[1].endswith("^{}")}


def _default_branch(git: Git, url: str) -> str:
    """The branch that a host's HEAD names; empty if it doesn't say."""
    try:
        said = git.output("ls-remote", "--quiet", "--symref", "--", url, "HEAD").decode(errors="replace")
    except GitFailed:
        return ""
    found = re.match(r"ref: refs/heads/([^\t\n]{1,200})\tHEAD", said)
    return found[1] if found else ""


def _complete(lender: Git, ref: str | None) -> str:
    """The commit that some digits abbreviate, if they are unambiguous."""
    if ref is None or not re.fullmatch(r"[0-9a-f]{4,40}", ref.lower()):
        return ""
    try:
        return (
            lender.output("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
            .decode()
            .strip()
        )
    except GitFailed:
        return ""
