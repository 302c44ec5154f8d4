"""YAML in which every value knows its file and line, read so that a hostile file can do no harm.

Only maps, lists and plain scalars are read. Tags, anchors and aliases are refused (no objects, no billion
laughs), and so are deep nesting, long files and huge numbers. Scalars follow YAML 1.2's core schema, without
the surprises of 1.1: ``no`` is text, ``18:00`` is text, and a date is text. Keys are always text.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from grader.course.problems import Problems, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sized

MOST_BYTES = 1_000_000
MOST_DEPTH = 16
MOST_ITEMS = 1000
MOST_DIGITS = 15

Scalar = None | bool | int | float | str

_WORDS: dict[str, Scalar] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it was written.

    Attributes:
        value: A scalar, a list of nodes, or a dict of nodes.
        file: The file's name, for messages.
        line: From 1; of the key, where the value belongs to one.
    """

    value: Scalar | list[Node] | dict[str, Node]
    file: str
    line: int

    @property
    def where(self) -> str:
        """``rubrics/week06.yaml:12``."""
        return f"{self.file}:{self.line}"

    def at(self, *path: str | int) -> Node:
        """The node at a path of keys and indices, or the deepest one on the way that exists."""
        node = self
        for step in path:
            value = node.value
            inside = dict(enumerate(value)) if isinstance(value, list) else value
            if not isinstance(inside, dict) or step not in inside:
                break
            node = inside[step]  # type: ignore[index]
        return node

    def maps(self) -> list[Node]:
        """The maps in a list; empty if it is no list."""
        return (
            [item for item in self.value if isinstance(item.value, dict)]
            if isinstance(self.value, list)
            else []
        )

    def plain(self) -> object:
        """The value as builtins, without places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


class _RefusedError(Exception):
    """Reading can't go on behind this."""

    def __init__(self, line: int, message: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.line, self.message, self.suggestion = line, message, suggestion


def read_yaml(
    data: bytes, file: str, problems: Problems, *, own: bool = False, most_bytes: int = MOST_BYTES
) -> Node | None:
    """Read one document.

    Args:
        data: The file's content.
        file: Its name, for messages.
        problems: Where faults go.
        own: It is the course's own, and libyaml may read it: ten times as fast.
        most_bytes: Longer files aren't read.

    Returns:
        The root, or ``None`` if the file can't be read. A key written twice is reported, and the rest is read.
    """
    try:
        text = _decode(data, most_bytes)
        return _Builder(text, _events(text, own=own), file, problems).document()
    except _RefusedError as refused:
        problems.add(f"{file}:{refused.line}", refused.message, refused.suggestion)
        return None


def _decode(data: bytes, most_bytes: int) -> str:
    if len(data) > most_bytes:
        raise _RefusedError(1, f"the file has {len(data):,} bytes; at most {most_bytes:,} are read.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _RefusedError(line, "this is not UTF-8 text.", "Save the file as UTF-8.") from error
    odd = _FORBIDDEN.search(text)
    if odd:
        line = text.count("\n", 0, odd.start()) + 1
        raise _RefusedError(line, f"the character U+{ord(odd[0]):04X} can't stand in YAML.")
    return text


def _events(text: str, *, own: bool) -> Iterator[yaml.Event]:
    """What PyYAML's parser finds; its constructors stay unused. A stranger's file meets no code written in C."""
    if own and yaml.__with_libyaml__:
        with suppress(yaml.YAMLError):  # the other parser has the better words
            return iter(list(yaml.parse(text, Loader=yaml.CSafeLoader)))
    return iter(yaml.parse(text, Loader=yaml.SafeLoader))


class _Builder:
    """Events in, nodes out; the depth is bounded before anything recurses."""

    def __init__(self, text: str, events: Iterator[yaml.Event], file: str, problems: Problems) -> None:
        self.text = text
        self.events = events
        self.file = file
        self.problems = problems

    def document(self) -> Node:
        next(self.events)  # the stream begins
        event = self.next()
        if isinstance(event, yaml.StreamEndEvent):
            raise _RefusedError(1, "the file is empty.")
        node = self.node(self.next(), depth=1)
        self.next()  # the document ends
        event = self.next()
        if not isinstance(event, yaml.StreamEndEvent):
            raise _RefusedError(
                _line(event), "a second document begins here.", "Only one is read: remove the '---'."
            )
        return node

    def next(self) -> yaml.Event:
        try:
            return next(self.events)
        except yaml.MarkedYAMLError as error:
            raise _explained(error, self.text) from error
        except yaml.YAMLError as error:
            raise _RefusedError(1, "not valid YAML.") from error

    def node(self, event: yaml.Event, depth: int) -> Node:
        line = _line(event)
        if isinstance(event, yaml.AliasEvent):
            raise _RefusedError(line, f"the alias {quoted(f'*{event.anchor}')} is not read.", _WRITE_OUT)
        assert isinstance(event, yaml.NodeEvent)
        if event.anchor is not None:
            raise _RefusedError(line, f"the anchor {quoted(f'&{event.anchor}')} is not read.", _WRITE_OUT)
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None:
            raise _RefusedError(line, f"the tag {quoted(event.tag)} is not read.", "Only plain values are.")
        if depth > MOST_DEPTH:
            raise _RefusedError(line, f"this is nested more than {MOST_DEPTH} levels deep.")
        if isinstance(event, yaml.MappingStartEvent):
            return Node(self.mapping(depth), self.file, line)
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(self.sequence(depth), self.file, line)
        assert isinstance(event, yaml.ScalarEvent)
        return Node(_scalar(event, line), self.file, line)

    def sequence(self, depth: int) -> list[Node]:
        items = []
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            items.append(self.node(event, depth + 1))
            self.bound(items, event)
        return items

    def mapping(self, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            line = _line(event)
            self.node(event, depth + 1)
            if not isinstance(event, yaml.ScalarEvent):
                raise _RefusedError(line, "a key must be text.", "Quote a value that begins with [ or {.")
            key = event.value
            value = self.node(self.next(), depth + 1)
            self.bound(entries, event)
            if key in entries:
                first = entries[key].line
                self.problems.add(
                    f"{self.file}:{line}", f"the key {quoted(key)} is written twice, first in line {first}."
                )
            else:
                entries[key] = Node(value.value, self.file, line)
        return entries

    def bound(self, items: Sized, event: yaml.Event) -> None:
        """Readers may take a time that grows with the square of a list's length."""
        if len(items) > MOST_ITEMS:
            raise _RefusedError(_line(event), f"a list or map of more than {MOST_ITEMS} items.")


_WRITE_OUT = "Write the value out; if it is meant as text, put it in quotes."


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _scalar(event: yaml.ScalarEvent, line: int) -> Scalar:
    text: str = event.value
    if not event.implicit[0]:  # quoted, or a block: text, whatever it looks like
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _FLOAT.fullmatch(text):
        if sum(c.isdigit() for c in text) > MOST_DIGITS:
            raise _RefusedError(
                line, f"a number of more than {MOST_DIGITS} digits.", "Put it in quotes if it is text."
            )
        number = int(text) if _INTEGER.fullmatch(text) else float(text)
        if abs(number) == float("inf"):
            raise _RefusedError(line, f"the number {text} is too large.")
        return number
    return text


def _explained(error: yaml.MarkedYAMLError, text: str) -> _RefusedError:
    """The parser's complaint in a course author's words, at the line where it can be fixed."""
    problem, context = error.problem or "", error.context or ""
    at = error.problem_mark.line if error.problem_mark else 0
    begin = error.context_mark.line if error.context_mark else at
    lines = text.splitlines()
    written = lines[at] if at < len(lines) else ""
    if "\t" in written[: len(written) - len(written.lstrip())]:
        return _RefusedError(at + 1, "a tab in the indentation.", "YAML indents with spaces only.")
    if "quoted scalar" in context and "end of stream" in problem:
        return _RefusedError(begin + 1, "a quote that opens here is never closed.")
    if "flow" in context:
        opener = lines[begin][error.context_mark.column :][:1] if error.context_mark and lines[begin:] else ""
        bracket = f"a '{opener}' that opens here" if opener in ("[", "{") else "a '[' or '{' before this"
        return _RefusedError(begin + 1, f"{bracket} is not closed properly.")
    if "mapping values are not allowed" in problem:
        return _RefusedError(
            at + 1,
            "a ':' where no key can stand.",
            "Put a value that contains ': ' in quotes; indent sisters alike.",
        )
    if "cannot start any token" in problem:
        return _RefusedError(
            at + 1, f"a value can't begin like this: {quoted(written.strip())}.", "Put it in quotes."
        )
    return _RefusedError(at + 1, f"not valid YAML: {problem}.")
