"""The help texts that pages quote, between ``<!-- help: NAME -->`` and ``<!-- /help -->``.

python -m tests.docs.help_texts     writes them anew
"""

import re
from pathlib import Path

import click

from grader.cli.app import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
QUOTED = re.compile(r"<!-- help: (\w+) -->\n.*?<!-- /help -->", re.DOTALL)


def help_of(name: str) -> str:
    """What ``grade NAME --help`` says, a hundred columns wide."""
    command = app.commands[name]
    shown = "grade" if name == "repo" else f"grade {name}"
    names = app.context_settings["help_option_names"]
    return command.get_help(
        click.Context(command, info_name=shown, terminal_width=100, help_option_names=names)
    )


def quoted(page: str) -> str:
    """The page with every help text as it is now."""
    return QUOTED.sub(lambda m: f"<!-- help: {m[1]} -->\n```\n{help_of(m[1])}\n```\n<!-- /help -->", page)


if __name__ == "__main__":
    for path in PAGES:
        path.write_text(quoted(path.read_text()))
