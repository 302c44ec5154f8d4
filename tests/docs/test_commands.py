"""Commands and options that pages, workflows and messages name are there, spelled so."""

import ast
import re
from pathlib import Path
from typing import NamedTuple

import click
import pytest
from markdown_it import MarkdownIt

from grader.cli.app import app
from tests.docs.help_texts import PAGES, QUOTED, ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SOURCES = sorted((ROOT / "grader").rglob("*.py"))
COMMAND = re.compile(r"(?:^|[|;&$] )\s*(?:- )?(?:run: )?(?:[\w./]+/)?grade (?P<rest>[^|;&#\n]*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
REPOSITORY = re.compile(r"[/:@\"$<…]|^REPO$")
"""How a repository looks: ``https://…``, ``./checkout``, ``"$REPOSITORY"``, ``<repo-url>``."""
OTHERS = {"--depth", "--upload-pack", "--flawed", "--collect-only", "--extra-index-url"}
"""Options of other programs that pages name alone: git's, pip's, pytest's, and those of `examples/assemble`."""


class Named(NamedTuple):
    """A command line, as somebody is told to type it."""

    words: tuple[str, ...]

    @property
    def command(self) -> str:
        """Which of ours it is; empty: none."""
        first = self.words[0] if self.words else ""
        group = app.commands.get(first)
        if isinstance(group, click.Group) and not set(self.words[1:2]) <= set(group.commands):
            return ""
        if group:
            return first
        return "repo" if first.startswith("-") or REPOSITORY.search(first) else ""

    @property
    def unknown(self) -> list[str]:
        """Its options that the command does not have."""
        return [word for word in self.words if word.startswith("--") and word not in options(self.command)]


def options(name: str) -> set[str]:
    """Those of a command; of a group, those of all its commands."""
    command = app.commands[name]
    every = [command, *(command.commands.values() if isinstance(command, click.Group) else ())]
    known = {
        opt
        for one in every
        for option in one.params
        if isinstance(option, click.Option)
        for opt in option.opts
    }
    return known | {"--help"} | ({"--version"} if name == "repo" else set())


EVERY_OPTION = set().union(*(options(name) for name in app.commands))


def code_of(markdown: str) -> list[str]:
    """The lines of a page that are set as code; quoted help aside, which is made from the commands."""
    lines = []
    for token in MarkdownIt("commonmark").enable("table").parse(QUOTED.sub("", markdown)):
        if token.type in ("fence", "code_block"):
            lines += token.content.splitlines()
        lines += [span.content for span in token.children or () if span.type == "code_inline"]
    return lines


def named(lines: list[str]) -> list[Named]:
    """The command lines in them; what follows two spaces is an explanation."""
    rests = (match["rest"] for line in lines for match in COMMAND.finditer(line))
    return [Named(tuple(re.split(r" {2,}", rest.strip())[0].split())) for rest in rests]


def messages(source: Path) -> list[str]:
    """What a module may say: its texts, and what of an f-string is written out."""
    tree = ast.parse(source.read_text())
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


@pytest.mark.parametrize("page", [*PAGES, *WORKFLOWS], ids=lambda page: page.name)
def test_commands_and_options_that_a_page_names_are_there(page):
    text = page.read_text()
    lines = code_of(text) if page.suffix == ".md" else [line.strip() for line in text.splitlines()]
    for line in named(lines):
        assert line.command, f"grade {' '.join(line.words)}: there is no such command"
        assert line.unknown == [], f"grade {' '.join(line.words)}"
    alone = {option for line in lines if line.startswith("--") for option in OPTION.findall(line)}
    assert alone - EVERY_OPTION - OTHERS == set()


def test_commands_and_options_that_messages_name_are_there():
    said = [text for source in SOURCES for text in messages(source)]
    quoted = [span for text in said for span in re.findall(r"`(grade [^`]+)`", text)]
    assert len(quoted) > 10
    for line in named(quoted):
        assert line.command, f"grade {' '.join(line.words)}: there is no such command"
        assert line.unknown == [], f"grade {' '.join(line.words)}"
    advised = {
        option for text in said for option in re.findall(r"(?:Add|add|with|Name|name|:) (--[a-z-]+)", text)
    }
    assert advised
    assert advised - EVERY_OPTION - OTHERS == set()


def test_every_command_is_named_on_some_page():
    on_pages = {line.command for page in PAGES for line in named(code_of(page.read_text()))}
    quoted = {name for page in PAGES for name in re.findall(r"<!-- help: (\w+) -->", page.read_text())}
    assert set(app.commands) - on_pages - quoted == set()
    assert on_pages > {"repo", "doctor", "verify", "review", "replay", "history", "image"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("`grade replya 17`", "command"),
        ("    grade verify week06 --seed 3", "option"),
        ("```\n.venv/bin/grade https://host/class/ada --uot report\n```", "option"),
        ("`grade image biuld`", "command"),
        ("`grade doctor`", ""),
        ('`- run: grade "$REPOSITORY" --received now`', ""),
    ],
)
def test_a_misspelt_command_is_found(text, fault):
    (line,) = named(code_of(text))
    assert ("command" if not line.command else "option" if line.unknown else "") == fault
