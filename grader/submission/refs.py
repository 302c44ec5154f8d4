"""What to call a commit: checking a ref, and saying which ones there are when it names none."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from grader.errors import SubmissionError, UsageError
from grader.submission.names import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FORBIDDEN = re.compile(r"[ ~^:?*\[\\]|\.\.|@\{|//|/$|\.$|\.lock$|^[-+/.]|/\.")
_FULL = re.compile(r"[0-9a-f]{40}")
_SHORT = re.compile(r"[0-9a-f]{4,39}")
_LISTED = 5

RULES = ("refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")
"""Where git looks for a short name, in this order."""


def checked(ref: str) -> str:
    """A ref that can only be one: a branch, a tag, or a commit's id.

    Raises:
        UsageError: git would read it as an option, a range or a pattern.
    """
    if not ref or _FORBIDDEN.search(ref) or not ref.isprintable() or len(ref) > 250:
        raise UsageError(
            f"'{shown(ref)}' is not the name of a branch, a tag or a commit.",
            "Give one name, for example --ref main, --ref v1.0, or the commit's 40 digits.",
        )
    return ref.lower() if _FULL.fullmatch(ref.lower()) else ref


def is_commit_id(ref: str) -> bool:
    """Whether a ref is a commit's whole id."""
    return bool(_FULL.fullmatch(ref))


def abbreviated(ref: str, known: Mapping[str, str]) -> str:
    """The whole id, if ``ref`` abbreviates that of exactly one of the known refs; else empty."""
    if not _SHORT.fullmatch(ref.lower()):
        return ""
    fitting = {commit for commit in known.values() if commit.startswith(ref.lower())}
    return fitting.pop() if len(fitting) == 1 else ""


def unknown(ref: str | None, known: Mapping[str, str], url: str) -> SubmissionError:
    """The error for a ref that names nothing.

    Args:
        ref: As asked for; None for the default branch.
        known: Full names of the refs there are, with their ids.
        url: For the message.
    """
    names = sorted({shown(_short(name)) for name in known if name.startswith(("refs/heads/", "refs/tags/"))})
    there_are = f"There are: {_some(names)}." if names else ""
    if not names:
        return SubmissionError(
            f"{url} is empty: nothing has been committed or pushed to it yet.",
            "Commit and push the work, then grade again.",
        )
    if ref is None:
        return SubmissionError(
            f"The default branch of {url} has no commit.",
            f"{there_are} Choose one, for example --ref {names[0]}",
        )
    if is_commit_id(ref):
        return SubmissionError(
            f"{url} has no commit {ref}, or its host doesn't give out single commits.",
            f"Check that the commit was pushed, or name a branch or tag. {there_are}",
        )
    near = difflib.get_close_matches(shown(ref), names, n=2, cutoff=0.7)
    if near:
        remedy = f"Did you mean {' or '.join(near)}?"
    elif _SHORT.fullmatch(ref.lower()):
        remedy = f"If it abbreviates a commit's id, give all 40 digits: git rev-parse {ref}. {there_are}"
    else:
        remedy = there_are
    return SubmissionError(f"{url} has no branch, tag or commit called '{shown(ref)}'.", remedy)


def _short(name: str) -> str:
    return name.split("/", 2)[2]


def _some(names: Iterable[str]) -> str:
    first, *_ = listed = list(names)
    listed.sort(key=lambda name: name not in {"main", "master"})
    more = f" and {len(listed) - _LISTED} more" if len(listed) > _LISTED else ""
    return ", ".join(listed[:_LISTED]) + more if first else ""
