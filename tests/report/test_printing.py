"""What reaches standard output: no padding in a pipe, no colour where nobody wants one, and how long a line has stood."""

from io import StringIO

import click
import pytest
import report_samples as samples
from rich.console import Console

from grader.cli import choices
from grader.cli.output import print_report
from grader.cli.progress import Elapsed
from grader.report import to_terminal


def test_piped_output_has_no_padding_and_no_empty_end():
    out = StringIO()
    print_report(Console(file=out, width=80), to_terminal(samples.flawed(), full=True))
    rows = out.getvalue().split("\n")
    assert [row for row in rows if row != row.rstrip()] == []
    assert rows[-1] == "" and rows[-2]


@pytest.mark.parametrize(
    ("arguments", "value", "plain"),
    [([], "", False), ([], "1", True), ([], "0", True), (["--no-color"], "", True)],
)
def test_no_color_of_the_environment_is_honoured(arguments, value, plain, monkeypatch):
    monkeypatch.setenv("NO_COLOR", value)
    command = click.Command("c", params=[], callback=lambda *, no_color: no_color)
    assert choices.no_color(command).main(arguments, standalone_mode=False) is plain


def test_a_live_line_says_how_long_it_has_stood(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("grader.cli.progress.time.monotonic", lambda: now[0])
    line = Elapsed("lab1_mlp  3/41  fit.curve")
    assert line.__rich__().plain == "lab1_mlp  3/41  fit.curve"
    now[0] += 7.9
    assert line.__rich__().plain == "lab1_mlp  3/41  fit.curve  7 s"
    now[0] += 173.1
    assert line.__rich__().plain == "lab1_mlp  3/41  fit.curve  3 min 1 s"
