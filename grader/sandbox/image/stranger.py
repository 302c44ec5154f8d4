"""The stranger's image: a developer's machine, with git, make, a compiler, pip, uv, poetry, tox and nox.

    full base ◀─ stranger-tools ◀─ stranger      the tools and the worker's own packages; our own files last

No check of a lab ever runs here: those rest on what an image lacks.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from grader.sandbox import owner
from grader.sandbox.image import base, building, pythons, wheels
from grader.sandbox.sources import worker_sources

if TYPE_CHECKING:
    from grader.sandbox.engine import Engine
    from grader.sandbox.environment import Progress

NAME = "stranger"
PYTHON = "/opt/worker/bin/python3"
"""The worker's own: the Python that the stranger finds has no packages."""
INPUTS = ("Dockerfile.stranger", "furnish.py", "settle.py", "stranger.txt", "numpy.txt")


@functools.cache
def _pythons() -> list[pythons.Python]:
    return pythons.of_this_machine()


def tags(base_id: str) -> tuple[str, str]:
    """Names of the image without and with the worker."""
    others = repr([(python.version, str(python.prefix)) for python in _pythons()])
    tools = building.digest(base_id, others, *(building.HERE / name for name in INPUTS))
    final = building.digest(tools, building.HERE / "Dockerfile.worker", worker_sources())
    return f"grader-{NAME}-tools:{tools[:12]}", f"grader-{NAME}:{final[:12]}"


def present(engine: Engine) -> str:
    """Id of the image if it is here and up to date, else empty."""
    base_id = base.present(engine, base.FULL)
    return engine.image_id(tags(base_id)[1]) if base_id else ""


def ensure(engine: Engine, progress: Progress) -> str:
    """Id of the image; what is missing is built.

    Raises:
        Ungraded: As of the other images.
    """
    if found := present(engine):
        return found
    base_id = base.obtain(engine, progress, base.FULL)
    tools, final = tags(base_id)
    if not engine.image_id(tools):
        with owner.temporary_folder() as folder:
            progress(f"{NAME} image: fetching packages")
            machine = building.machine(engine)
            wheels.download(building.HERE / "stranger.txt", folder / "wheels", machine)
            wheels.fetch(building.HERE / "numpy.txt", folder / "packages", machine)
            pythons.collect(_pythons(), folder / "pythons")
            progress(f"{NAME} image: building")
            own = {name: building.HERE / name for name in INPUTS if name.endswith((".py", "stranger.txt"))}
            context = {
                "Dockerfile": building.HERE / "Dockerfile.stranger",
                "wheels": folder / "wheels",
                "packages": folder / "packages",
                "pythons": folder / "pythons",
                **own,
            }
            building.build(engine, tools, context, {"BASE": base_id})
    progress(f"{NAME} image: adding the worker")
    context = {"Dockerfile": building.HERE / "Dockerfile.worker", **worker_sources()}
    building.build(engine, final, context, {"BASE": tools})
    return present(engine)
