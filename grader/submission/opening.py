"""Opening a repository: which kind of address it is, and who reads it."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from grader.errors import SubmissionError, Ungraded, UsageError
from grader.submission import refs
from grader.submission.address import Local, RemoteAddress, parse
from grader.submission.checkout import Checkout, find_checkout
from grader.submission.fetch import fetch_from_checkout, fetch_from_host
from grader.submission.folder import list_folder
from grader.submission.limits import FetchLimits
from grader.submission.names import shown
from grader.submission.repository import Repository
from grader.submission.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.submission.objects import GitSource

AS_THEY_ARE = "It is not a git repository: its files were read as they are."


@contextmanager
def open_repository(
    repo: str,
    *,
    ref: str | None = None,
    limits: FetchLimits | None = None,
    trusted_origin: bool = True,
    as_it_lies: bool = False,
) -> Iterator[Repository]:
    """Fetch one commit and keep it readable until the block ends.

    Args:
        repo: Any git URL, or a folder: a checkout, a bare repository, or a plain folder.
        ref: Branch, tag or commit; None for the default branch.
        limits: What it may cost.
        trusted_origin: False if the address comes from a roster: then it must be on a host.
        as_it_lies: Of a folder, the files that lie there, committed or not.

    Raises:
        UsageError: The address or ref is malformed, or not allowed from there.
        SubmissionError: The repository can't be had; the message says why.
        Ungraded: This machine is at fault.
    """
    limits = limits or FetchLimits()
    address = parse(repo, trusted_origin=trusted_origin)
    ref = None if ref is None else refs.checked(ref)
    if isinstance(address, Local):
        _check_folder(address)
        checkout = find_checkout(address.path)
        if checkout is None or as_it_lies:
            yield _plain_folder(address, ref, limits)
            return
    else:
        checkout = None
    if shutil.which("git") is None:
        raise Ungraded("git is not installed on this machine.", "Install git 2.32 or later.")
    with scratch_folder() as scratch:
        if checkout is not None:
            source = fetch_from_checkout(checkout, ref, scratch, limits, url=address.url)
        else:
            assert isinstance(address, RemoteAddress)
            source = fetch_from_host(address, ref, scratch, limits)
        yield _commit(address, ref, limits, source, checkout)


def _commit(
    address: RemoteAddress | Local,
    ref: str | None,
    limits: FetchLimits,
    source: GitSource,
    checkout: Checkout | None,
) -> Repository:
    if not source.entries:
        raise SubmissionError(
            f"The commit {source.commit.id[:12]} of {address.url} holds no files.", "Push the work."
        )
    return Repository(
        url=address.url,
        ref=ref or "HEAD",
        commit=source.commit.id,
        committed_at=source.commit.at,
        paths=tuple(shown(entry.path) for entry in source.entries),
        notes=(),
        limits=limits,
        source=source,
        checkout=checkout,
        default_branch=source.default_branch,
    )


def _plain_folder(address: Local, ref: str | None, limits: FetchLimits) -> Repository:
    if ref is not None:
        raise UsageError(
            f"'{address.url}' is not a git repository, so it has no '{ref}'.", "Leave --ref out."
        )
    source = list_folder(address.path, limits)
    if not source.entries:
        raise SubmissionError(f"The folder '{address.url}' is empty.", "Give the folder that holds the labs.")
    return Repository(
        url=address.url,
        ref="",
        commit="",
        committed_at="",
        paths=tuple(shown(entry.path) for entry in source.entries),
        notes=(AS_THEY_ARE,) if find_checkout(address.path) is None else (),
        limits=limits,
        source=source,
        checkout=None,
    )


def _check_folder(address: Local) -> None:
    try:
        if address.path.is_dir():
            return
        exists = address.path.exists()
    except OSError:
        exists = False
    if exists:
        raise SubmissionError(
            f"'{address.url}' is not a folder.",
            "Unpack an archive first, and give the folder or a repository's URL.",
        )
    raise SubmissionError(
        f"There is no folder '{address.url}'.",
        "Check the spelling; a repository on a host is given by its whole URL.",
    )
