"""From an assignment and a submission to one job a lab: complete, and the same wherever it is done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.course import completed
from grader.course.publishing import published_files
from grader.judge.job import Job, ModuleSource, ProjectSource
from grader.records import CommitStatus
from grader.submission import missing_files, slim

if TYPE_CHECKING:
    from collections.abc import Mapping as Files
    from collections.abc import Sequence

    from grader.records import Lab, Mapping

MODULE_BYTES = 1 << 20
DOCUMENT_BYTES = 256 << 10
"""Of a document, or of a notebook without what its outputs hold."""
PROJECT_TEXTS = (
    *(".py", ".md", ".rst", ".txt", ".yml", ".yaml", ".toml", ".cfg", ".ini", ".sh"),
    *("readme", "makefile", "dockerfile"),
)
"""How the names of files end that say how a repository is installed, run and tested."""
COMMIT = re.compile(r"[0-9a-f]{7,40}")
BRANCH = re.compile(r"(?!.*(?:\.\.|//|/\.|\.lock$))\w[\w./+-]{0,200}(?<![./])")
UNREAD = CommitStatus(state="unread", source="nobody was asked")


def plan(  # noqa: PLR0913 - a job has as many facts
    lab: Lab,
    files: Files[str, bytes],
    *,
    seed: str,
    paths: Sequence[str] | None = None,
    mappings: tuple[Mapping, ...] = (),
    status: CommitStatus = UNREAD,
    url: str = "",
    ref: str = "",
    executable: tuple[str, ...] | None = None,
    suite: str = "all",
    only: tuple[str, ...] = (),
    device: str = "cpu",
    waived: tuple[str, ...] = (),
) -> Job:
    """What the judge has to do for one lab of one submission.

    Args:
        lab: What is asked.
        files: The submission's files, by path.
        seed: 128 bits in hex.
        paths: Every path of the commit, in which near misses are found; by default those of the files.
        mappings: How the repository spells the lab's modules.
        status: What the forge says of the commit; for labs about the whole repository.
        url: The repository's address, under which a README may clone it.
        ref: A branch, tag or commit: what was asked for, or else the default branch.
        executable: Files that may be executed; ``None``: nobody knows.
        suite: ``all`` or ``public``.
        only: Check ids to run, with what they need; empty: all.
        device: Where torch modules work.
        waived: Checks that hold nothing up, whatever they find.
    """
    return Job(
        lab=lab,
        modules=_modules(lab, mappings, files, tuple(files) if paths is None else paths),
        documents=_documents(lab, files),
        project=_project(files, status, url, ref, executable) if lab.project else None,
        seed=seed,
        suite=suite,
        only=only,
        device=device,
        waived=waived,
    )


def _modules(
    lab: Lab, mappings: tuple[Mapping, ...], files: Files[str, bytes], paths: Sequence[str]
) -> tuple[ModuleSource, ...]:
    """The lab's modules as the submission has them; a missing one says where it might be."""
    by_module = {m.module: m for m in mappings}
    missing = {m.module: m for m in missing_files([lab], paths, by_module)}
    sources = []
    python = [content for path, content in files.items() if mappings and path.endswith(".py")]
    texts = [_text(content[:MODULE_BYTES]) for content in python]
    for module in lab.modules:
        mapping = by_module.get(module.name)
        file = mapping.file if mapping else _below(lab, module.file)
        source = _text(files.get(file, b"")[:MODULE_BYTES])
        lacks = missing.get(module.name)
        sources.append(
            ModuleSource(
                name=module.name,
                file=file,
                environment=module.environment,
                arrays=module.arrays,
                source=source,
                interface=module.interface,
                mapping=mapping and completed(mapping, module, source, texts),
                absent=str(lacks or ""),
                not_handed_in=module.optional and lacks is not None and not lacks.near,
            )
        )
    return tuple(sources)


def _documents(lab: Lab, files: Files[str, bytes]) -> dict[str, str]:
    """What was handed in beside code, by name; what is missing is left out."""
    places = {name: _below(lab, file) for name, file in lab.documents.items()}
    return {name: _document(place, files[place]) for name, place in places.items() if place in files}


def _document(place: str, content: bytes) -> str:
    content = slim(content) if place.endswith(".ipynb") else content
    return _text(content[:DOCUMENT_BYTES])


def _project(
    files: Files[str, bytes], status: CommitStatus, url: str, ref: str, executable: tuple[str, ...] | None
) -> ProjectSource:
    """The repository as a whole."""
    ours = published_files(files)
    texts = {
        path: _text(content)
        for path, content in files.items()
        if path not in ours and path.lower().endswith(PROJECT_TEXTS) and len(content) <= DOCUMENT_BYTES
    }
    branch = ref if ref and ref != "HEAD" and not COMMIT.fullmatch(ref) else "main"
    branch = branch.removeprefix("refs/heads/")
    branch = branch if BRANCH.fullmatch(branch) else "main"
    return ProjectSource(texts=texts, status=status, url=url, branch=branch, executable=executable)


def _below(lab: Lab, file: str) -> str:
    return "/".join(filter(None, (lab.folder, file)))


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")
