"""Options that several commands share, and the provider of sandboxes that they choose."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from grader.sandbox.environment import SandboxProvider

Command = TypeVar("Command", bound=Callable[..., Any])
Progress = Callable[[str], None]


def _docker(device_name: str, progress: Progress) -> SandboxProvider:
    from grader.sandbox.docker import DockerProvider

    return DockerProvider(device_name, progress)


def _local(_device_name: str, _progress: Progress) -> SandboxProvider:
    from grader.sandbox.local import LocalProvider

    return LocalProvider()


PROVIDERS: Mapping[str, Callable[[str, Progress], SandboxProvider]] = {"docker": _docker, "local": _local}
"""Name → what opens it, given a device and who is told what takes long. The first is the default."""

course = click.option(
    "--course",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    envvar="GRADER_COURSE",
    default=Path(),
    show_default="this folder",
    help="The course: rubrics/, test_suites/, reference/.",
)
sandbox = click.option(
    "--sandbox",
    type=click.Choice(list(PROVIDERS)),
    default=next(iter(PROVIDERS)),
    show_default=True,
    help="Where student code runs. local is a subprocess of yours: it does not protect.",
)
device = click.option(
    "--device",
    type=click.Choice(["cpu", "cuda"]),
    default="cpu",
    show_default=True,
    help="Where PyTorch works.",
)
data = click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    envvar="GRADER_DATA",
    help="A folder with the real data that suites can use, for example MNIST's IDX files.",
)
pattern = click.option(
    "--url",
    "pattern",
    default="",
    metavar="PATTERN",
    help="Where repositories are, with the roster's columns in braces: "
    "https://github.com/class/week06-{github_username}",
)
folders = click.option("--folders", is_flag=True, help="The roster may name folders of this machine.")
gradebook = click.option(
    "--gradebook",
    default="",
    metavar="FILE",
    help="Where attempts are kept.  [default: $GRADER_GRADEBOOK, or grader/gradebook.sqlite in your data folder]",
)
no_color = click.option(
    "--no-color",
    is_flag=True,
    callback=lambda _context, _option, value: value or bool(os.environ.get("NO_COLOR")),
    help="Plain text; so does $NO_COLOR.",
)


def seed(_context: click.Context, _option: click.Parameter, value: int | None) -> str:
    """``--seed N`` as 128 bits in hex; empty if not given."""
    if value is None:
        return ""
    if not 0 <= value < 1 << 128:
        raise click.BadParameter("a seed is a whole number from 0 to 2**128 - 1")
    return f"{value:032x}"


def received(_context: click.Context, _option: click.Parameter, value: str) -> str:
    """``--received`` as ISO 8601 with an offset; empty if not given."""
    if not value:
        return ""
    try:
        time = dt.datetime.fromisoformat(value)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise click.BadParameter("write a time with its offset, like 2026-11-27T16:58:00Z")
    return time.isoformat(timespec="seconds")


def open_provider(name: str, device_name: str, progress: Progress) -> SandboxProvider:
    """The provider of sandboxes by its name; raises Ungraded if Docker isn't to be had."""
    return PROVIDERS[name](device_name, progress)
