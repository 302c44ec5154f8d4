"""Where a repository is: what was typed, checked, and without its credentials."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from grader.errors import UsageError
from grader.submission.names import shown

_SCHEMES = ("https", "http", "ssh", "git")
_HELPER = re.compile(r"[A-Za-z0-9.+-]+::")
_SCP = re.compile(r"(?:(?P<user>[\w.~+-]+)@)?(?P<host>[\w.-]+|\[[0-9A-Fa-f:.]+\]):(?P<path>[^:].*)", re.ASCII)
_HOST = re.compile(r"\w[\w.-]*|\[[0-9A-Fa-f:.]+\]", re.ASCII)
_AUTHORITY = re.compile(r"([^@]*@)?[\w.-]*(:\d*)?|.*\[.*\].*", re.ASCII)
_NO_SCHEME = re.compile(r"[\w-]+(\.[\w-]+)+/\S+/\S+", re.ASCII)
_PAGE = re.compile(r"(?P<home>https?://[^/]+/[^/]+/[^/]+)/(-/)?(tree|blob|commit|commits|pull|src)/")
_EXAMPLE = "Give a URL (https://host/owner/repository, git@host:owner/repository) or a folder."


@dataclass(frozen=True, slots=True)
class RemoteAddress:
    """A repository on a host.

    Attributes:
        url: What git is given and what is shown: without credentials (ssh keeps its user name).
        host: For messages.
        origin: Scheme, host and port: the credentials go nowhere else.
    """

    url: str
    host: str
    origin: str
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def home(self) -> str:
        """The repository's address if the URL is that of one of its pages, else empty."""
        page = _PAGE.match(self.url)
        return page["home"] if page else ""


@dataclass(frozen=True, slots=True)
class Local:
    """A folder on this machine: a checkout, a bare repository, or neither."""

    path: Path

    @property
    def url(self) -> str:
        """The folder, for messages and records."""
        return shown(str(self.path))


def parse(repo: str, *, trusted_origin: bool = True) -> RemoteAddress | Local:
    """Say where a repository is.

    Args:
        repo: Any git URL, or a folder.
        trusted_origin: True for what the instructor typed. False for a roster, where students may have
            written the URL: then only hosts are accepted.

    Raises:
        UsageError: It is malformed, would run a command (``ext::``, a leading dash), or is a roster's folder.
    """
    here = clean_url(repo)
    if not repo or repo.startswith("-") or _HELPER.match(repo):
        raise UsageError(f"'{here}' is no address of a repository.", _EXAMPLE)
    if not repo.isprintable():
        raise UsageError(f"The address '{here}' has control characters in it.", _EXAMPLE)
    scheme, separator, _ = repo.partition("://")
    if separator and scheme.lower() != "file":
        return _hosted(repo, here)
    if not separator and (scp := _SCP.fullmatch(repo)):
        return _scp(scp, here)
    if not trusted_origin:
        raise UsageError(f"'{here}' is a folder; a roster may only name repositories on a host.", _EXAMPLE)
    if separator:
        return _file_url(repo, here)
    if _NO_SCHEME.fullmatch(repo) and not Path(repo).exists():
        raise UsageError(f"'{here}' is neither a URL nor a folder.", f"Did you mean https://{here} ?")
    return _folder(Path(repo).expanduser() if repo.startswith("~/") else Path(repo), here)


def clean_url(repo: str) -> str:
    """An address without credentials, query or fragment, as one printable line; for any text at all.

    ``https://ada:secret@host/r.git`` gives ``https://host/r.git``; the user name of ssh, no secret, stays.
    """
    scheme, separator, rest = repo.partition("://")
    if not separator:
        before, colon, after = repo.partition(":")
        return shown(after.rpartition("@")[2] if colon and "@" in after and "/" not in before else repo)
    rest = re.split(r"[?#]", rest, maxsplit=1)[0] if scheme.lower() != "file" else rest
    authority, slash, path = rest.partition("/")
    if "@" in path and not _AUTHORITY.fullmatch(authority):  # a password with a slash in it
        authority, slash, path = rest.rpartition("@")[2].partition("/")
    user, at, host = authority.rpartition("@")
    kept = user.partition(":")[0] + at if scheme.lower() == "ssh" else ""
    return shown(f"{scheme}://{kept}{host}{slash}{path}")


def repository_name(repo: str) -> str:
    """The repository's own name: ``week06-ada`` for ``git@host:course/week06-ada.git`` and for its folder."""
    address = parse(repo)
    if isinstance(address, Local):
        path = address.path
        name = path.parent.name if path.name == ".git" else path.name
    else:
        name = re.split(r"[/:]", (address.home or address.url).rstrip("/"))[-1]
    return shown(name.removesuffix(".git"))


def _hosted(repo: str, here: str) -> RemoteAddress:
    try:
        parts = urlsplit(repo)
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise UsageError(f"'{here}' is a malformed URL.", _EXAMPLE) from error
    scheme, host = parts.scheme, _host(parts)
    if scheme not in _SCHEMES:
        raise UsageError(
            f"'{here}': repositories are read over {', '.join(_SCHEMES)}, not {scheme}.", _EXAMPLE
        )
    if not _HOST.fullmatch(host) or not parts.path.strip("/") or " " in repo:
        raise UsageError(f"'{here}' is a malformed URL.", _EXAMPLE)
    if parts.query or parts.fragment:
        raise UsageError(f"A repository's URL has no '?' or '#'. Did you mean {here} ?")
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (username + password).isprintable():
        raise UsageError(f"The credentials in the URL of '{here}' have control characters in them.")
    if scheme == "ssh":
        user = f"{parts.username}@" if parts.username else ""
        if username.startswith("-"):
            raise UsageError(f"'{here}' is a malformed URL.", _EXAMPLE)
        return RemoteAddress(
            url=f"ssh://{user}{host}{port}{parts.path}", host=host, origin=f"ssh://{host}{port}"
        )
    origin = f"{scheme}://{host}{port}"
    return RemoteAddress(origin + parts.path, host, origin, username, password)


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    return f"[{host}]" if ":" in host else host


def _scp(scp: re.Match[str], here: str) -> RemoteAddress:
    user, host, path = scp["user"] or "", scp["host"], scp["path"]
    if not _HOST.fullmatch(host) or user.startswith("-") or path.startswith("-") or "@" in path:
        raise UsageError(f"'{here}' is no address of a repository.", _EXAMPLE)
    return RemoteAddress(
        url=f"{user}@{host}:{path}" if user else f"{host}:{path}", host=host, origin=f"ssh://{host}"
    )


def _file_url(repo: str, here: str) -> Local:
    parts = urlsplit(repo)
    if parts.netloc not in {"", "localhost"} or not parts.path.startswith("/") or "\0" in unquote(repo):
        raise UsageError(
            f"'{here}' is a malformed URL.", "A folder's URL has three slashes: file:///home/ada/week06"
        )
    return _folder(Path(unquote(parts.path)), here)


def _folder(path: Path, here: str) -> Local:
    """A folder under its one full name: without ``..`` and links, so that its attempts are one history."""
    try:
        return Local(path.resolve())
    except (OSError, RuntimeError) as error:  # this very folder was removed; links that lead to each other
        raise UsageError(
            f"Where '{here}' is can't be found out: {error}.", "Give the folder's full path."
        ) from error
