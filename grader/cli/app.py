"""Which command was meant, and how every failure is reported: what was found, where, and what to do next."""

from __future__ import annotations

import errno
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.cohort import cohort
from grader.cli.doctor import doctor
from grader.cli.export import export
from grader.cli.grade import grade
from grader.cli.history import history
from grader.cli.image import image
from grader.cli.local import local
from grader.cli.map import map_
from grader.cli.output import console as make_console
from grader.cli.override import override
from grader.cli.pair import pair
from grader.cli.publish import publish_command
from grader.cli.regrade import regrade
from grader.cli.replay import replay
from grader.cli.review import review
from grader.cli.similar import similar
from grader.cli.standings import standings
from grader.cli.starter import starter
from grader.cli.verify import verify
from grader.cli.waive import waive
from grader.course.problems import did_you_mean
from grader.errors import CourseError, GraderError, UsageError
from grader.report.escape import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

WRONG_USAGE = 2
OUR_FAULT = 3
INTERRUPTED = 130
THIS_MACHINE = {
    errno.ENOSPC: "Free some space on its disk.",
    errno.EDQUOT: "Free some space: your quota is used up.",
    errno.EROFS: "Name another place: this one can't be written to.",
    errno.EACCES: "Make it readable and writable for yourself, or name another place.",
    errno.EPERM: "Make it readable and writable for yourself, or name another place.",
    errno.EMFILE: "Allow more open files: `ulimit -n 4096`.",
    errno.ENFILE: "Close some programs: this machine has too many files open.",
    errno.ENOMEM: "Close some programs: this machine has no memory left.",
    errno.EIO: "Look at its disk: it can't be read or written.",
}
"""What this machine lacks, by the system's word for it, and what to do."""


class _GradeFirst(click.Group):
    """``grade REPO …`` without naming a command means the command ``repo``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command in front, unless another is named or help is asked for."""
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h", "--version"):
            self._check_word(args[0])
            args = ["repo", *args]
        return super().parse_args(ctx, args)

    def _check_word(self, word: str) -> None:
        """A word that nearly is a command, and is no folder, was meant to be one."""
        guess = did_you_mean(word, self.commands) if word.isidentifier() and not Path(word).exists() else ""
        if guess:
            raise UsageError(
                f"'{word}' is neither a command nor a folder here. {guess}", "See `grade --help`."
            )


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
    grade cohort roster.csv                     a class, several side by side
    grade review                                what waits for a person
    grade standings                             where everybody stands
    grade verify week06                         prove that the assignment's own content is right
    grade map https://host/class/week06-ada     draft the mapping of a repository with its own spelling
    """  # noqa: D301 - click reads the backspace: leave the lines as they are


app.add_command(grade, "repo")
app.add_command(cohort)
app.add_command(export)
app.add_command(history)
app.add_command(standings)
app.add_command(review)
app.add_command(replay)
app.add_command(pair)
app.add_command(verify)
app.add_command(doctor)
app.add_command(image)
app.add_command(similar)
app.add_command(starter)
app.add_command(publish_command)
app.add_command(local)
app.add_command(regrade)
app.add_command(waive)
app.add_command(override)
app.add_command(map_)


def run(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit code. Whatever goes wrong is said on standard error."""
    console = make_console(no_color="--no-color" in arguments, stderr=True, wrap=False)
    try:
        _check_folder()
        status = app.main(list(arguments), prog_name="grade", standalone_mode=False)
    except GraderError as error:
        _show(console, error)
        return error.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):  # click makes the one of the other
        console.print("Interrupted.")
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return WRONG_USAGE
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.errno not in THIS_MACHINE:
            return _our_fault(console)
        where = f"{plain(str(error.filename))}: " if error.filename else ""
        _show(console, GraderError(f"{where}{error.strerror}.", THIS_MACHINE[error.errno]))
        return OUR_FAULT
    except Exception:
        return _our_fault(console)
    return int(status or 0)


def _check_folder() -> None:
    """Every path is taken from here.

    Raises:
        UsageError: The folder was removed.
    """
    try:
        Path.cwd()
    except OSError as error:
        raise UsageError(
            "The folder that you are in is not there any more.", "Change into another."
        ) from error


def _our_fault(console: Console) -> int:
    console.print(
        "This is a fault of the grader, not of the repository. Please report it with:", style="bold"
    )
    console.print(plain(traceback.format_exc(), most=20_000))
    return OUR_FAULT


def _show(console: Console, error: GraderError) -> None:
    if error.message:
        console.print(plain(error.message, most=4000), style="bold red")
    if isinstance(error, CourseError):
        for problem in error.problems:
            console.print(f"  {plain(str(problem))}")
    if error.remedy:
        console.print(plain(error.remedy))
