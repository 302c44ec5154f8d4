"""What keeps an engine from doing what it was asked, each in a sentence of ours with a remedy.

Not installed, not running, not permitted; too slow; refused; or something that is no engine answers there.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from grader.errors import Ungraded

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCAL_INSTEAD = "Or use --sandbox local: it needs no Docker, but doesn't protect this machine."
WORDS = 500
"""So many characters of an engine's own words are repeated; a body may be a whole page."""


class Refused(Ungraded):
    """The engine answered, and the answer is no. As a text: its own words.

    Attributes:
        status: HTTP status: 404 no such thing, 409 conflict, 500 the engine failed; 0 if its client said no.
    """

    def __init__(self, status: int, words: str) -> None:
        super().__init__(
            f"Docker's engine refused: {words}",
            "`grade doctor` looks at the engine, the images and the disk.",
        )
        self.status = status
        self.words = words

    def __str__(self) -> str:
        return self.words


def unreachable(error: OSError, path: str) -> Ungraded:
    """Which of the three it is: not installed, not running, or not permitted."""
    if isinstance(error, PermissionError):
        return Ungraded(
            f"You are not permitted to use Docker ({path}).",
            f"Run `sudo usermod -aG docker $USER`, then log in again. {LOCAL_INSTEAD}",
        )
    if not os.path.exists(path) and not shutil.which("dockerd") and not shutil.which("docker"):  # noqa: PTH110
        return Ungraded(
            f"Docker is not installed: there is neither a `docker` command nor {path}.",
            f"Install it (https://docs.docker.com/engine/install/). {LOCAL_INSTEAD}",
        )
    return Ungraded(
        f"Docker is installed, but its engine is not running: {error} ({path}).",
        f"Start it with `sudo systemctl start docker`. {LOCAL_INSTEAD}",
    )


def unreadable(error: OSError) -> Ungraded:
    """A file that was to be sent."""
    return Ungraded(
        f"{error.filename} can't be read: {error.strerror}.", "Look at its permissions and the disk."
    )


def in_words(error: Exception, path: str, seconds: float) -> Ungraded:
    """What an exception of Docker's package means.

    Args:
        error: It, or what reading an answer's JSON raised.
        path: The engine's socket.
        seconds: How long was waited.
    """
    from docker.errors import DockerException  # imported by now
    from requests import HTTPError, RequestException, Timeout
    from urllib3.exceptions import TimeoutError as LateInBody

    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, HTTPError) and cause.response is not None:
            words = getattr(cause, "explanation", "") or cause.response.text.strip() or cause.response.reason
            return Refused(cause.response.status_code, str(words)[:WORDS])
        if isinstance(cause, Timeout | LateInBody | TimeoutError):
            return Ungraded(
                f"Docker did not answer within {seconds:.0f} s ({path}).",
                "Is the machine overloaded? `dmesg` may say more; a restart of Docker usually helps.",
            )
        if isinstance(cause, OSError) and not isinstance(cause, RequestException):
            return unreadable(cause) if cause.filename else unreachable(cause, path)
    misread = any(isinstance(cause, ValueError | LookupError | TypeError) for cause in causes)
    if isinstance(error, DockerException) and not misread:
        return Refused(0, str(error)[:WORDS])
    return Ungraded(
        f"What answers at {path} is no Docker engine: {str(error)[:WORDS] or type(error).__name__}.",
        f"Look with `docker version`, and at DOCKER_HOST. {LOCAL_INSTEAD}",
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """It, and what led to it, outermost first."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
