"""A repository whose one commit lies ready to be read: first ``grade.yml``, then what the labs ask for.

with open_repository("git@github.com:course/week06-ada.git") as repository:
    settings = repository.read("grade.yml", limit=65_536)
    submission = repository.fetch(Wanted.of(labs, mappings))
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.errors import SubmissionError
from grader.records import Submission
from grader.submission.choice import LeftOut, choose, collect
from grader.submission.failures import explain
from grader.submission.git import GitFailed
from grader.submission.names import shown
from grader.submission.tree import Entry, EntryKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.submission.checkout import Checkout
    from grader.submission.choice import Wanted
    from grader.submission.limits import FetchLimits
    from grader.submission.tree import Source


@dataclass(frozen=True, slots=True)
class Repository:
    """One commit, or one plain folder.

    Attributes:
        url: Without credentials.
        ref: As asked for; ``HEAD`` if nothing was; empty for a plain folder.
        commit: 40 hex digits; empty for a plain folder.
        committed_at: ISO 8601, the student's to forge; empty for a plain folder.
        paths: Every path in it, sanitised for display.
        notes: What a reader of the report should know about how it was read.
        default_branch: Asks for its name, where no ref was asked for; empty if nobody knows.
    """

    url: str
    ref: str
    commit: str
    committed_at: str
    paths: tuple[str, ...]
    notes: tuple[str, ...]
    limits: FetchLimits
    source: Source
    checkout: Checkout | None
    default_branch: Callable[[], str] = field(default=str, repr=False)

    def read(self, path: str, *, limit: int) -> bytes | None:
        """The content of one file.

        Args:
            path: Relative to the repository's root.
            limit: The largest file that is read, in bytes.

        Returns:
            The content, or None if there is no such path.

        Raises:
            SubmissionError: There is one, but it is no regular file or too large.
        """
        name = os.fsencode(path)
        entry = next((e for e in self.source.entries if e.path == name), None)
        if entry is None:
            return None
        if entry.kind is not EntryKind.FILE:
            raise SubmissionError(
                f"'{shown(path)}' in {self.url} is {entry.kind}.", "Commit it as a regular file."
            )
        if entry.size > limit:
            raise SubmissionError(
                f"'{shown(path)}' in {self.url} is too large: {entry.size:,} of {limit:,} bytes."
            )
        return next((content for _, content in self._contents([entry])), None)

    def fetch(self, wanted: Wanted) -> Submission:
        """Read what the labs want.

        Args:
            wanted: Files and folders; what isn't there is not an error, the labs' checks report it.

        Raises:
            SubmissionError: The repository is damaged.
        """
        left_out = LeftOut()
        chosen = choose(self.source.entries, wanted, self.limits, left_out)
        files = collect(self._contents(chosen), left_out)
        return Submission(
            url=self.url,
            ref=self.ref,
            commit=self.commit,
            committed_at=self.committed_at,
            files=files,
            paths=self.paths,
            notes=self.notes + left_out.notes() + self._uncommitted(chosen, wanted),
            executable=tuple(
                name for entry in chosen if entry.executable and (name := os.fsdecode(entry.path)) in files
            ),
            branch=self.default_branch() if wanted.branch else "",
        )

    def _contents(self, entries: list[Entry]) -> Iterator[tuple[Entry, bytes]]:
        try:
            yield from self.source.contents(entries)
        except GitFailed as failure:
            raise explain(failure, url=self.url, limits=self.limits) from None

    def _uncommitted(self, chosen: list[Entry], wanted: Wanted) -> tuple[str, ...]:
        if self.checkout is None or self.ref != "HEAD":
            return ()
        present = {entry.path for entry in self.source.entries}
        return self.checkout.uncommitted(
            chosen, [file for file in wanted.files if os.fsencode(file) not in present]
        )
