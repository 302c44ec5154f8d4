"""Docker's own client, with a time limit on everything it asks.

Importing it takes a hundred times longer than a listing, so ``engine`` does that late, in a thread that has time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docker.api.client import APIClient

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from requests import Response


class EngineClient(APIClient):  # type: ignore[misc] # Docker's package has no types
    """Used by one thread at a time.

    Args:
        path: The engine's Unix socket.
        version: Of the API; empty: asked of the engine.
        seconds: For an answer to begin, and to go on.

    Attributes:
        timeout: The same, and may be changed.
    """

    timeout: float

    def __init__(self, path: str, version: str, seconds: float) -> None:
        super().__init__(f"unix://{path}", version=version or None, timeout=seconds)
        self.trust_env = False  # no proxy and no password for what is on this machine

    def save(self, names: Sequence[str], chunk: int) -> Iterator[bytes]:
        """Several images as one archive, their common layers once; Docker's own call knows one image."""
        answer = self._get(self._url("/images/get"), params={"names": list(names)}, stream=True)
        yield from self._stream_raw_result(answer, chunk, decode=False)

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Response:
        """One request. Docker's own pulls, imports and events would wait for ever."""
        response: Response = super().request(method, url, *args, **options | {"timeout": self.timeout})
        return response
