"""A sandbox's way to packages: opened for a phase, closed after it, and closed again means nothing happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.records import Fetched
from grader.sandbox.egress.upstream import IndexFailed

if TYPE_CHECKING:
    from pathlib import Path

    from grader.sandbox.egress.packages import Packages
    from grader.sandbox.egress.proxy import Proxy


class Gate:
    """Of one sandbox; one phase at a time.

    Args:
        packages: What may pass; ``None`` if this machine has no index to offer.
        folder: That the sandbox sees as its way out.
        why: Why there are no packages.
    """

    def __init__(self, packages: Packages | None, folder: Path, why: str = "") -> None:
        self._packages = packages
        self._folder = folder
        self._why = why
        self._proxy: Proxy | None = None

    def open(self) -> None:
        """Begin a phase; one that is open is closed first."""
        self.close()
        if self._packages is not None:
            self._proxy = self._packages.open(self._folder)

    def close(self) -> Fetched:
        """End the phase: what is open is cut, and nothing listens any more."""
        if self._packages is None:
            return Fetched(unavailable=self._why)
        proxy, self._proxy = self._proxy, None
        if proxy is None:
            return Fetched()
        traffic = proxy.close()
        return Fetched(
            index_failed=traffic.index_failed,
            index_broke=traffic.index_broke,
            limit=traffic.limit,
            refused=dict(traffic.refused),
            hosts=tuple(traffic.summary()),
        )

    def has(self, name: str) -> bool | None:
        """Whether an index knows a package of this name; ``None`` if that can't be found out."""
        if self._packages is None:
            return None
        try:
            return self._packages.upstream.has(name)
        except IndexFailed:
            return None
