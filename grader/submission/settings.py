"""The settings git runs with: none that came with a repository; of the user's own, only what reaches hosts.

A repository of ours is written by hand: no template, no hook, no attribute, no remote. Its configuration
bounds memory and switches off what git might do besides. The user's configuration is not read, except for
what a private repository needs: credential helpers, proxies and certificates, URL rewriting, the ssh command.
ssh itself, its agent and ``~/.netrc`` work as ever, but nothing may prompt.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from grader.submission.address import RemoteAddress

_REPOSITORY = """\
[core]
	repositoryFormatVersion = 0
	bare = true
	hooksPath = /dev/null
	fsmonitor = false
	attributesFile = /dev/null
	symlinks = false
	logAllRefUpdates = false
	bigFileThreshold = 1m
	packedGitWindowSize = 32m
	packedGitLimit = 256m
	deltaBaseCacheLimit = 64m
[pack]
	threads = 1
	windowMemory = 64m
[fetch]
	writeCommitGraph = false
	recurseSubmodules = false
[transfer]
	unpackLimit = 1
[submodule]
	recurse = false
[gc]
	auto = 0
[maintenance]
	auto = false
[http]
	lowSpeedLimit = 1000
	lowSpeedTime = 30
"""
# unpackLimit: always one pack, never thousands of files. bigFileThreshold: blobs beyond it are streamed.

_ALWAYS = {
    "LC_ALL": "C",  # messages are recognised by their English text
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_LFS_SKIP_SMUDGE": "1",
    "GIT_OPTIONAL_LOCKS": "0",
}
_NETWORK_PROTOCOLS = "https:http:ssh:git"
_NETWORK_VARIABLES = ("GIT_SSH", "GIT_SSL_", "GIT_HTTP_PROXY")
_NETWORK_SETTINGS = r"^(credential|http|url)\.|^core\.(sshcommand|gitproxy)$|^ssh\.variant$"
_SSH = "ssh -oBatchMode=yes -oConnectTimeout=20 -oForwardAgent=no -oForwardX11=no -oPermitLocalCommand=no"

# Answers git with the credentials of the URL: on no command line, in no file and in none of git's messages.
_HELPER = (
    '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$GRADER_USER" "$GRADER_PASSWORD"; }; f'
)


def make_repository(folder: Path) -> Path:
    """Write an empty bare repository of ours into a new folder, and return the folder."""
    for name in ("info", "pack"):
        (folder / "objects" / name).mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "HEAD").write_text("ref: refs/heads/none\n")
    (folder / "config").write_text(_REPOSITORY)
    return folder


def local_environment() -> dict[str, str]:
    """For git commands that read only repositories of ours."""
    kept = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith("GIT_") and k not in {"SSH_ASKPASS", "LANGUAGE"}
    }
    return kept | _ALWAYS | {"GIT_ALLOW_PROTOCOL": "file"}


def network_environment(remote: RemoteAddress) -> dict[str, str]:
    """For git commands that speak to a host: the user's way there, the URL's credentials for it alone."""
    settings = list(_users_network_settings())
    if remote.password:
        settings = [(k, v) for k, v in settings if not k.startswith("credential.")]
    if remote.username:
        scope = f"credential.{remote.origin}"
        settings += [(f"{scope}.username", remote.username), (f"{scope}.helper", _HELPER)]
    users = {k: v for k, v in os.environ.items() if k.startswith(_NETWORK_VARIABLES)}
    own_ssh = "GIT_SSH" in users or "GIT_SSH_COMMAND" in users or "core.sshcommand" in dict(settings)
    ssh = {} if own_ssh else {"GIT_SSH_COMMAND": _SSH}
    return (
        local_environment()
        | ssh
        | users
        | {"GIT_ALLOW_PROTOCOL": _NETWORK_PROTOCOLS, "GIT_CONFIG_COUNT": str(len(settings))}
        | {f"GIT_CONFIG_KEY_{i}": key for i, (key, _) in enumerate(settings)}
        | {f"GIT_CONFIG_VALUE_{i}": value for i, (_, value) in enumerate(settings)}
        | {"GRADER_USER": remote.username, "GRADER_PASSWORD": remote.password}
    )


def _users_network_settings() -> tuple[tuple[str, str], ...]:
    """What the system's and the user's git configuration say about hosts, in git's order."""
    settings: list[tuple[str, str]] = []
    for level in ("--system", "--global"):
        listing = subprocess.run(  # noqa: S603 - constant arguments
            ["git", "config", level, "--includes", "--null", "--get-regexp", _NETWORK_SETTINGS],  # noqa: S607 - as in a shell
            capture_output=True,
            check=False,
            cwd="/",
            stdin=subprocess.DEVNULL,
            timeout=20,
        ).stdout.decode(errors="surrogateescape")
        for item in listing.split("\0"):
            key, newline, value = item.partition("\n")
            if key:
                settings.append((key, value if newline else "true"))
    return tuple(settings)
