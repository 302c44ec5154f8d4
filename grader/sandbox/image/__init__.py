"""The images of the sandboxes: built when their inputs change, found by the digest of those inputs otherwise.

    base ◀─ numpy ◀─ torch ◀─ judge ◀─ project      packages, each layer on the one before
              ▲        ▲                  ▲
            worker   worker             worker        our own files last: a change of them rebuilds in a second

``stranger`` stands apart, on a larger base.

No submission and no suite is ever part of an image.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.sandbox import owner
from grader.sandbox.image import base, building, stranger, wheels
from grader.sandbox.sources import worker_sources

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.sandbox.engine import Engine
    from grader.sandbox.environment import Progress

HERE = building.HERE
CHAIN = ("numpy", "torch", "judge", "project")
"""Each environment's packages come on top of those before it."""
ENVIRONMENTS = (*CHAIN, stranger.NAME)
"""All that there are images for."""


def tags(base_id: str) -> dict[str, str]:
    """Names of all images on this base, packages and final: ``grader-numpy:<digest of everything in it>``."""
    names, below = {}, base_id
    for environment in CHAIN:
        below = building.digest(
            below, *(HERE / name for name in ("Dockerfile.packages", "settle.py", f"{environment}.txt"))
        )
        names[f"{environment}-packages"] = f"grader-{environment}-packages:{below[:12]}"
        final = (
            below
            if environment == "judge"
            else building.digest(below, HERE / "Dockerfile.worker", worker_sources())
        )
        names[environment] = f"grader-{environment}:{final[:12]}"
    return names


def present(engine: Engine, environments: Sequence[str] = CHAIN) -> dict[str, str]:
    """Environment → image id, of those that are here and up to date."""
    base_id = base.present(engine)
    names = tags(base_id) if base_id else {}
    ids = {
        environment: engine.image_id(names[environment])
        for environment in environments
        if environment in names
    }
    if stranger.NAME in environments:
        ids[stranger.NAME] = stranger.present(engine)
    return {environment: image for environment, image in ids.items() if image}


def ensure(engine: Engine, environments: Sequence[str], progress: Progress) -> dict[str, str]:
    """Environment → image id; what is missing is built, which takes a minute or two the first time.

    Raises:
        Ungraded: No engine, no base, no packages, or the engine failed to build; the message says which.
    """
    found = present(engine, environments)
    if len(found) == len(environments):
        return found
    with building.alone(progress):
        if stranger.NAME in environments:
            stranger.ensure(engine, progress)
        in_chain = [environment for environment in environments if environment in CHAIN]
        names = tags(base.obtain(engine, progress)) if in_chain else {}
        for environment in in_chain:
            _final(engine, names, environment, progress)
    return present(engine, environments)


def _final(engine: Engine, names: Mapping[str, str], environment: str, progress: Progress) -> None:
    if engine.image_id(names[environment]):
        return
    _packages(engine, names, environment, progress)
    if environment == "judge":  # runs the engine that is installed here, so that it never needs a rebuild
        repository, tag = names[environment].split(":")
        engine.ask("POST", f"/images/{names['judge-packages']}/tag", query={"repo": repository, "tag": tag})
        return
    progress(f"{environment} image: adding the worker")
    context = {"Dockerfile": HERE / "Dockerfile.worker", **worker_sources()}
    building.build(engine, names[environment], context, {"BASE": names[f"{environment}-packages"]})


def _packages(engine: Engine, names: Mapping[str, str], environment: str, progress: Progress) -> None:
    name = names[f"{environment}-packages"]
    if engine.image_id(name):
        return
    at = CHAIN.index(environment)
    if at:
        _packages(engine, names, CHAIN[at - 1], progress)
    below = names[f"{CHAIN[at - 1]}-packages"] if at else base.present(engine)
    with owner.temporary_folder() as folder:
        progress(f"{environment} image: fetching packages")
        wheels.fetch(HERE / f"{environment}.txt", folder / "packages", building.machine(engine))
        progress(f"{environment} image: building")
        context = {
            "Dockerfile": HERE / "Dockerfile.packages",
            "settle.py": HERE / "settle.py",
            "packages": folder / "packages",
        }
        building.build(engine, name, context, {"BASE": below, "NAME": environment})
