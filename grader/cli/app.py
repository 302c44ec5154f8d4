"""Which command was meant, and how every failure is reported: what was found, where, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.console import Console

from grader.cli.doctor import doctor
from grader.cli.grade import grade
from grader.cli.history import history
from grader.cli.image import image
from grader.cli.map import map_
from grader.cli.pair import pair
from grader.cli.replay import replay
from grader.cli.review import review
from grader.cli.starter import starter
from grader.cli.verify import verify
from grader.errors import CourseError, GraderError
from grader.report.escape import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

OUR_FAULT = 3
INTERRUPTED = 130


class _GradeFirst(click.Group):
    """``grade REPO …`` without naming a command means the command ``repo``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command in front, unless another is named or help is asked for."""
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h", "--version"):
            args = ["repo", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=_GradeFirst,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="`grade REPO` is short for `grade repo REPO`: see `grade repo --help` for its options.",
)
@click.version_option(package_name=None, prog_name="grade", version=__import__("grader").__version__)
def app() -> None:
    """Grade deep-learning repositories: pass or revise, with a report that teaches.

    \b
    grade https://host/class/week06-ada         a repository, by its URL
    grade ./checkout --lab lab1_mlp             a folder, one lab of it
    grade review                                what waits for a person
    grade verify week06                         prove that the assignment's own content is right
    grade map https://host/class/week06-ada     draft the mapping of a repository with its own spelling
    """  # noqa: D301 - click reads the backspace: leave the lines as they are


app.add_command(grade, "repo")
app.add_command(history)
app.add_command(review)
app.add_command(replay)
app.add_command(pair)
app.add_command(verify)
app.add_command(doctor)
app.add_command(image)
app.add_command(starter)
app.add_command(map_)


def run(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit code."""
    console = Console(
        stderr=True, highlight=False, no_color="--no-color" in arguments or None, soft_wrap=True
    )
    try:
        status = app.main(list(arguments), prog_name="grade", standalone_mode=False)
    except GraderError as error:
        _show(console, error)
        return error.exit_code
    except click.exceptions.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except KeyboardInterrupt:
        console.print("Interrupted.")
        return INTERRUPTED
    except Exception:
        console.print("[bold]This is a fault of the grader, not of the repository.[/] Please report it with:")
        console.print_exception(width=100)
        return OUR_FAULT
    return int(status or 0)


def _show(console: Console, error: GraderError) -> None:
    console.print(f"[bold red]{plain(error.message, most=4000)}[/]" if error.message else "", markup=True)
    if isinstance(error, CourseError):
        for problem in error.problems:
            console.print(f"  {plain(str(problem))}", markup=False)
    if error.remedy:
        console.print(plain(error.remedy), markup=False)
