"""A git repository on this machine, of which only the data are used.

git obeys the configuration of a repository it is run in, and a student wrote this one: `core.fsmonitor`,
hooks, `gpg.program`, the `ext::` remote of a partial clone, all run commands. So git is never run here. HEAD
and the refs are read as the small text files they are, and the objects are lent to a repository of ours, from
which the one commit is then fetched like from any host. The fetch computes every object's name anew, so a
commit's id can't be given to other content.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import SubmissionError
from grader.submission.folder import list_folder, read_regular
from grader.submission.names import oddity, shown
from grader.submission.refs import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.submission.limits import FetchLimits
    from grader.submission.tree import Entry

_ID = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SYMREF_DEPTH = 5
_REF_BYTES = 4096
_PACKED_REFS_BYTES = 16 << 20
_OBJECT_FILES = 200_000
_REMEDY = "Give the URL that it was cloned from, or a plain clone."


@dataclass(frozen=True, slots=True)
class Checkout:
    """A repository on this machine, inspected.

    Attributes:
        head: The folder that holds HEAD: ``.git``, or a linked work tree's own folder.
        common: The folder that holds objects and refs.
        work_tree: The student's files; None for a bare repository.
        partial: True if it was cloned without some of its objects.
    """

    head: Path
    common: Path
    work_tree: Path | None
    partial: bool

    @property
    def objects(self) -> Path:
        """Where the objects are."""
        return self.common / "objects"

    def resolve(self, ref: str) -> str:
        """The id that a ref names; empty if it names none."""
        names = (
            (ref,) if ref == "HEAD" or ref.startswith("refs/") else tuple(rule.format(ref) for rule in RULES)
        )
        packed = self._packed_refs()
        return next((commit for name in names if (commit := self._follow(name, packed))), "")

    @property
    def branch(self) -> str:
        """The branch that is checked out; empty if none is."""
        content = (read_regular(self.head, b"HEAD", limit=_REF_BYTES) or b"").decode(errors="replace").strip()
        return content.removeprefix("ref: refs/heads/") if content.startswith("ref: refs/heads/") else ""

    def refs(self, limits: FetchLimits) -> dict[str, str]:
        """Branches, tags and the like with their ids, for messages."""
        loose = [f"refs/{os.fsdecode(e.path)}" for e in list_folder(self.common / "refs", limits).entries]
        found = self._packed_refs() | {name: self._follow(name, {}) for name in loose}
        return {name: commit for name, commit in found.items() if commit}

    def uncommitted(self, entries: Iterable[Entry], missing: Iterable[str]) -> tuple[str, ...]:
        """Sentences about work that is in the work tree, but not in the commit.

        Args:
            entries: Files of the commit that are graded.
            missing: Files that the labs want and the commit lacks.
        """
        if self.work_tree is None:
            return ()
        changed, new = [], []
        for entry in entries:
            content = read_regular(self.work_tree, entry.path, limit=2 * entry.size + 65_536)
            if content is None or entry.id not in {
                _blob_id(content),
                _blob_id(content.replace(b"\r\n", b"\n")),
            }:
                changed.append(shown(entry.path))
        for name in missing:
            path = os.fsencode(name)
            if not oddity(path) and read_regular(self.work_tree, path, limit=1 << 24) is not None:
                new.append(shown(name))
        notes = []
        if changed:
            notes.append(
                f"Changed or deleted since the commit, and graded as committed: {', '.join(changed[:5])}"
                + (f" and {len(changed) - 5} more." if len(changed) > 5 else ".")
            )
        if new:
            notes.append(
                f"In the folder but not committed, and so not graded: {', '.join(new)}. git add, git commit."
            )
        return tuple(notes)

    def _follow(self, name: str, packed: dict[str, str]) -> str:
        for _ in range(_SYMREF_DEPTH):
            if oddity(os.fsencode(name)):
                return ""
            root = self.head if name == "HEAD" else self.common
            content = read_regular(root, os.fsencode(name), limit=_REF_BYTES)
            if content is None:
                return packed.get(name, "")
            text = content.decode(errors="replace").strip()
            target = text.removeprefix("ref:").strip()
            if _SHA256.fullmatch(text):
                raise _refused(self.common, "it names its objects by SHA-256, which is not read here")
            if text == target:
                return text if _ID.fullmatch(text) else ""
            if not target.startswith("refs/"):
                return ""
            name = target
        return ""

    def _packed_refs(self) -> dict[str, str]:
        content = read_regular(self.common, b"packed-refs", limit=_PACKED_REFS_BYTES) or b""
        lines = (line.split(" ", 1) for line in content.decode(errors="surrogateescape").splitlines())
        return {line[1]: line[0] for line in lines if len(line) == 2 and _ID.fullmatch(line[0])}


def find_checkout(folder: Path) -> Checkout | None:
    """Inspect a folder.

    Returns:
        The repository, or None if the folder is none.

    Raises:
        SubmissionError: It is one that borrows from, or leads to, other places on this machine.
    """
    git = folder / ".git"
    if git.is_symlink():
        raise _refused(folder, "its .git is a link to another place")
    if git.is_file():
        return _linked_work_tree(folder, git)
    if git.is_dir():
        return _inspected(folder, git, git, folder)
    if all((folder / name).is_dir() for name in ("objects", "refs")) and (folder / "HEAD").is_file():
        return _inspected(folder, folder, folder, None)
    return None


def _linked_work_tree(folder: Path, git: Path) -> Checkout:
    """A work tree made by ``git worktree add``: if both ends point at each other, the link is not forged."""
    target = (read_regular(folder, b".git", limit=_REF_BYTES) or b"").decode(errors="replace").strip()
    head = (folder / target.removeprefix("gitdir:").strip()).resolve()
    back = (read_regular(head, b"gitdir", limit=_REF_BYTES) or b"").decode(errors="replace").strip()
    if not back or head.parent.name != "worktrees" or (head / back).resolve() != git.resolve():
        raise _refused(folder, "its .git points to another place on this machine")
    return _inspected(folder, head, head.parent.parent, folder)


def _inspected(folder: Path, head: Path, common: Path, work_tree: Path | None) -> Checkout:
    if (common / "commondir").exists():
        raise _refused(folder, "it keeps its objects in another repository (commondir)")
    for name in ("alternates", "http-alternates"):
        if os.path.lexists(common / "objects" / "info" / name):
            raise _refused(folder, f"it borrows objects from another repository (objects/info/{name})")
    if (common / "reftable").is_dir():
        raise _refused(folder, "it keeps its refs in the reftable format, which is not read here")
    if any((common / name).is_symlink() for name in ("objects", "refs")):
        raise _refused(folder, "its objects or refs are a link to another place")
    partial = _inspect_objects(folder, common / "objects")
    return Checkout(head, common, work_tree, partial)


def _inspect_objects(folder: Path, objects: Path) -> bool:
    """Whether it is a partial clone; refuses links and everything else that is no regular file."""
    folders, seen, partial = [objects], 0, False
    try:
        while folders:
            with os.scandir(folders.pop()) as items:
                for item in items:
                    seen += 1
                    if item.is_dir(follow_symlinks=False):
                        folders.append(Path(item.path))
                    elif not item.is_file(follow_symlinks=False):
                        raise _refused(folder, "there are links or pipes among its objects")
                    partial |= item.name.endswith(".promisor")
                    if seen > _OBJECT_FILES:
                        raise _refused(
                            folder, f"it has more than {_OBJECT_FILES:,} object files (git gc packs them)"
                        )
    except OSError as error:
        raise SubmissionError(
            f"The repository in '{shown(str(folder))}' can't be read: {error.strerror}.",
            "Check whose files these are.",
        ) from error
    return partial


def _refused(folder: Path, why: str) -> SubmissionError:
    path = shown(str(folder))
    return SubmissionError(f"The repository in '{path}' is not read: {why}.", _REMEDY)


def _blob_id(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
