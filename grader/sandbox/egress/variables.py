"""What the tools in a sandbox go by: pip, uv, poetry, tox, nox, curl and git. Nothing in it is a secret."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from grader.sandbox.egress.index import PYPI
from grader.worker.forwarder import PORT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.sandbox.egress.index import Index

CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
"""Where Debian's programs look by themselves."""
FOLDERS = "/packages"
CONSTRAINTS = f"{FOLDERS}/constraints.txt"
OWN = ("localhost", "127.0.0.1", "::1")
"""The sandbox's own loopback, where a test may start a server; an index at this machine's has the same name."""
FIXED = {
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_CACHE_DIR": "1",  # it would lie in memory, and hold every package a second time
    "PIP_NO_INPUT": "1",
    "PIP_RETRIES": "2",  # five against a host that is refused, for every package, took two minutes
    "UV_CONCURRENT_DOWNLOADS": "8",
    "UV_NO_PROGRESS": "1",
    "POETRY_NO_INTERACTION": "1",
    "VIRTUALENV_NO_PERIODIC_UPDATE": "1",
    "GIT_TERMINAL_PROMPT": "0",
}


def of(
    index: Index, folders: Sequence[str], *, bounded: bool = False, pages_alone: bool = False
) -> dict[str, str]:
    """Name → value.

    Args:
        index: This machine's settings.
        folders: Folders of packages, as the sandbox sees them.
        bounded: Whether there is a file that bounds versions, at ``CONSTRAINTS``.
        pages_alone: The main index has no JSON, which poetry takes for granted of PyPI.
    """
    indexes = {urlsplit(url).hostname for url in (*index.urls, *index.pages)}
    found = {
        **FIXED,
        **_same(f"http://127.0.0.1:{PORT}", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"),
        **_same(",".join(name for name in OWN if name not in indexes), "NO_PROXY", "no_proxy"),
        **_same(CERTIFICATES, "SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE"),
        **_same(CERTIFICATES, "CURL_CA_BUNDLE", "GIT_SSL_CAINFO"),
    }
    if index.url != PYPI:  # else unset: lock files that name PyPI stay valid
        found |= _same(index.url, "PIP_INDEX_URL", "UV_DEFAULT_INDEX")
    if index.url != PYPI or pages_alone:
        found["POETRY_PYPI_MIRROR_URL"] = index.url
    if index.extra:
        found |= _same(" ".join(index.extra), "PIP_EXTRA_INDEX_URL", "UV_INDEX")
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"  # the best of all indexes, as pip does
    if links := [*folders, *index.pages]:
        found |= {"PIP_FIND_LINKS": " ".join(links), "UV_FIND_LINKS": ",".join(links)}
    if index.trusted:
        found |= _same(" ".join(index.trusted), "PIP_TRUSTED_HOST", "UV_INSECURE_HOST")
    if bounded:
        found |= _same(CONSTRAINTS, "PIP_CONSTRAINT", "UV_CONSTRAINT")
    if index.pythons:
        found["UV_PYTHON_INSTALL_MIRROR"] = index.pythons
    return found


def _same(value: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, value)
