"""Options that several commands share, and the provider of sandboxes that they choose."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from grader import interrupts
from grader.cli.output import check_temporary
from grader.errors import UsageError
from grader.judge_service import JudgeService
from grader.sandbox.providers import PROVIDERS

if TYPE_CHECKING:
    from collections.abc import Iterator

Command = TypeVar("Command", bound=Callable[..., Any])
Progress = Callable[[str], None]


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
    metavar="FILE|URL",
    help="Where attempts are kept: a file, or postgresql://…  [default: $GRADER_GRADEBOOK, or "
    "grader/gradebook.sqlite in your data folder]",
)
by = click.option(
    "--by",
    default="",
    envvar="GRADER_REVIEWER",
    callback=lambda _context, _option, value: value.strip(),
    help="Your name, as reports show it.",
)
reason = click.option(
    "--reason",
    default="",
    callback=lambda _context, _option, value: value.strip(),
    help="Why, for students to read.",
)
no_color = click.option(
    "--no-color",
    is_flag=True,
    callback=lambda _context, _option, value: value or bool(os.environ.get("NO_COLOR")),
    help="Plain text; so does $NO_COLOR.",
)


def check_signed(by: str, reason: str) -> None:
    """Whether what a person decides has their name and a reason.

    Raises:
        UsageError: One is missing.
    """
    if not (by and reason):
        raise UsageError("Who decides, and why?", "Add --by NAME (or GRADER_REVIEWER) and --reason TEXT.")


def seed(_context: click.Context, _option: click.Parameter, value: int | None) -> str:
    """``--seed N`` as 128 bits in hex; empty if not given."""
    if value is None:
        return ""
    if not 0 <= value < 1 << 128:
        raise click.BadParameter("a seed is a whole number from 0 to 2**128 - 1")
    return f"{value:032x}"


CLOCKS_DIFFER = dt.timedelta(minutes=5)
"""A forge's clock and ours."""


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
    now = dt.datetime.now(dt.UTC)
    if time > now + CLOCKS_DIFFER:
        raise click.BadParameter(
            f"{value} is in the future: work can't have come then. Now it is {now:%Y-%m-%dT%H:%M:%SZ}"
        )
    return time.isoformat(timespec="seconds")


@contextmanager
def judge_service(
    sandbox: str, device: str, course: Path, data: Path | None, progress: Progress
) -> Iterator[JudgeService]:
    """A judge and sandboxes, closed at the end of the block, whatever ends it.

    Args:
        sandbox: The name of a provider.
        device: Where PyTorch works.
        course: The course's folder.
        data: The instructor's data folder, if one was given.
        progress: Is called with what takes long.

    Raises:
        UsageError: No such device there.
        Ungraded: Docker isn't to be had, or no GPU, or no space for temporary files.
    """
    check_temporary()
    stack = ExitStack()
    try:
        with interrupts.deferred():  # what is opened is closed: no signal comes in between
            provider = PROVIDERS[sandbox](device, progress)
            stack.callback(provider.close)
            service = stack.enter_context(JudgeService(provider, course.resolve(), data))
        interrupts.raise_pending()
        yield service
    finally:
        with interrupts.deferred():
            stack.close()
