"""What comes back from the student's side: plain data, looked at only after it was validated.

A suite never touches a student's value directly. It hands the ``Answer`` to a comparison, or asks for what it
expects (``answer.array(shape=(8, 3))``, ``answer.flag()``); anything else fails the check in words, so that no
reply, however odd, can raise inside the suite and be mistaken for a fault of ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from grader.checks.failure import CheckFailed, fail
from grader.checks.reader import reader

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

KINDS = {"number": "fiub", "float": "f", "integer": "iu"}
REPLY = "what your code gave back"
SHOWN = 8
"""Keys of a dict that a call or a description shows."""
SHOWN_WIDTH = 40
"""Characters of a text that they show."""


class Handle:
    """An object that stays on the student's side; only its number and its type's name cross."""

    def __init__(self, number: int, type_name: str) -> None:
        self.number = number
        self.type_name = type_name

    def __repr__(self) -> str:
        """``<an MLP object>``."""
        return f"<an object of type {self.type_name}>"


class Asker(Protocol):
    """The live connection behind an answer: asks the student's side and describes the call."""

    def ask(
        self,
        target: Handle | str,
        name: str,
        args: tuple[object, ...],
        kwargs: Mapping[str, object],
        call: str,
    ) -> Answer:
        """Call ``name`` of the object (or module) and wait for the answer; raises CheckFailed."""
        ...

    def get(self, target: Handle, name: str, call: str) -> Answer:
        """Read an attribute."""
        ...

    def set(self, target: Handle, name: str, value: object, call: str) -> None:
        """Assign an attribute."""
        ...

    def misfit(self, name: str, call: str, yours: str, wanted: str) -> None:
        """Told of a value of another form than asked for: raises if that is not the student's failure."""
        ...


def render(value: object) -> str:
    """A value as it stands in a call, without its contents: ``float64[8, 5]``, ``3``, ``{W1, b1}``."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype}[{', '.join(map(str, value.shape))}]"
    if isinstance(value, Answer):
        return value.call if isinstance(value.value, Handle) else render(value.value)
    if isinstance(value, dict):
        return f"{{{_keys(value)}}}"
    if isinstance(value, list | tuple):
        return f"[{len(value)} of {render(value[0])}]" if value else "[]"
    if isinstance(value, str | bytes):
        return f"{value[:SHOWN_WIDTH]!r}{' …' if len(value) > SHOWN_WIDTH else ''}"
    return repr(value)


def _keys(value: Mapping[object, object]) -> str:
    """The first keys of a dict, each cut."""
    more = ", …" if len(value) > SHOWN else ""
    return ", ".join(str(key)[:SHOWN_WIDTH] for key in list(value)[:SHOWN]) + more


def render_call(name: str, args: Sequence[object], kwargs: Mapping[str, object]) -> str:
    """``gradients(float64[8, 5], int64[8])``."""
    parts = [render(a) for a in args] + [f"{k}={render(v)}" for k, v in kwargs.items()]
    return f"{name}({', '.join(parts)})"


def describe(value: object) -> str:
    """What a value is, in a few words: "an array of shape (8, 3), float64", "a dict with W1, b1"."""
    match value:
        case None:
            return "nothing (None)"
        case np.ndarray():
            return f"an array of shape {value.shape}, {value.dtype}"
        case Handle():
            return f"an object of type {value.type_name}"
        case dict():
            return f"a dict with {_keys(value)}" if value else "an empty dict"
        case list():
            return f"a list of {len(value)}"
        case str() | bytes():
            return f"{type(value).__name__} {value[:SHOWN_WIDTH]!r}"
    return f"{type(value).__name__} {value!r}"


class RemoteMethod:
    """A method of an object on the student's side, ready to be called."""

    def __init__(self, answer: Answer, name: str) -> None:
        self._answer = answer
        self._name = name

    def __call__(self, *args: object, **kwargs: object) -> Answer:
        """Ask the student's side; raises CheckFailed if it raises, dies or hangs."""
        return self._answer.ask(self._name, args, kwargs)


class Answer:
    """One reply, with the call that produced it.

    Attributes:
        call: The call as a student would write it, arrays by dtype and shape.
        value: Decoded plain data (None, bool, int, float, str, bytes, list, dict, ndarray) or a ``Handle``.
    """

    def __init__(self, call: str, value: object, asker: Asker | None = None, name: str = "") -> None:
        self.call = call
        self.value = value
        self._asker = asker
        self._name = name

    def as_it_came(self) -> Any:
        """What came back, unread: for a form that the assignment leaves open. The suite asks what it is."""
        return self.value

    # ── an object on the student's side ──────────────────────────────────────────────────────────────────

    def __getattr__(self, name: str) -> RemoteMethod:
        """``net.forward`` — a method to call on the student's side."""
        if name.startswith("_"):
            raise AttributeError(name)
        return RemoteMethod(self, name)

    def ask(self, name: str, args: tuple[object, ...], kwargs: Mapping[str, object]) -> Answer:
        """Call the method ``name`` of this object."""
        handle, asker = self._object(f".{name}")
        return asker.ask(handle, name, args, kwargs, f"{self.call}.{render_call(name, args, kwargs)}")

    def get(self, name: str) -> Answer:
        """Read the attribute ``name`` of this object."""
        handle, asker = self._object(f".{name}")
        return asker.get(handle, name, f"{self.call}.{name}")

    def set(self, name: str, value: object) -> None:
        """Assign the attribute ``name`` of this object."""
        handle, asker = self._object(f".{name} = …")
        asker.set(handle, name, value, f"{self.call}.{name} = {render(value)}")

    def _object(self, use: str) -> tuple[Handle, Asker]:
        if not isinstance(self.value, Handle) or self._asker is None:
            raise fail(
                "An object was expected.",
                call=self.call,
                yours=describe(self.value),
                expected=f"an object with {use}",
            )
        return self.value, self._asker

    # ── plain data, validated ────────────────────────────────────────────────────────────────────────────

    @reader(REPLY)
    def array(self, shape: tuple[int | None, ...] | None = None, kind: str = "number") -> NDArray[np.float64]:
        """The value as a finite array: float64, or int64 for ``kind="integer"``.

        Args:
            shape: Expected shape; ``None`` for a free dimension; ``None`` alone for any shape.
            kind: ``number``, ``float`` or ``integer`` (integral floats count as integers).

        Raises:
            CheckFailed: Anything else came back; shape is reported before dtype, dtype before values.
        """
        value = self.value
        if isinstance(value, bool | int | float):
            value = np.asarray(value)
        if isinstance(value, list) and all(isinstance(v, bool | int | float) for v in value):
            value = np.asarray(value, dtype=np.float64 if any(isinstance(v, float) for v in value) else None)
        if not isinstance(value, np.ndarray):
            raise self._other("An array was expected.", describe(value), _wanted(shape))
        if shape is not None and not _fits(value.shape, shape):
            raise self._other("The array has the wrong shape.", f"shape {value.shape}", _wanted(shape))
        if value.dtype.kind not in "fiub":
            raise fail("The array does not hold real numbers.", call=self.call, yours=str(value.dtype))
        finite = np.isfinite(value)
        if not finite.all():
            at = tuple(int(i) for i in np.unravel_index(int(finite.argmin()), value.shape))
            raise fail(
                "The result is not finite: it contains NaN or infinity.",
                call=self.call,
                where=f"index {at}" if at else "",
                yours=str(value[at]),
                how_many=f"{value.size - int(np.count_nonzero(finite))} of {value.size} are not finite",
            )
        if kind == "integer":
            with np.errstate(invalid="ignore"):
                as_int = value.astype(np.int64)
            if not np.array_equal(as_int, value):
                raise fail("Whole numbers were expected.", call=self.call, yours=str(value.dtype))
            return as_int  # type: ignore[return-value]
        if value.dtype.kind not in KINDS[kind]:
            raise fail(f"A {kind} array was expected.", call=self.call, yours=str(value.dtype))
        return np.asarray(value, dtype=np.float64)

    def _other(self, headline: str, yours: str, wanted: str) -> CheckFailed:
        """The value has another form: the student's failure, unless a mapping may have picked the wrong thing."""
        if self._asker is not None and self.value is not None:
            self._asker.misfit(self._name, self.call, yours, wanted)
        return fail(headline, call=self.call, yours=yours, expected=wanted)

    @reader(REPLY)
    def number(self) -> float:
        """The value as one finite number (a 0-d array or an array of one element will do)."""
        if isinstance(self.value, np.ndarray) and self.value.size == 1:
            return float(Answer(self.call, self.value.reshape(())).array(()))
        if isinstance(self.value, int | float):
            return float(self.array(()))
        raise self._other("A single number was expected.", describe(self.value), "a single number")

    @reader(REPLY)
    def numbers(self, length: int | None = None) -> NDArray[np.float64]:
        """The value as a list of finite numbers; nested one-element arrays will do."""
        if isinstance(self.value, list):
            return np.array(
                [Answer(f"{self.call}[{i}]", v).number() for i, v in enumerate(self.value)]
            ).reshape(self._length(len(self.value), length))
        return self.array((length,))

    def _length(self, found: int, wanted: int | None) -> int:
        if wanted is not None and found != wanted:
            raise fail(
                "The list has the wrong length.",
                call=self.call,
                yours=f"{found} value{'' if found == 1 else 's'}",
                expected=f"{wanted} value{'' if wanted == 1 else 's'}",
            )
        return found

    @reader(REPLY)
    def tensors(self, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, NDArray[np.float64]]:
        """The value as a dict of finite arrays with these names (more are ignored) and shapes.

        More axes of length one than asked for will do: (1, 7) where (7,) is wanted.
        """
        return {name: self.item(name, names=tuple(shapes)).fitted(shape) for name, shape in shapes.items()}

    def fitted(self, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """As ``array(shape)``, but more axes of length one will do."""
        found = self.value.shape if isinstance(self.value, np.ndarray) else shape
        longer = len(found) > len(shape) and [n for n in found if n != 1] == [n for n in shape if n != 1]
        return self.array(found).reshape(shape) if longer else self.array(shape)

    @reader(REPLY)
    def item(self, name: str, *, names: tuple[str, ...] = ()) -> Answer:
        """One entry of a dict.

        Args:
            name: Its key.
            names: All keys that the dict should have, for the message.
        """
        wanted = f"a dict with {', '.join(names or (name,))}"
        if not isinstance(self.value, dict):
            raise fail(
                "A dict of arrays was expected.", call=self.call, yours=describe(self.value), expected=wanted
            )
        missing = [n for n in names or (name,) if n not in self.value]
        if missing:
            raise fail(
                f"{', '.join(missing)} missing from the result.",
                call=self.call,
                yours=describe(self.value),
                expected=wanted,
            )
        return Answer(f"{self.call}[{name!r}]", self.value[name])

    @reader(REPLY)
    def whole(self, least: int | None = None) -> int:
        """The value as a whole number, not below ``least``."""
        number = int(self.array((), kind="integer"))
        if least is not None and number < least:
            raise fail(f"{self.call} is too small.", yours=str(number), expected=f"at least {least}")
        return number

    def flag(self, headline: str = "True or False was expected.") -> bool:
        """The value as True or False; nothing else will do."""
        if not isinstance(self.value, bool):
            raise fail(headline, call=self.call, yours=describe(self.value))
        return self.value

    def text(self) -> str:
        """The value as text: the student's, so hostile wherever it is shown."""
        if not isinstance(self.value, str):
            raise fail("Text was expected.", call=self.call, yours=describe(self.value))
        return self.value

    @reader(REPLY)
    def pair(self, headline: str = "Two values were expected.") -> tuple[Answer, Answer]:
        """The value as a tuple or a list of two."""
        parts = self._parts()
        if len(parts) != 2:
            raise fail(headline, call=self.call, yours=describe(self.value))
        return parts[0], parts[1]

    @reader(REPLY)
    def table(self, columns: int | None = None) -> NDArray[np.float64]:
        """The value as a list of rows of ``columns`` finite numbers; ``None``: as many as the first row has."""
        rows = self._parts()
        if not rows:
            many = "" if columns is None else f"{columns} "
            raise fail(f"A list of rows of {many}numbers was expected.", call=self.call)
        if columns is None:
            columns = rows[0].array((None,)).size
        return np.array([row.array((columns,)) for row in rows])

    @reader(REPLY)
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The value as a dict of shapes: lists of whole numbers."""
        parts = {name: self.item(name) for name in self.names()}
        return {
            name: tuple(int(size) for size in part.array((None,), kind="integer"))
            for name, part in parts.items()
        }

    def names(self) -> tuple[str, ...]:
        """The keys of a dict that are text; of anything else none."""
        return tuple(k for k in self.value if isinstance(k, str)) if isinstance(self.value, dict) else ()

    def shape(self) -> tuple[int, ...]:
        """The shape of an array; of anything else ``()``."""
        return self.value.shape if isinstance(self.value, np.ndarray) else ()

    def _parts(self) -> list[Answer]:
        parts = self.value if isinstance(self.value, list) else []
        return [Answer(f"{self.call}[{i}]", part) for i, part in enumerate(parts)]

    @reader(REPLY)
    def is_finite(self) -> bool:
        """False if a number in it is NaN or infinite."""
        numbers = [v for v in _leaves(self.value) if isinstance(v, float | np.ndarray)]
        return all(bool(np.isfinite(v).all()) for v in numbers)

    @reader(REPLY)
    def is_single(self) -> bool:
        """True if the value was computed in single precision (or less): then float32 limits apply.

        An array says so by its dtype. A Python float doesn't; but one that was computed in double precision is
        a float32's value by chance only once in five hundred million times.
        """
        leaves = _leaves(self.value)
        floats = np.array([v for v in leaves if isinstance(v, float)])
        with np.errstate(all="ignore"):
            rounded = bool(floats.size) and np.array_equal(floats.astype(np.float32), floats, equal_nan=True)
        arrays = [v.dtype for v in leaves if isinstance(v, np.ndarray)]
        return rounded or any(dtype.kind == "f" and dtype.itemsize < 8 for dtype in arrays)


def _leaves(value: object) -> list[object]:
    """Everything in nested lists and dicts that is neither."""
    if isinstance(value, dict):
        return _leaves(list(value.values()))
    return [leaf for item in value for leaf in _leaves(item)] if isinstance(value, list) else [value]


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(w is None or s == w for s, w in zip(shape, wanted, strict=True))


def _wanted(shape: tuple[int | None, ...] | None) -> str:
    if shape is None:
        return "an array of numbers"
    inner = ", ".join("any" if s is None else str(s) for s in shape)
    return f"an array of shape ({inner}{',' if len(shape) == 1 else ''})"
