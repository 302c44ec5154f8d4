"""What each node of a cluster is given before a class is graded, and what is taken from it after.

Node by node, by tasks that take none of its resources: the images that are here, so that no node builds its own,
and the removal of what killed graders left behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader.errors import Ungraded
from grader.sandbox import image
from grader.sandbox.docker import remove_left_behind
from grader.sandbox.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.sandbox.environment import Progress

TIDY_SECONDS = 60.0
"""A node that takes longer is left: whoever grades there next removes what the dead have."""


def fetch_images(ray: Any, here: Engine, progress: Progress) -> None:
    """See to it that every node has the images that are here.

    Args:
        ray: The package, connected.
        here: This machine's engine.
        progress: Is called before what takes long.

    Raises:
        Ungraded: There is none here yet, or a node's engine did not take them.
    """
    names = image.names_here(here)
    if not names:
        raise Ungraded(
            "There are no images here that nodes could be given.", "Run `grade image build` first."
        )
    lacking = _on_each_node(ray, _lacking, list(names))
    wanted = sorted({name for missing in lacking.values() for name in missing})
    if not wanted:
        return
    progress(f"{len(wanted)} images go to {sum(map(bool, lacking.values()))} nodes")
    chunks = [ray.put(chunk) for chunk in here.save(wanted)]
    _on_each_node(ray, _load, chunks, only=[key for key, missing in lacking.items() if missing])


def tidy(ray: Any, owners: Sequence[str]) -> None:
    """Remove from every node what these owners, and whoever was killed, left there.

    Raises:
        Ungraded: A node's engine did not do it.
    """
    _on_each_node(ray, remove_left_behind, list(owners), seconds=TIDY_SECONDS)


def _on_each_node(
    ray: Any,
    work: Any,
    *arguments: Any,
    only: Sequence[str] | None = None,
    seconds: float | None = None,
) -> dict[str, Any]:
    """Node id → what the work gave there; of a node that is lost meanwhile, or takes longer, nothing."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy as There

    alive = [known["NodeID"] for known in ray.nodes() if known["Alive"]]
    task = ray.remote(work)
    asked = {
        key: task.options(num_cpus=0, max_retries=0, scheduling_strategy=There(key, soft=False)).remote(
            *arguments
        )
        for key in (alive if only is None else only)
    }
    said = {}
    for key, answer in asked.items():
        try:
            said[key] = ray.get(answer, timeout=seconds)
        except ray.exceptions.RayTaskError as error:
            raise Ungraded(f"Node {key[:8]} of the cluster: {error.cause or error}") from error
        except ray.exceptions.RayError:
            continue
    return said


def _lacking(names: list[str]) -> list[str]:
    engine = Engine()
    return [name for name in names if not engine.image_id(name)]


def _load(chunks: list[Any]) -> None:
    import ray

    Engine().load_saved(ray.get(chunk) for chunk in chunks)
