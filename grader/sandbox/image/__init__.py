"""The images of the sandboxes: built when their inputs change, found by the digest of those inputs otherwise.

    base ◀─ packages ◀─ packages      an environment's own, on those of the one below (``grader.environments``)
               ▲           ▲
             worker      worker       our own files last: a change of them rebuilds in a second

``stranger`` stands apart, on a larger base.

No submission and no suite is ever part of an image.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.environments import ENVIRONMENTS, STRANGER
from grader.sandbox import owner
from grader.sandbox.image import base, building, stranger, wheels
from grader.sandbox.sources import worker_sources

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from grader.sandbox.engine import Engine
    from grader.sandbox.environment import Progress

HERE = building.HERE
CHAINED = tuple(name for name in ENVIRONMENTS if name != STRANGER)


def tags(base_id: str) -> dict[str, str]:
    """Names of all images on this base, packages and final: ``grader-numpy:<digest of everything in it>``."""
    names, packages = {}, {"": base_id}
    for environment in CHAINED:
        row = ENVIRONMENTS[environment]
        files = (HERE / name for name in ("Dockerfile.packages", "settle.py", row.pinned))
        packages[environment] = final = building.digest(packages[row.below], *files)
        names[f"{environment}-packages"] = f"grader-{environment}-packages:{final[:12]}"
        if row.worker:
            final = building.digest(final, HERE / "Dockerfile.worker", worker_sources())
        names[environment] = f"grader-{environment}:{final[:12]}"
    return names


def present(engine: Engine, environments: Iterable[str] = ENVIRONMENTS) -> dict[str, str]:
    """Environment → image id, of those that are here and up to date."""
    base_id = base.present(engine)
    names = tags(base_id) if base_id else {}
    found = {}
    for environment in environments:
        if environment == STRANGER:
            image = stranger.present(engine)
        else:
            image = engine.image_id(names[environment]) if names else ""
        if image:
            found[environment] = image
    return found


def names_here(engine: Engine) -> tuple[str, ...]:
    """Names of all images that are here and up to date, with their bases: what another machine needs."""
    slim, full = (base.present(engine, which) for which in (base.SLIM, base.FULL))
    names = [name for which in (base.SLIM, base.FULL) for name in (which.registry, which.own)]
    names += tags(slim).values() if slim else ()
    names += stranger.tags(full) if full else ()
    return tuple(name for name in names if engine.image_id(name))


def ensure(engine: Engine, environments: Collection[str], progress: Progress) -> dict[str, str]:
    """Environment → image id; what is missing is built, which takes a minute or two the first time.

    Raises:
        Ungraded: No engine, no base, no packages, or the engine failed to build; the message says which.
    """
    found = present(engine, environments)
    if len(found) == len(environments):
        return found
    with building.alone(progress):
        if STRANGER in environments:
            stranger.ensure(engine, progress)
        chained = [environment for environment in environments if environment in CHAINED]
        names = tags(base.obtain(engine, progress)) if chained else {}
        for environment in chained:
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
    building.build(engine, names[environment], context, {"BASE": names[f"{environment}-packages"]})


def _packages(engine: Engine, names: Mapping[str, str], environment: str, progress: Progress) -> None:
    name = names[f"{environment}-packages"]
    if engine.image_id(name):
        return
    if below := ENVIRONMENTS[environment].below:
        _packages(engine, names, below, progress)
    base_image = names[f"{below}-packages"] if below else base.present(engine)
    with owner.temporary_folder() as folder:
        progress(f"{environment} image: fetching packages")
        wheels.fetch(HERE / ENVIRONMENTS[environment].pinned, folder / "packages", building.machine(engine))
        progress(f"{environment} image: building")
        context = {
            "Dockerfile": HERE / "Dockerfile.packages",
            "settle.py": HERE / "settle.py",
            "packages": folder / "packages",
        }
        building.build(engine, name, context, {"BASE": base_image, "NAME": environment})
