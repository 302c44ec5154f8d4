"""``pip install …`` → what the course's index can give of it; what only the world's has is reported, not blamed."""

from __future__ import annotations

import difflib
import posixpath
import re
import tomllib
from typing import TYPE_CHECKING

from msgspec import Struct
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MISTAKEN = {
    "sklearn": "scikit-learn", "pytorch": "torch", "pil": "pillow", "yaml": "pyyaml", "cv2": "opencv-python",
    "py-test": "pytest", "np": "numpy",
}  # fmt: skip
"""Names of modules that are not names of packages."""
CLOSE = 0.84
"""From this likeness on, an unknown name is taken for a slip of the keys."""
WITH_VALUE = {
    "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--trusted-host", "-t", "--target",
    "--timeout", "--retries", "--progress-bar", "--root-user-action", "--python-version", "--platform",
}  # fmt: skip
REQUIREMENTS, CONSTRAINTS = {"-r", "--requirement"}, {"-c", "--constraint"}
MOST_LINES = 500


class Plan(Struct, kw_only=True):
    """What an install command comes to.

    Attributes:
        commands: ``pip`` command lines to run, in order.
        missing: A file or folder that it names and that is not there.
        slips: Misspelt names, each with what was meant.
        unknown: Packages that the index doesn't have.
        moved: Pins that the index doesn't have, with the version that is used instead.
        roots: Folders to import from, where the build tool of a package is not in the sandbox.
    """

    commands: list[list[str]] = []
    missing: str = ""
    slips: list[tuple[str, str]] = []
    unknown: list[str] = []
    moved: list[str] = []
    roots: list[str] = []


def plan(argv: Sequence[str], folder: str, texts: Mapping[str, str], offered: Mapping[str, str]) -> Plan:
    """Work out an install command.

    Args:
        argv: What stands after ``pip install``.
        folder: Where it is typed, relative to the repository.
        texts: The repository's text files.
        offered: The index: canonical name → version.
    """
    found = Plan(commands=[], slips=[], unknown=[], moved=[], roots=[])
    wanted: list[str] = []
    projects: list[str] = []
    words = iter(argv)
    for word in words:
        option, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if option in REQUIREMENTS | CONSTRAINTS | WITH_VALUE | {"-e", "--editable"} and not equals:
            value = next(words, "")
        if option in REQUIREMENTS:
            wanted += _requirements(_join(folder, value), texts, found)
        elif option in {"-e", "--editable"} or (not word.startswith("-") and _is_path(word)):
            projects.append(value or word)
        elif not word.startswith("-"):
            wanted.append(word)
    for project in projects:
        wanted += _project(project, folder, texts, found)
    names = [name for text in wanted if (name := _resolve(text, offered, found))]
    if names:
        found.commands.insert(0, ["pip", "install", *dict.fromkeys(names)])
    return found


def _is_path(word: str) -> bool:
    return word.startswith(".") or "/" in word.partition("@")[0]


def _join(folder: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(folder, path))


def _requirements(path: str, texts: Mapping[str, str], found: Plan, depth: int = 4) -> Iterator[str]:
    if path not in texts:
        found.missing = found.missing or path
        return
    for line in texts[path].splitlines()[:MOST_LINES]:
        text = re.sub(r"(^|\s)#.*$", "", line).strip()
        more = re.match(r"(?:-r|--requirement)[ =]\s*(\S+)", text)
        if more and depth:
            yield from _requirements(_join(posixpath.dirname(path), more[1]), texts, found, depth - 1)
        elif text and not text.startswith("-"):
            yield re.sub(r"\s+--hash=.*$", "", text).rstrip("\\ ")


def _project(word: str, folder: str, texts: Mapping[str, str], found: Plan) -> list[str]:
    """A package of the repository's own: its dependencies, and how to install it alone."""
    path, _, extras = word.partition("[")
    place = _join(folder, path or ".")
    file = _join(place, "pyproject.toml")
    if file not in texts and _join(place, "setup.py") not in texts and _join(place, "setup.cfg") not in texts:
        found.missing = found.missing or f"{place}/pyproject.toml"
        return []
    try:
        said = tomllib.loads(texts.get(file, ""))
        project = said.get("project", {})
        build = str(said.get("build-system", {}).get("build-backend", "setuptools.build_meta"))
        dependencies = [str(d) for d in project.get("dependencies", [])]
        for extra in filter(None, re.split(r"[\],\s]+", extras)):
            dependencies += [str(d) for d in project.get("optional-dependencies", {}).get(extra, [])]
    except (tomllib.TOMLDecodeError, AttributeError, TypeError, RecursionError):
        build, dependencies = "setuptools", []  # pip will say what is wrong with it
    if build.startswith("setuptools"):
        alone = ["pip", "install", "--no-deps", "--no-build-isolation", path or "."]
        found.commands += [["pip", "install", "setuptools", "wheel"], alone]
    else:
        found.unknown.append(build.split(".")[0])
        found.roots += [place, _join(place, "src")]
    return dependencies


def _resolve(text: str, offered: Mapping[str, str], found: Plan) -> str:
    """What to ask the index for; empty if it hasn't got it."""
    try:
        wanted = Requirement(text)
    except InvalidRequirement:
        if text.startswith(("git+", "http:", "https:", "file:")):
            found.unknown.append(text[:60])
            return ""
        return text  # pip will say what is wrong with it
    name = str(canonicalize_name(wanted.name))
    if wanted.marker is not None and not wanted.marker.evaluate():
        return ""
    if name not in offered:
        meant = MISTAKEN.get(name) or next(iter(difflib.get_close_matches(name, offered, 1, CLOSE)), "")
        if meant:
            found.slips.append((wanted.name[:60], meant))
        else:
            found.unknown.append(wanted.name[:60])
        return ""
    if not wanted.specifier.contains(offered[name].split("+")[0], prereleases=True):
        found.moved.append(f"{name} {offered[name]} for {name}{wanted.specifier}"[:120])
    extras = f"[{','.join(sorted(wanted.extras))}]" if wanted.extras else ""
    return f"{name}{extras}"
