"""Which package index this machine uses: its own pip says so, by all its files and variables."""

from __future__ import annotations

import ast
import importlib.util
import os
import ssl
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from grader.errors import Ungraded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PYPI = "https://pypi.org/simple"
SECTIONS = ("global", "install", ":env:")
"""Of ``pip config list``, each over the one before it, as for ``pip install``."""
BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


class Index(NamedTuple):
    """Where packages come from.

    Attributes:
        url: The main index.
        extra: Further ones, on a network.
        pages: Pages with links to packages, on a network.
        folders: On this machine: folders with packages, and indexes (``file://``).
        trusted: Hosts, or hosts and ports, whose certificates are not looked at.
        certificates: The file with the authorities that are trusted.
        pythons: Where uv gets other Pythons from; empty: where it does by itself.
        left_out: What is configured and not used, as sentences.
    """

    url: str
    extra: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    folders: tuple[Path, ...] = ()
    trusted: tuple[str, ...] = ()
    certificates: Path = Path(BUNDLES[0])
    pythons: str = ""
    left_out: tuple[str, ...] = ()

    @property
    def urls(self) -> tuple[str, ...]:
        """The indexes on a network, the main one first."""
        return self.url, *self.extra


def of_this_machine() -> Index:
    """What pip would use here.

    Raises:
        Ungraded: pip is missing or can't say; or what it uses can't be given to code that nobody trusts.
    """
    if importlib.util.find_spec("pip") is None:
        raise Ungraded(
            "Which package index to use, pip knows, and this Python has none.",
            f"Run `{sys.executable} -m ensurepip`.",
        )
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise Ungraded(
            f"pip can't read its configuration: {said[-1]}", "Run `pip config debug`, and repair it."
        )
    return of_settings(settings(done.stdout), os.environ)


def settings(listed: str) -> dict[str, str]:
    """The lines of ``pip config list`` (``global.index-url='https://…'``) → name → value, for ``install``."""
    found: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    for line in listed.splitlines():
        key, equals, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if equals and section in found:
            found[section][name] = str(ast.literal_eval(value))
    return {name: value for section in SECTIONS for name, value in found[section].items()}


def of_settings(given: Mapping[str, str], environment: Mapping[str, str]) -> Index:
    """The index by pip's settings.

    Args:
        given: Name → value; a list is separated by white space.
        environment: This machine's variables.

    Raises:
        Ungraded: There is no index, or not one that can be used.
    """
    if given.get("no-index", "").lower() in {"1", "true", "yes", "on"}:
        raise Ungraded(
            "pip is told to use no index here (no-index), so no package can be installed.",
            "Unset PIP_NO_INDEX, or `pip config unset global.no-index`.",
        )
    url = given.get("index-url") or given.get("pypi-url") or PYPI
    if why := unusable(url):
        raise Ungraded(
            f"This machine's package index can't be used for student code: {shown(url)} {why}.",
            "Name one without, for the grader alone: PIP_INDEX_URL=https://pypi.org/simple grade …",
        )
    extra: list[str] = []
    pages: list[str] = []
    folders: list[Path] = []
    left_out: list[str] = []
    for name, into in (("extra-index-url", extra), ("find-links", pages)):
        for place in given.get(name, "").split():
            if (folder := local(place)) is not None:
                folders.append(folder)
            elif why := unusable(place):
                left_out.append(f"{shown(place)} ({name}) is left out: it {why}.")
            else:
                into.append(place)
    pythons = environment.get("UV_PYTHON_INSTALL_MIRROR", "")
    if pythons and (why := unusable(pythons)):
        left_out.append(f"{shown(pythons)} (UV_PYTHON_INSTALL_MIRROR) is left out: it {why}.")
        pythons = ""
    return Index(
        url=url.rstrip("/"),
        extra=tuple(extra),
        pages=tuple(pages),
        folders=tuple(folders),
        trusted=tuple(given.get("trusted-host", "").split()),
        certificates=certificates(given.get("cert", ""), environment),
        pythons=pythons,
        left_out=tuple(left_out),
    )


def unusable(url: str) -> str:
    """Why code that nobody trusts can't be given this index, in words that go on after it; empty if it can."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "is no URL"
    if parts.username or parts.password or "@" in parts.netloc:
        return "holds a password or a token"
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return "is no http:// or https:// URL"
    if parts.query or parts.fragment:
        return "has a query, which may be a token"
    return ""


def shown(url: str) -> str:
    """The URL without what may be a secret."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "a URL"
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"


def local(place: str) -> Path | None:
    """The folder or file on this machine that a setting names, if it names one."""
    if place.startswith("file:"):
        return Path(unquote(urlsplit(place).path))
    return None if "://" in place else Path(place).expanduser().absolute()


def certificates(cert: str, environment: Mapping[str, str]) -> Path:
    """The file with the authorities that pip trusts here.

    Raises:
        Ungraded: There is none.
    """
    paths = ssl.get_default_verify_paths()
    pip = importlib.util.find_spec("pip")
    own = [
        Path(place, "_vendor/certifi/cacert.pem") for place in (pip and pip.submodule_search_locations) or []
    ]
    candidates: Sequence[str | Path | None] = (
        cert,
        environment.get("SSL_CERT_FILE"),
        paths.cafile,
        *BUNDLES,
        *own,
    )
    for candidate in candidates:
        if candidate and Path(candidate).is_file():
            return Path(candidate).resolve()
    raise Ungraded(
        "This machine has no file with certificate authorities.",
        "Name one: PIP_CERT=/path/to/ca-certificates.crt",
    )
