"""How any image is built: its name from all that goes in, one build at a time, the engine's words if it fails."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import Ungraded
from grader.sandbox.engine_trouble import Refused
from grader.sandbox.image import archive

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from grader.sandbox.engine import Engine
    from grader.sandbox.environment import Progress

HERE = Path(__file__).parent


def build(engine: Engine, name: str, context: Mapping[str, Path], arguments: Mapping[str, str]) -> None:
    """Build an image without network.

    Args:
        engine: Where.
        name: Repository and tag.
        context: Name → file or folder, among them ``Dockerfile``.
        arguments: Of the Dockerfile.

    Raises:
        Ungraded: The engine failed; its own words are in the message.
    """
    said = ""
    try:
        for line in engine.build(name, archive.stream(context), arguments):
            said = line or said
    except Refused as refused:
        raise Ungraded(
            f"Docker could not build {name}: {refused}" + (f" (after: {said})" if said else ""),
            "`grade doctor` looks at the disk and the engine; then run `grade image build` again.",
        ) from refused


def digest(*parts: str | Path | Mapping[str, Path]) -> str:
    """sha256 over texts, files, and named files."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            pieces = [part.encode()]
        elif isinstance(part, Path):
            pieces = [part.read_bytes()]
        else:
            pieces = [piece for name, file in part.items() for piece in (name.encode(), file.read_bytes())]
        for piece in pieces:
            total.update(len(piece).to_bytes(8, "big") + piece)
    return total.hexdigest()


def machine(engine: Engine) -> str:
    """The engine's architecture, as wheels spell it: ``x86_64`` or ``aarch64``."""
    architecture = engine.info().architecture
    known = {"amd64": "x86_64", "arm64": "aarch64"}  # Podman says it as Go does
    return known.get(architecture, architecture)


@contextlib.contextmanager
def alone(progress: Progress) -> Iterator[None]:
    """One build at a time on this machine; the others find its result."""
    path = Path(tempfile.gettempdir(), f"grader-image-{os.getuid()}.lock")
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("waiting for another grader that is building the images")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
