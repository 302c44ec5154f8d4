"""The indexes, asked from outside by the grader itself: do they answer, where do their files lie, what is there."""

from __future__ import annotations

import re
import ssl
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

from grader.errors import Ungraded
from grader.sandbox.egress.call import look_up
from grader.sandbox.egress.folders import links
from grader.sandbox.egress.index import shown
from grader.sandbox.egress.rules import HTTPS, Endpoint, Rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.sandbox.egress.index import Index

SECONDS = 20.0
TRIES = 3
PAGE = 2 << 20
"""Bytes of a page that are read: the list of all projects has 40 MB."""
KNOWN, KNOWN_VERSION = "pip", "24.0"
"""A project that every mirror has; of an index without it, the first project is looked at."""
PROJECT = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
HTML, JSON = "text/html", "application/vnd.pypi.simple.v1+json"
ABSENT = {404, 410}


class IndexFailed(Ungraded):  # a state of affairs, and it reads so where it is raised
    """The package index does not answer, or not as one: our fault, never the repository's."""


class _Answer(NamedTuple):
    """A page: where it really was, its media type, and its text."""

    url: str
    kind: str
    text: str


class Upstream:
    """The indexes of this machine.

    Args:
        index: Its settings.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._trusted = {trusted.lower() for trusted in index.trusted}

    def rules(self, others: Iterable[str] = ()) -> Rules:
        """What a proxy may let through: the indexes, and the hosts that their own pages name.

        Raises:
            IndexFailed: One does not answer.
        """
        indexes = [*self._index.urls, *self._index.pages]
        reached = {endpoint_of(url): urlsplit(url).scheme for url in indexes}
        files = {
            place.host
            for url in indexes
            for place in self._places(url)
            if place.port == HTTPS and place not in reached
        }
        return Rules(
            hosts=frozenset(files | {to.host for to in reached if to.port == HTTPS}),
            others=frozenset(others),
            indexes=frozenset(reached),
            plain=frozenset(to for to, scheme in reached.items() if scheme == "http"),
            addresses=frozenset(address for to in reached for address in _addresses(to)),
        )

    def check(self) -> None:
        """See whether all of them answer.

        Raises:
            IndexFailed: One does not.
        """
        for url in (*self._index.urls, *self._index.pages):
            self._places(url)

    def has(self, project: str) -> bool:
        """Whether any index knows a project of this name, in any version.

        Raises:
            IndexFailed: One does not answer, and no other has it.
        """
        name = re.sub(r"[-_.]+", "-", project).lower()
        if not PROJECT.fullmatch(name):
            return False
        return any(self._page(f"{url}/{name}/") is not None for url in self._index.urls)

    def speaks_json(self) -> bool:
        """Whether the main index answers as PyPI itself does, in JSON, also of one version; a mirror may not.

        Raises:
            IndexFailed: It does not answer.
        """
        found = self._ask(f"{self._index.url}/{KNOWN}/", JSON)
        if found is None or not found.kind.startswith(JSON):
            return False
        of_version = urljoin(self._index.url, f"/pypi/{KNOWN}/{KNOWN_VERSION}/json")
        return self._ask(of_version, "application/json") is not None

    def _places(self, url: str) -> set[Endpoint]:
        """Where the files of an index lie, by the links of one project."""
        if url in self._index.pages:
            page = self._page(url)
        else:
            page = self._page(f"{url}/{KNOWN}/")
            if page is None and (projects := self._page(f"{url}/")):
                first = next((link for link in projects[1] if link.endswith("/")), None)
                page = self._page(first) if first else None
        if page is None:
            raise IndexFailed(
                f"{shown(url)} does not answer as a package index.",
                "Name another: PIP_INDEX_URL=https://… (and see `pip config list`).",
            )
        final, found = page
        return {endpoint_of(link) for link in (final, *found) if urlsplit(link).scheme in {"http", "https"}}

    def _page(self, url: str) -> tuple[str, list[str]] | None:
        """Where a page really was, and all its links; ``None`` if there is none."""
        found = self._ask(url, HTML)
        return found and (found.url, [urljoin(found.url, link) for link in links(found.text)])

    def _ask(self, url: str, kind: str) -> _Answer | None:
        """What is there, or ``None`` if nothing is."""
        asked = urllib.request.Request(url, headers={"Accept": kind})  # noqa: S310 - http(s), as the index is
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self._context(url))
        )
        trouble: object = ""
        for _ in range(TRIES):
            try:
                with opener.open(asked, timeout=SECONDS) as answer:
                    text = answer.read(PAGE).decode("utf-8", errors="replace")
                    return _Answer(answer.geturl(), answer.headers.get_content_type(), text)
            except urllib.error.HTTPError as error:
                error.close()
                if error.code in ABSENT:
                    return None
                trouble = f"it answers {error.code} {error.reason}"
                if error.code < 500 and error.code != 429:
                    break
            except (OSError, ValueError) as error:
                trouble = getattr(error, "reason", None) or error
        raise IndexFailed(
            f"The package index {shown(url)} can't be reached from here: {trouble}.",
            "Try `pip download --no-deps pip` here. It must work without a proxy and without a password.",
        )

    def _context(self, url: str) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self._index.certificates)
        to = endpoint_of(url)
        if {to.host, str(to)} & self._trusted:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def endpoint_of(url: str) -> Endpoint:
    """Host and port of an http or https URL."""
    parts = urlsplit(url)
    return Endpoint(parts.hostname or "", parts.port or (HTTPS if parts.scheme == "https" else 80))


def _addresses(to: Endpoint) -> list[str]:
    try:
        return look_up(to)
    except OSError as error:
        raise IndexFailed(f"The package index {to} has no address: {error}.") from error
