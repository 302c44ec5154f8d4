"""What is known of a repository when a command fails in it: its files, and what its README says in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.checks.project.typed import is_comment

if TYPE_CHECKING:
    from collections.abc import Iterable

_ASKS = re.compile(r"instal|requir|depend|need|prerequisit|you (?:must |should )?have", re.IGNORECASE)
_DATA = re.compile(r"\.(?:csv|npz|npy|gz|zip|parquet|pkl|pt|pth|h5|json|txt|png|jpe?g|idx\w*|ubyte)$")
_LIBRARIES = ("site-packages", "/.venv/", "/venv/", "/.python/", "/lib/python", "<", "/.tox/", "/.nox/")
"""What is in the path of a file that is not the repository's."""


class Surroundings(Struct, frozen=True, kw_only=True):
    """A repository, as far as it matters to why a command failed.

    Attributes:
        texts: Its text files.
        paths: All its files, if more than the texts are known.
        prose: Its README without the code: what a reader was told in words.
        home: The stranger's home; his clone is beneath it.
        installed_by: By what else a reader may have what a command lacks, in words; empty: by nothing.
        has_package: Whether a package index knows a name; ``None``: that can't be found out.
    """

    texts: Mapping[str, str]
    paths: frozenset[str] = frozenset()
    prose: str = ""
    home: str = ""
    installed_by: str = ""
    has_package: Callable[[str], bool | None] = lambda _: None

    @property
    def files(self) -> frozenset[str]:
        """Every path that is known."""
        return self.paths | frozenset(self.texts)

    def file_of(self, path: str) -> str:
        """A traceback's file as the repository calls it; empty if it isn't the repository's."""
        if any(part in path for part in _LIBRARIES):
            return ""
        parts = path.split("/")
        names = ("/".join(parts[start:]) for start in range(len(parts)))
        return next((name for name in names if name in self.files), "")

    def has_module(self, module: str) -> bool:
        """Whether a module, or the package that it is in, is among the files."""
        top = module.partition(".")[0]
        return any(
            p.split("/")[-1] == f"{top}.py" or f"/{top}/" in f"/{p}" for p in self.files if p.endswith(".py")
        )

    def speaks_of(self, name: str, *, install: bool = False) -> bool:
        """Whether the README's words speak of it; with ``install``, as something that a reader is to have."""
        return is_spoken_of(name, self.prose, install=install)

    def speaks_of_data(self, path: str) -> bool:
        """Whether the README's words tell a reader to bring data such as this file."""
        folder = path.strip("/").split("/")[-2:-1]
        brings = re.search(r"\b(?:download|kaggle|dataset|data set)\b", self.prose, re.IGNORECASE)
        return bool(brings) and (bool(_DATA.search(path)) or any(word in self.prose for word in folder))


def is_spoken_of(name: str, prose: str, *, install: bool = False) -> bool:
    """Whether words speak of something; with ``install``, as of what a reader is to have."""
    if len(name) < 3:
        return False
    spoken = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])", re.IGNORECASE)
    sentences = (one for one in re.split(r"\n|(?<=[.!?:])\s", prose) if spoken.search(one))
    return any(not install or _ASKS.search(one) for one in sentences)


def prose_of(readme: str, code: Iterable[str]) -> str:
    """A README without its commands and comments: what it says in words."""
    readme = re.sub(r"<!--.*?-->", "", readme, flags=re.DOTALL)
    typed = {text.strip() for text in code if not is_comment(text)}
    return "\n".join(
        line for line in readme.splitlines() if line.strip() and not any(t and t in line for t in typed)
    )
