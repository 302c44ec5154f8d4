"""What is handed in beside code: a memo, a report, the numbers it claims. Hostile text, never run."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from grader.checks.answer import Answer
from grader.checks.failure import fail
from grader.checks.reader import reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from grader.checks.failure import CheckFailed

MOST_BYTES = 256 << 10
"""Of one document; the rest of a longer one is not read."""
MOST_DEPTH = 16
MOST_DIGITS = 18
"""Of a whole number: every one of so many fits into 64 bits, as in replies."""


class DocumentText:
    """One document.

    Attributes:
        file: Its path in the lab's folder, for messages.
        exists: Whether it was handed in.
        text: What it says, at most ``MOST_BYTES`` of it; empty if it is missing.
    """

    def __init__(self, file: str, text: str | None) -> None:
        self.file = file
        self.exists = text is not None
        self.text = (text or "")[:MOST_BYTES]

    @reader("a document")
    def present(self) -> str:
        """The text of a document that is there.

        Raises:
            CheckFailed: It is missing, or empty.
        """
        if not self.exists:
            raise fail(f"{self.file} is missing.", hint="Commit it in the lab's folder, spelt like this.")
        if not self.text.strip():
            raise fail(f"{self.file} is empty.")
        return self.text

    @reader("a document")
    def json(self) -> Answer:
        """The document as JSON: an answer, to be looked at with the same care as any other.

        Raises:
            CheckFailed: It is missing, isn't JSON, names a key twice, is nested too deep, or has too long a number.
        """
        text = self.present()
        try:
            value = json.loads(
                text,
                parse_int=self._whole,
                parse_constant=self._no_number,
                object_pairs_hook=self._once,
            )
        except json.JSONDecodeError as error:
            raise fail(
                f"{self.file} is not valid JSON.",
                where=f"{self.file}, line {error.lineno}",
                yours=error.msg,
                hint="Write it with json.dump, not by hand.",
            ) from None
        except RecursionError:
            raise self._deep() from None
        if _too_deep(value):
            raise self._deep()
        return Answer(self.file, value)

    def _deep(self) -> CheckFailed:
        return fail(f"{self.file} can't be read: it is nested more than {MOST_DEPTH} deep.")

    def _whole(self, digits: str) -> int:
        if len(digits.lstrip("-")) > MOST_DIGITS:
            raise fail(
                f"{self.file} has a whole number that is too long to be read.",
                yours=f"{digits[:MOST_DIGITS]}…, {len(digits.lstrip('-'))} digits",
                allowed=f"{MOST_DIGITS} digits",
            )
        return int(digits)

    def _no_number(self, constant: str) -> object:
        raise fail(f"{self.file} contains {constant}, which is no number in JSON.")

    def _once(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) < len(pairs):
            twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
            raise fail(f"{self.file} names a key twice.", yours=twice[:40])
        return found


class Documents:
    """``documents.report``: the lab's documents by name.

    Args:
        files: Name → path, as the rubric says.
        texts: Name → text, of those that were handed in.
    """

    def __init__(self, files: Mapping[str, str], texts: Mapping[str, str]) -> None:
        self._documents = {name: DocumentText(file, texts.get(name)) for name, file in files.items()}

    def __getattr__(self, name: str) -> DocumentText:
        """One of them, whether or not it was handed in."""
        if name.startswith("_") or name not in self._documents:
            raise AttributeError(f"this lab has no document {name!r}; it has {', '.join(self._documents)}")
        return self._documents[name]


def _too_deep(value: object) -> bool:
    """Whether lists and dicts stand in one another more than ``MOST_DEPTH`` deep; looks level by level."""
    level = [value]
    for _ in range(MOST_DEPTH + 1):
        level = [inner for outer in level for inner in _inside(outer)]
    return bool(level)


def _inside(value: object) -> Iterable[object]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
