"""GitHub's expressions, ``${{ … }}``: read and worked out as far as what they speak of is known.

What isn't known stays unknown, through every operator whose result depends on it: who runs this elsewhere, what a
secret is. Source: docs.github.com, "Evaluate expressions in workflows and actions".
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LONGEST = 2_000
DEEPEST = 30
MOST_TOKENS = 400


class Unknown:
    """What an expression comes to if that depends on what isn't known here."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()
Value = Any
"""None, bool, float, str, list, dict, or UNKNOWN."""

_TOKEN = re.compile(
    r"\s*(?:(?P<number>-?(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?))|(?P<text>'(?:[^']|'')*')|"
    r"(?P<name>[A-Za-z_][\w-]*)|(?P<sign>&&|\|\||==|!=|<=|>=|[!<>()\[\].,*]))"
)
_PART = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


class BadExpression(ValueError):
    """It is no expression, or larger than any."""


def evaluate(text: str, context: Mapping[str, Value]) -> Value:
    """What an expression comes to.

    Args:
        text: Without ``${{`` and ``}}``.
        context: ``github``, ``env``, ``matrix``, ``steps``, …: plain data. A context that is missing is unknown.

    Raises:
        BadExpression: It can't be read.
    """
    return _Parser(text, context).value()


def interpolate(text: str, context: Mapping[str, Value]) -> tuple[str, bool]:
    """A text with its expressions worked out, and whether all of them could be; unknown ones are empty."""
    known = True
    found: list[str] = []
    end = 0
    for part in _PART.finditer(text):
        try:
            value = evaluate(part[1], context)
        except BadExpression:
            value = UNKNOWN
        known = known and value is not UNKNOWN
        found += [text[end : part.start()], "" if value is UNKNOWN else as_text(value)]
        end = part.end()
    return "".join([*found, text[end:]]), known


def is_true(value: Value) -> bool | None:
    """Whether a value counts as true; ``None`` if that isn't known."""
    if value is UNKNOWN:
        return None
    return not (
        value is None
        or value is False
        or value == ""
        or (isinstance(value, float) and (value == 0 or math.isnan(value)))
    )


def as_text(value: Value) -> str:
    """A value as GitHub writes it into a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.15g}"
    return value if isinstance(value, str) else "Array" if isinstance(value, list) else "Object"


class _Parser:
    """Recursive descent over a bounded list of tokens; both sides of an operator are always read."""

    def __init__(self, text: str, context: Mapping[str, Value]) -> None:
        if len(text) > LONGEST:
            raise BadExpression(f"it has {len(text)} characters; at most {LONGEST} are read")
        self._tokens = list(_split(text))
        self._at = 0
        self._depth = 0
        self._context = context

    def value(self) -> Value:
        """All of it."""
        found = self._or()
        if self._at != len(self._tokens):
            raise BadExpression("something is left over")
        return found

    def _take(self, *signs: str) -> str:
        if self._at < len(self._tokens) and self._tokens[self._at] in {("sign", sign) for sign in signs}:
            self._at += 1
            return self._tokens[self._at - 1][1]
        return ""

    def _need(self, sign: str) -> None:
        if not self._take(sign):
            raise BadExpression(f"{sign} is missing")

    def _or(self) -> Value:
        self._depth += 1
        if self._depth > DEEPEST:
            raise BadExpression(f"it is nested more than {DEEPEST} deep")
        left = self._and()
        while self._take("||"):
            right = self._and()
            sure = is_true(left)
            left = (
                left
                if sure
                else right
                if sure is False or right is UNKNOWN
                else UNKNOWN
                if not is_true(right)
                else True
            )
        self._depth -= 1
        return left

    def _and(self) -> Value:
        left = self._equal()
        while self._take("&&"):
            right = self._equal()
            sure = is_true(left)
            left = right if sure else left if sure is False else False if is_true(right) is False else UNKNOWN
        return left

    def _equal(self) -> Value:
        left = self._order()
        while sign := self._take("==", "!="):
            same = _same(left, self._order())
            left = same if same is UNKNOWN else same == (sign == "==")
        return left

    def _order(self) -> Value:
        left = self._not()
        while sign := self._take("<", "<=", ">", ">="):
            left = _ordered(left, sign, self._not())
        return left

    def _not(self) -> Value:
        count = 0
        while self._take("!"):
            count += 1
        value = self._primary()
        if not count:
            return value
        sure = is_true(value)
        return UNKNOWN if sure is None else sure != bool(count % 2)

    def _primary(self) -> Value:
        if self._take("("):
            value = self._or()
            self._need(")")
            return self._with_parts(value)
        if self._at >= len(self._tokens):
            raise BadExpression("it ends too early")
        kind, text = self._tokens[self._at]
        self._at += 1
        if kind == "number":
            return float(int(text, 0)) if "0x" in text else float(text)
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind != "name":
            raise BadExpression(f"{text} is not expected")
        if text.lower() in {"true", "false", "null"}:
            return {"true": True, "false": False, "null": None}[text.lower()]
        if self._take("("):
            return self._with_parts(self._call(text.lower()))
        return self._with_parts(_lookup(self._context, text) if _has(self._context, text) else UNKNOWN)

    def _with_parts(self, value: Value) -> Value:
        """What stands behind dots and in brackets."""
        while True:
            if self._take("."):
                if self._take("*"):
                    value = UNKNOWN
                    continue
                if self._at >= len(self._tokens) or self._tokens[self._at][0] != "name":
                    raise BadExpression("a name is missing behind a dot")
                key: Value = self._tokens[self._at][1]
                self._at += 1
            elif self._take("["):
                key = self._or()
                self._need("]")
            else:
                return value
            value = UNKNOWN if value is UNKNOWN or key is UNKNOWN else _lookup(value, key)

    def _call(self, name: str) -> Value:  # noqa: C901, PLR0911, PLR0912 - one case per function
        given: list[Value] = []
        while not self._take(")"):
            given.append(self._or())
            if not self._take(","):
                self._need(")")
                break
        status = self._context.get("status()", "success")
        match name, given:
            case "always", []:
                return True
            case "success", []:
                return status == "success"
            case "failure", []:
                return status == "failure"
            case "cancelled", []:
                return False
        if any(value is UNKNOWN for value in given):
            return UNKNOWN
        match name, given:
            case "contains", [list() as many, one]:
                return any(_same(item, one) is True for item in many)
            case "contains", [whole, part]:
                return as_text(part).lower() in as_text(whole).lower()
            case "startswith", [whole, part]:
                return as_text(whole).lower().startswith(as_text(part).lower())
            case "endswith", [whole, part]:
                return as_text(whole).lower().endswith(as_text(part).lower())
            case "format", [str() as pattern, *values]:
                return re.sub(
                    r"\{(\d{1,2})\}",
                    lambda m: as_text(values[int(m[1])]) if int(m[1]) < len(values) else "",
                    pattern,
                )
            case "join", [list() as many, *by]:
                return (as_text(by[0]) if by else ",").join(as_text(v) for v in many)
            case "tojson", [value]:
                return json.dumps(value)
            case "fromjson", [str() as text]:
                return _from_json(text)
        return UNKNOWN


def _split(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    text = text.strip()
    for _ in range(MOST_TOKENS):
        if at >= len(text):
            return
        found = _TOKEN.match(text, at)
        if found is None:
            raise BadExpression(f"{text[at : at + 20]!r} can't be read")
        at = found.end()
        yield str(found.lastgroup), found[found.lastgroup or 0]
    raise BadExpression(f"it has more than {MOST_TOKENS} parts")


def _has(values: object, key: object) -> bool:
    return isinstance(values, dict) and any(str(k).lower() == str(key).lower() for k in values)


def _lookup(values: object, key: object) -> Value:
    """A part of a context, whatever its letter case; ``None`` if there is none."""
    if isinstance(values, list) and isinstance(key, float):
        return values[int(key)] if 0 <= key < len(values) else None
    if not isinstance(values, dict):
        return None
    if UNKNOWN in values.values() and "*" in values and not _has(values, key):
        return UNKNOWN
    return next((v for k, v in values.items() if str(k).lower() == str(key).lower()), None)


def _number(value: Value) -> float:
    if value is None or value == "":
        return 0.0
    if isinstance(value, bool | float):
        return float(value)
    try:
        return float(value) if isinstance(value, str) and len(value) < 40 else math.nan
    except ValueError:
        return math.nan


def _same(one: Value, other: Value) -> Value:
    if one is UNKNOWN or other is UNKNOWN:
        return UNKNOWN
    if isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    if isinstance(one, list | dict) or isinstance(other, list | dict):
        return one is other
    if type(one) is type(other):
        return bool(one == other)
    return _number(one) == _number(other)


def _ordered(one: Value, sign: str, other: Value) -> Value:
    if one is UNKNOWN or other is UNKNOWN:
        return UNKNOWN
    a, b = (
        (one.lower(), other.lower())
        if isinstance(one, str) and isinstance(other, str)
        else (_number(one), _number(other))
    )
    return bool({"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[sign])  # type: ignore[operator]


def _from_json(text: str) -> Value:
    if text.count("[") + text.count("{") > DEEPEST:
        return UNKNOWN
    try:
        found = json.loads(text, parse_int=float)
    except (ValueError, RecursionError):
        return UNKNOWN
    return found
