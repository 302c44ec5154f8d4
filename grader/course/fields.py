"""Reading one YAML map field by field: every fault of it is reported, and the reader reads like a description.

    def read_criterion(fields: Fields) -> Criterion:
        return Criterion(id=fields.text("id"), title=fields.text("title"), checks=fields.texts("checks"))

A field that is missing or of the wrong type becomes a problem and an empty value; since problems are raised
before anything is used, the empty value is never seen. Keys that nobody asked for are reported by ``close``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from grader.course.problems import Problems, quoted, suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from grader.course.yaml_nodes import Node

T = TypeVar("T")


def kind(value: object) -> str:
    """What a value is, in an author's words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return "text" if value.strip() else "empty text"
    empty = "" if value else "empty "
    return f"{'an' if empty else 'a'} {empty}{'list' if isinstance(value, list) else 'map'}"


class Fields:
    """One map, being read. Required fields are those without a default."""

    def __init__(self, node: Node, problems: Problems, subject: str = "this") -> None:
        self.node = node
        self.problems = problems
        self._asked: dict[str, None] = {}
        self._entries: dict[str, Node] = {}
        if isinstance(node.value, dict):
            self._entries = node.value
        else:
            problems.add(node.where, f"{subject} must be a map (keys with values), not {kind(node.value)}.")

    @property
    def readable(self) -> bool:
        """Whether it is a map at all."""
        return isinstance(self.node.value, dict)

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def where(self, key: str = "") -> str:
        """The place of a field, or of the map."""
        return self._entries[key].where if key in self._entries else self.node.where

    def text(
        self, key: str, default: str | None = None, *, choices: Collection[str] = (), empty: bool = False
    ) -> str:
        """Text; one of the choices, if there are any; empty text only where that is allowed."""
        node = self._take(key, required=default is None)
        if node is None:
            return default or ""
        if not isinstance(node.value, str):
            return self._wrong(key, node, "text", "")
        if not (empty or node.value.strip()):
            return self._wrong(key, node, "text", "")
        if choices and node.value not in choices:
            self.problems.add(
                node.where, f"{quoted(key)} is {quoted(node.value)}.", suggest(node.value, choices, "values")
            )
        return node.value

    def number(self, key: str, default: float | None = None, *, positive: bool = False) -> float:
        """A number that is not negative; greater than 0 if asked."""
        node = self._take(key, required=default is None)
        if node is None:
            return default or 0.0
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            return self._wrong(key, node, "a number", 0.0)
        if value < 0 or (positive and value == 0):
            limit = "greater than 0" if positive else "0 or more"
            self.problems.add(node.where, f"{quoted(key)} must be {limit}, not {value}.")
        return float(value)

    def whole(self, key: str, default: int | None = None, *, positive: bool = False) -> int:
        """A whole number that is not negative; greater than 0 if asked."""
        value = self.number(key, default, positive=positive)
        node = self._entries.get(key)
        if node is not None and isinstance(node.value, float):
            self._wrong(key, node, "a whole number", None)
        return int(value)

    def flag(self, key: str, *, default: bool = False) -> bool:
        """True or false."""
        node = self._take(key, required=False)
        if node is None or isinstance(node.value, bool):
            return default if node is None else bool(node.value)
        return self._wrong(key, node, "true or false", default)

    def texts(self, key: str, *, required: bool = True, lone: bool = False) -> tuple[str, ...]:
        """A list of different texts, at least one; with ``lone``, a single text will do."""
        node = self._take(key, required=required)
        if node is None:
            return ()
        if lone and isinstance(node.value, str) and node.value:
            return (node.value,)
        wanted = "text or a list of texts" if lone else "a list of texts"
        if node.value == []:
            return self._wrong(key, node, wanted, ())
        found: dict[str, None] = {}
        for item in self._texts(key, node, wanted):
            text = str(item.value)
            if text in found:
                self.problems.add(item.where, f"{quoted(text)} stands twice in {quoted(key)}.")
            found[text] = None
        return tuple(found)

    def names(self, key: str) -> tuple[str, ...]:
        """A list of texts, perhaps empty, in which one may stand twice: arguments, sizes."""
        node = self._take(key, required=True)
        return () if node is None else tuple(str(i.value) for i in self._texts(key, node, "a list of names"))

    def _texts(self, key: str, node: Node, wanted: str) -> list[Node]:
        if not isinstance(node.value, list):
            return self._wrong(key, node, wanted, [])
        for item in node.value:
            if not isinstance(item.value, str) or not item.value:
                self._wrong(key, item, wanted, None, got=f"with {kind(item.value)} in it")
        return [item for item in node.value if isinstance(item.value, str) and item.value]

    def record(self, key: str, read: Callable[[Fields], T]) -> T | None:
        """A map of fixed keys, or ``None`` where there is none."""
        node = self._take(key, required=False)
        return None if node is None else read_record(node, read, self.problems, subject=quoted(key))

    def records(self, key: str, read: Callable[[Fields], T]) -> tuple[T, ...]:
        """A list of maps, at least one."""
        node = self._take(key, required=True)
        if node is None:
            return ()
        if node.value == []:
            return self._wrong(key, node, "a list of maps", ())
        return read_records(node, read, self.problems, subject=quoted(key))

    def named(self, key: str, *, required: bool = True) -> Iterator[tuple[str, Node]]:
        """A map whose keys are names the author chose."""
        node = self._take(key, required=required)
        if node is None:
            return
        if not isinstance(node.value, dict) or (required and not node.value):
            self._wrong(key, node, "a map (names with values)", None)
            return
        yield from node.value.items()

    def plain(self, key: str) -> dict[str, object]:
        """A map of anything."""
        return {name: node.plain() for name, node in self.named(key, required=False)}

    def rest(self) -> Iterator[tuple[str, Node]]:
        """The entries not asked for so far; their names are the author's."""
        left = [key for key in self._entries if key not in self._asked]
        for key in left:
            self._asked[key] = None
            yield key, self._entries[key]

    def offer(self, key: str) -> None:
        """Know a key that may be there, so that a misspelling of it can be guessed."""
        self._asked[key] = None

    def close(self) -> None:
        """Report the keys that nobody asked for."""
        for key, node in self._entries.items():
            if key not in self._asked:
                self.problems.add(
                    node.where, f"unknown key {quoted(key)}.", suggest(key, self._asked, "keys")
                )

    def _take(self, key: str, *, required: bool) -> Node | None:
        self._asked[key] = None
        if required and self.readable and key not in self._entries:
            self.problems.add(self.node.where, f"{quoted(key)} is missing.")
        return self._entries.get(key)

    def _wrong(self, key: str, node: Node, wanted: str, instead: T, *, got: str = "") -> T:
        scalar = "text" in wanted and isinstance(node.value, bool | int | float)
        self.problems.add(
            node.where,
            f"{quoted(key)} must be {wanted}, {got or 'not ' + kind(node.value)}.",
            "Put it in quotes." if scalar else "",
        )
        return instead


def read_record(
    node: Node, read: Callable[[Fields], T], problems: Problems, *, subject: str = "this"
) -> T | None:
    """Read one map wholly; ``None`` if it isn't one."""
    fields = Fields(node, problems, subject)
    if not fields.readable:
        return None
    value = read(fields)
    fields.close()
    return value


def read_records(
    node: Node, read: Callable[[Fields], T], problems: Problems, *, subject: str = "this"
) -> tuple[T, ...]:
    """Read a list of maps; those that aren't maps are reported and left out."""
    if not isinstance(node.value, list):
        problems.add(node.where, f"{subject} must be a list, not {kind(node.value)}.")
        return ()
    values = (read_record(item, read, problems, subject=f"an item of {subject}") for item in node.value)
    return tuple(value for value in values if value is not None)
