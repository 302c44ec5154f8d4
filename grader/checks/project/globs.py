r"""GitHub's filter patterns for branches, tags and paths, matched in linear time.

``*`` is anything but a slash, ``**`` anything, ``?`` and ``+`` say how often the character before them may stand,
``[]`` is one of several characters, ``\\`` takes the next one as it is. In a list, ``!`` takes away again.
Source: docs.github.com, "Workflow syntax", filter pattern cheat sheet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 300


class _Token(NamedTuple):
    """One position of a pattern: which characters may stand there, and how often."""

    letters: frozenset[str]
    excludes: bool = False
    """The letters are those that may not stand there."""
    least: int = 1
    is_many: bool = False

    def accepts(self, letter: str) -> bool:
        """Whether a character may stand there."""
        return (letter in self.letters) != self.excludes


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern, without its ``!``, is the whole of a text; too long a pattern matches nothing."""
    if len(pattern) > LONGEST or len(text) > 4 * LONGEST:
        return False
    tokens = _tokens(pattern)
    at = _onward({0}, tokens)
    for letter in text:
        after: set[int] = set()
        for i in at:
            if i < len(tokens) and tokens[i].accepts(letter):
                after.add(i + 1)
                if tokens[i].is_many:
                    after.add(i)
        at = _onward(after, tokens)
        if not at:
            return False
    return len(tokens) in at


def selects(patterns: Sequence[str], text: str) -> bool:
    """Whether a list of patterns selects a text: the last one that matches decides."""
    chosen = False
    for pattern in patterns:
        if pattern.startswith("!"):
            chosen = chosen and not matches(pattern[1:], text)
        elif matches(pattern, text):
            chosen = True
    return chosen


def _onward(at: set[int], tokens: Sequence[_Token]) -> set[int]:
    """The positions that can be reached without another character."""
    found, queue = set(at), list(at)
    while queue:
        i = queue.pop()
        if i < len(tokens) and tokens[i].least == 0 and i + 1 not in found:
            found.add(i + 1)
            queue.append(i + 1)
    return found


def _tokens(pattern: str) -> list[_Token]:
    found: list[_Token] = []
    i = 0
    while i < len(pattern):
        letter = pattern[i]
        if letter == "*":
            many = pattern[i : i + 2] == "**"
            found.append(
                _Token(frozenset() if many else frozenset("/"), excludes=True, least=0, is_many=True)
            )
            i += 2 if many else 1
            if many and pattern[i : i + 1] == "/" and (i == 2 or pattern[i - 3] == "/"):
                # ``**/`` is also no folder at all
                found[-1] = _Token(frozenset(), excludes=True, least=0, is_many=True)
                rest = _tokens(pattern[i + 1 :])
                return [*found, _Token(frozenset("/"), least=0), *rest]
            continue
        if letter == "?" and found:
            found[-1] = found[-1]._replace(least=0)
        elif letter == "+" and found:
            found[-1] = found[-1]._replace(is_many=True)
        elif letter == "[" and (end := pattern.find("]", i + 2)) > 0:
            found.append(_Token(frozenset(_range(pattern[i + 1 : end]))))
            i = end
        elif letter == "\\" and i + 1 < len(pattern):
            i += 1
            found.append(_Token(frozenset(pattern[i])))
        else:
            found.append(_Token(frozenset(letter)))
        i += 1
    return found


def _range(text: str) -> set[str]:
    """The characters of ``a-z0-9_``."""
    found: set[str] = set()
    i = 0
    while i < len(text):
        if (
            text[i + 1 : i + 2] == "-"
            and i + 2 < len(text)
            and ord(text[i]) <= ord(text[i + 2]) < ord(text[i]) + 256
        ):
            found |= {chr(c) for c in range(ord(text[i]), ord(text[i + 2]) + 1)}
            i += 3
        else:
            found.add(text[i])
            i += 1
    return found
