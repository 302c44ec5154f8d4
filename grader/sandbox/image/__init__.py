"""The images of the sandboxes: built when their inputs change, found by the digest of those inputs otherwise.

    base ◀─ packages ◀─ packages      an environment's own, on those of the one below (``grader.environments``)
               ▲           ▲
             worker      worker       our own files last: a change of them rebuilds in a second

No submission and no suite is ever part of an image.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from grader.environments import ENVIRONMENTS
from grader.errors import Ungraded
from grader.sandbox import owner
from grader.sandbox.engine_trouble import Refused
from grader.sandbox.image import archive, base, wheels
from grader.sandbox.sources import worker_sources

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from grader.sandbox.engine import Engine
    from grader.sandbox.environment import Progress

HERE = Path(__file__).parent


def tags(base_id: str) -> dict[str, str]:
    """Names of all images on this base, packages and final: ``grader-numpy:<digest of everything in it>``."""
    names, packages = {}, {"": base_id}
    for environment, row in ENVIRONMENTS.items():
        files = (HERE / name for name in ("Dockerfile.packages", "settle.py", f"{environment}.txt"))
        packages[environment] = final = _digest(packages[row.below], *files)
        names[f"{environment}-packages"] = f"grader-{environment}-packages:{final[:12]}"
        if row.worker:
            final = _digest(final, HERE / "Dockerfile.worker", worker_sources())
        names[environment] = f"grader-{environment}:{final[:12]}"
    return names


def present(engine: Engine, environments: Iterable[str] = ENVIRONMENTS) -> dict[str, str]:
    """Environment → image id, of those that are here and up to date."""
    if not (base_id := base.present(engine)):
        return {}
    names = tags(base_id)
    return {
        environment: image for environment in environments if (image := engine.image_id(names[environment]))
    }


def ensure(engine: Engine, environments: Collection[str], progress: Progress) -> dict[str, str]:
    """Environment → image id; what is missing is built, which takes a minute or two the first time.

    Raises:
        Ungraded: No engine, no base, no packages, or the engine failed to build; the message says which.
    """
    found = present(engine, environments)
    if len(found) == len(environments):
        return found
    with _alone(progress):
        names = tags(base.obtain(engine, progress))
        for environment in environments:
            _final(engine, names, environment, progress)
    return present(engine, environments)


def _final(engine: Engine, names: Mapping[str, str], environment: str, progress: Progress) -> None:
    if engine.image_id(names[environment]):
        return
    _packages(engine, names, environment, progress)
    if not ENVIRONMENTS[environment].worker:  # the engine is mounted, so that it never needs a rebuild
        engine.tag(names[f"{environment}-packages"], names[environment])
        return
    progress(f"{environment} image: adding the worker")
    context = {"Dockerfile": HERE / "Dockerfile.worker", **worker_sources()}
    _build(engine, names[environment], context, {"BASE": names[f"{environment}-packages"]})


def _packages(engine: Engine, names: Mapping[str, str], environment: str, progress: Progress) -> None:
    name = names[f"{environment}-packages"]
    if engine.image_id(name):
        return
    if below := ENVIRONMENTS[environment].below:
        _packages(engine, names, below, progress)
    base_image = names[f"{below}-packages"] if below else base.present(engine)
    with owner.temporary_folder() as folder:
        progress(f"{environment} image: fetching packages")
        wheels.fetch(HERE / f"{environment}.txt", folder / "packages", _machine(engine))
        progress(f"{environment} image: building")
        context = {
            "Dockerfile": HERE / "Dockerfile.packages",
            "settle.py": HERE / "settle.py",
            "packages": folder / "packages",
        }
        _build(engine, name, context, {"BASE": base_image, "NAME": environment})


def _build(engine: Engine, name: str, context: Mapping[str, Path], arguments: Mapping[str, str]) -> None:
    said = ""
    try:
        for line in engine.build(name, archive.stream(context), arguments):
            said = line or said
    except Refused as refused:
        raise Ungraded(
            f"Docker could not build {name}: {refused}" + (f" (after: {said})" if said else ""),
            "`grade doctor` looks at the disk and the engine; then run `grade image build` again.",
        ) from refused


def _digest(*parts: str | Path | Mapping[str, Path]) -> str:
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


def _machine(engine: Engine) -> str:
    architecture = engine.info().architecture
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(
        architecture, architecture
    )  # Podman says it as Go does


@contextlib.contextmanager
def _alone(progress: Progress) -> Iterator[None]:
    """One build at a time on this machine; the others find its result."""
    path = Path(tempfile.gettempdir(), f"grader-image-{os.getuid()}.lock")
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("waiting for another grader that is building the images")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
