"""Names that students chose: how they are shown, and which of them are ever written to disk.

A path in a commit is a string of bytes: it may hold newlines, escape sequences, ``..``, or no valid text.
"""

from __future__ import annotations

SHOWN = 200
"""Characters of a name that are shown; the middle of a longer one is cut."""

_PATH_BYTES = 1024
_COMPONENT_BYTES = 255
_GIT_FOLDERS = {".git", "git~1"}

NOT_SOURCE = frozenset(
    {b"__pycache__", b".venv", b"venv", b"site-packages", b"node_modules", b".ipynb_checkpoints", b".git"}
)
"""Folders that hold what tools wrote: nobody's submission, and often tens of thousands of files."""

_COMPILED = (b".pyc", b".pyo", b".so", b".pyd")


def shown(name: bytes | str) -> str:
    r"""A name as one line of printable text.

    Everything that is not printable (control characters, escape sequences, marks that turn the direction of
    writing, bytes that are no UTF-8) becomes a backslash escape: ``b"a\x1b[31m"`` is shown as ``a\x1b[31m``.
    """
    text = name.decode(errors="backslashreplace") if isinstance(name, bytes) else name
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    if len(line) <= SHOWN:
        return line
    half = SHOWN // 2
    return f"{line[:half]}…{line[1 - half :]}"


def oddity(path: bytes) -> str:
    """Why a path is not written to disk, as half a sentence; empty for an ordinary path."""
    try:
        text = path.decode()
    except UnicodeDecodeError:
        return "the name is not UTF-8"
    parts = text.split("/")
    faults = {
        "the name is too long": len(path) > _PATH_BYTES or max(map(len, path.split(b"/"))) > _COMPONENT_BYTES,
        "the path leads elsewhere": not {"", ".", ".."}.isdisjoint(parts),
        "the name belongs to git": any(map(_opens_git, parts)),
        "the name starts with a dash": any(part.startswith("-") for part in parts),
        "the name has control characters or backslashes": not text.isprintable() or "\\" in text,
    }
    return next((fault for fault, found in faults.items() if found), "")


def not_source(path: bytes) -> str:
    """Why a path is no source code, as half a sentence; empty if it may be.

    Compiled modules are left out because Python would run them in place of the source beside them, which is
    what is read and shown.
    """
    if not NOT_SOURCE.isdisjoint(path.split(b"/")):
        return "written by tools, not by students"
    if path.lower().endswith(_COMPILED):
        return "compiled; only source is graded"
    return ""


def _opens_git(part: str) -> bool:
    """Whether some file system would take this name for ``.git``: case, NTFS endings, ignored code points."""
    visible = "".join(c for c in part if c.isprintable())
    return visible.split(":")[0].rstrip(" .").casefold() in _GIT_FOLDERS
