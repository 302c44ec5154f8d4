"""What a sandbox needs to install packages: mounts, variables, and a proxy; found out once, the same for all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from grader.sandbox.egress import folders, index, variables
from grader.sandbox.egress.proxy import Proxy
from grader.sandbox.egress.traffic import TrafficBounds
from grader.sandbox.egress.upstream import Upstream
from grader.worker.forwarder import SOCKET

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from grader.sandbox.egress.rules import Rules

PLACE = Path(SOCKET).parent
"""In the sandbox: the folder of its socket."""
PYTHONS = "https://releases.astral.sh"
"""Where uv gets another Python from by itself."""


class Packages(NamedTuple):
    """What the sandboxes of this run may fetch.

    Attributes:
        rules: What their proxies let through.
        upstream: The indexes, to be asked from outside.
        mounts: Place inside → file or folder here; all read-only. The folder of the socket comes on top.
        variables: For every process inside that may install packages.
        left_out: What this machine's pip uses and a sandbox does not get, as sentences.
    """

    rules: Rules
    upstream: Upstream
    mounts: Mapping[str, Path]
    variables: Mapping[str, str]
    left_out: tuple[str, ...] = ()

    def open(self, folder: Path, bounds: TrafficBounds = TrafficBounds()) -> Proxy:  # noqa: B008 - immutable
        """A proxy for one sandbox and one phase.

        Args:
            folder: That the sandbox sees as ``PLACE``. The next phase's proxy may use it again.
            bounds: How much may pass.
        """
        return Proxy(folder / Path(SOCKET).name, self.rules, bounds)


def of_this_machine(scratch: Path, others: Iterable[str] = ()) -> Packages:
    """As this machine's pip is configured; see ``of_index``.

    Raises:
        Ungraded: pip is missing, or what it uses can't be given to code that nobody trusts.
    """
    return of_index(index.of_this_machine(), scratch, others)


def of_index(found: index.Index, scratch: Path, others: Iterable[str] = ()) -> Packages:
    """What sandboxes need to use these indexes, which are asked where their files lie.

    Args:
        found: The settings.
        scratch: A folder that outlives every sandbox; what they read in common is written there.
        others: Hosts to let through besides, at port 443; uv's Pythons always are.

    Raises:
        IndexFailed: An index does not answer.
    """
    wheels, left_out = folders.usable(found.folders)
    places = {f"{variables.FOLDERS}/{number}": folder for number, folder in enumerate(wheels)}
    mounts = {variables.CERTIFICATES: found.certificates, **places}
    if builds := folders.cpu_builds(wheels):
        constraints = scratch / "constraints.txt"
        constraints.write_text("".join(f"{name}<={version}\n" for name, version in sorted(builds.items())))
        constraints.chmod(0o644)
        mounts[variables.CONSTRAINTS] = constraints
    upstream = Upstream(found)
    pythons = urlsplit(found.pythons or PYTHONS).hostname or ""
    inside = variables.of(found, list(places), bounded=bool(builds), pages_alone=not upstream.speaks_json())
    return Packages(
        upstream.rules([pythons, *others]), upstream, mounts, inside, (*found.left_out, *left_out)
    )
