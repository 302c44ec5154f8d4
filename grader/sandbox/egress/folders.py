"""Folders of packages on this machine: mounted read-only, so that what is here already is not fetched again."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PACKAGES = (".whl", ".whl.metadata", ".tar.gz", ".tar.bz2", ".zip")
PAGES = 5000
"""Of an index in a folder, looked at at most."""


def usable(places: Iterable[Path]) -> tuple[list[Path], list[str]]:
    """The folders that may be mounted, and why the others may not, as sentences.

    A folder that holds anything but packages is somebody's home, or a project: nothing of it is shown.
    """
    found: list[Path] = []
    left_out: list[str] = []
    for place in places:
        for folder in dict.fromkeys(_files_of(place) if _is_index(place) else [place]):
            if why := _unusable(folder):
                left_out.append(f"{folder} is left out: {why}.")
            elif folder.resolve() not in found:
                found.append(folder.resolve())
    return found, left_out


def cpu_builds(folders: Iterable[Path]) -> dict[str, str]:
    """Packages that lie here as special builds (``torch-2.13.0+cpu-….whl``) → their latest public version.

    Where a newer version is on the index, tools would take that one: for torch it is gigabytes of GPU libraries.
    """
    found: dict[str, tuple[int, ...]] = {}
    for folder in folders:
        for wheel in folder.glob("*+*.whl"):
            name, version, *_ = wheel.name.split("-")
            public = version.partition("+")[0]
            if public.replace(".", "").isdigit():
                number = tuple(int(part) for part in public.split("."))
                found[name] = max(number, found.get(name, number))
    return {name: ".".join(map(str, number)) for name, number in found.items()}


class Links(HTMLParser):
    """The targets of the links of a page, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep ``<a href=…>``."""
        self.targets += [value for name, value in attrs if tag == "a" and name == "href" and value]


def links(page: str) -> list[str]:
    """The targets of all links of an HTML page."""
    reader = Links()
    reader.feed(page)
    return reader.targets


def _unusable(folder: Path) -> str:
    """Why nothing of the folder may be shown; empty if all of it may."""
    if not folder.is_dir():
        return "it is no folder"
    try:
        other = next((entry.name for entry in folder.iterdir() if not entry.name.endswith(PACKAGES)), "")
    except OSError as error:
        return f"it can't be read ({error.strerror})"
    return f"it holds {other}, which is no package" if other else ""


def _is_index(place: Path) -> bool:
    """Whether it is an index in a folder: folders of projects, each with its page."""
    return place.is_dir() and next(place.glob("*/index.html"), None) is not None


def _files_of(index: Path) -> Iterable[Path]:
    """The folders that the pages of an index in a folder lead to."""
    for number, page in enumerate(index.glob("*/index.html")):
        if number == PAGES:
            return
        for target in links(page.read_text("utf-8", errors="replace")):
            parts = urlsplit(target)
            if parts.scheme in {"", "file"} and parts.path.endswith(PACKAGES):
                yield (page.parent / unquote(parts.path)).parent.resolve()
