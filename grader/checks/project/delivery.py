"""What a package index had to do with a failure: nothing that we could not deliver is the repository's fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from grader.checks.failure import NotDelivered
from grader.checks.project.outcome import Conclusion, ProjectOutcome
from grader.records import Finding

if TYPE_CHECKING:
    from grader.records import Fetched

SHOWN = 6


def fair(found: Conclusion, fetched: Fetched) -> Conclusion:
    """A conclusion in the light of what packages could be had.

    A pass stands, and so does a fault that nothing before it could have caused.

    Raises:
        NotDelivered: An index failed.
    """
    if found.word is ProjectOutcome.PASS or (found.word is ProjectOutcome.REVISE and found.is_certain):
        return found
    for failures, sure in ((fetched.index_failed, True), (fetched.index_broke, False)):
        if failures:
            headline = "A package index could not be reached while your repository was tried."
            finding = Finding(headline=headline, traceback="\n".join(failures[:SHOWN]))
            raise NotDelivered(finding, sure=sure)
    if not (why := _ours(fetched)):
        return found
    why = f"{why} So this may be no fault of the repository: {found.why}"
    refused = tuple(f"{host} was asked for, and {why}" for host, why in list(fetched.refused.items())[:SHOWN])
    return structs.replace(found, word=ProjectOutcome.REVIEW, why=why, seen=(*found.seen, *refused))


def _ours(fetched: Fetched) -> str:
    if fetched.unavailable:
        return f"No packages could be installed here: {fetched.unavailable}"
    if fetched.limit:
        return f"A bound of the grader was reached: {fetched.limit}"
    if fetched.refused:
        host, why = next(iter(fetched.refused.items()))
        return f"The sandbox leads to package indexes only: {host} was asked for, and {why}."
    return ""
