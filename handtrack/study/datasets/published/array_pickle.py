"""Reads a pickle that holds only numbers, texts, lists, dicts and numeric arrays, without running it.

Unpickling can run any code, so this project never does it. Some published data sets have their labels in
no other format, though. The standard library's `pickletools` lists a pickle's instructions without obeying
them; those that build plain values are followed here, with NumPy's two constructors known by name, and
any other instruction or name is refused.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from handtrack.errors import SourceError

_CONSTANTS: Final = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_LITERALS: Final = {
    *("BININT", "BININT1", "BININT2", "LONG1", "LONG4", "INT", "LONG", "BINFLOAT", "FLOAT"),
    *("BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "UNICODE"),
    *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8"),
}
_IGNORED: Final = {"PROTO", "FRAME"}
_TUPLES: Final = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_ARRAY_MODULES: Final = ("numpy.core.multiarray", "numpy._core.multiarray")
_NAMES: Final = {
    **{f"{module} _reconstruct": "array" for module in _ARRAY_MODULES},
    "numpy ndarray": "array type",
    "numpy dtype": "number type",
    "_codecs encode": "bytes",
    "__builtin__ bytes": "no bytes",
}
_NUMBERS: Final = "biuf"  # kinds of NumPy types that hold plain numbers


class _RefusedError(Exception):
    """The pickle holds something that is not plain data, or is damaged."""


@dataclass(frozen=True, slots=True)
class _Name:
    """A constructor that the pickle names; never called, only recognised."""

    meaning: str


@dataclass(slots=True)
class _NumberType:
    """A NumPy number type whose byte order comes in a second instruction."""

    code: str
    order: str = "="


@dataclass(slots=True)
class _Array:
    """An array whose content comes in a second instruction."""

    value: np.ndarray | None = None


def read_array_pickle(path: Path) -> Any:
    """The value in a pickle file. Raises SourceError if it cannot be read or holds more than plain data."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}") from None
    try:
        return _Reader().read(content)
    except _RefusedError as error:
        raise SourceError(f"{path} is refused: {error}; only numbers and arrays are read") from None
    except (ValueError, TypeError, IndexError, KeyError, AttributeError, OverflowError, MemoryError):
        raise SourceError(f"{path} is damaged or not a pickle; unpack it again") from None


class _Reader:
    """A stack, and the values that the pickle refers to again."""

    def __init__(self) -> None:
        self._stack: list[Any] = []
        self._marks: list[int] = []  # heights of the stack
        self._memo: dict[int, Any] = {}
        self._steps: dict[str, Callable[[Any], None]] = {
            "MARK": lambda _: self._marks.append(len(self._stack)),
            "EMPTY_DICT": lambda _: self._stack.append({}),
            "EMPTY_LIST": lambda _: self._stack.append([]),
            "EMPTY_TUPLE": lambda _: self._stack.append(()),
            "DICT": lambda _: self._stack.append(self._pairs(self._since_mark())),
            "LIST": lambda _: self._stack.append(self._since_mark()),
            "TUPLE": lambda _: self._stack.append(tuple(self._since_mark())),
            "APPEND": lambda _: self._extend([self._pop()]),
            "APPENDS": lambda _: self._extend(self._since_mark()),
            "SETITEM": lambda _: self._update([self._pop(), self._pop()][::-1]),
            "SETITEMS": lambda _: self._update(self._since_mark()),
            "MEMOIZE": lambda _: self._remember(len(self._memo)),
            "PUT": self._remember,
            "BINPUT": self._remember,
            "LONG_BINPUT": self._remember,
            "GET": self._recall,
            "BINGET": self._recall,
            "LONG_BINGET": self._recall,
            "GLOBAL": self._name,
            "STACK_GLOBAL": lambda _: self._name(" ".join([self._pop(), self._pop()][::-1])),
            "REDUCE": lambda _: self._reduce(),
            "BUILD": lambda _: self._build(),
        }

    def read(self, content: bytes) -> Any:
        for opcode, argument, _ in pickletools.genops(content):
            name = opcode.name
            if name in _LITERALS:
                self._stack.append(argument)
            elif name in self._steps:
                self._steps[name](argument)
            elif name in _CONSTANTS:
                self._stack.append(_CONSTANTS[name])
            elif name in _TUPLES:
                count = _TUPLES[name]
                self._stack[-count:] = [tuple(_plain(v) for v in self._stack[-count:])]
            elif name == "STOP":
                return self._pop()
            elif name not in _IGNORED:
                raise _RefusedError(f"it has the instruction {name}")
        raise ValueError("no end")

    def _pop(self) -> Any:
        return _plain(self._stack.pop())

    def _since_mark(self) -> list[Any]:
        start = self._marks.pop()
        values = [_plain(value) for value in self._stack[start:]]
        del self._stack[start:]
        return values

    def _pairs(self, values: list[Any]) -> dict[Any, Any]:
        return dict(zip(values[::2], values[1::2], strict=True))

    def _extend(self, values: list[Any]) -> None:
        self._stack[-1].extend(values)

    def _update(self, values: list[Any]) -> None:
        self._stack[-1].update(self._pairs(values))

    def _remember(self, index: int) -> None:
        self._memo[index] = self._stack[-1]

    def _recall(self, index: int) -> None:
        self._stack.append(_plain(self._memo[index]))

    def _name(self, name: str) -> None:
        if name not in _NAMES:
            raise _RefusedError(f"it asks for {'.'.join(name.split())}")
        self._stack.append(_Name(_NAMES[name]))

    def _reduce(self) -> None:
        arguments, function = self._pop(), self._pop()
        if function == _Name("array"):
            self._stack.append(_Array())
        elif function == _Name("number type"):
            self._stack.append(_NumberType(arguments[0]))
        elif function == _Name("bytes") and arguments[1] == "latin1":
            self._stack.append(arguments[0].encode("latin1"))
        elif function == _Name("no bytes") and arguments == ():
            self._stack.append(b"")
        else:
            raise _RefusedError("it calls something that is not an array")

    def _build(self) -> None:
        state, thing = self._pop(), self._stack[-1]
        if isinstance(thing, _NumberType):
            thing.order = state[1]
        elif isinstance(thing, _Array):
            _, shape, kind, columns_first, content = state
            if not isinstance(kind, _NumberType) or not isinstance(content, bytes):
                raise _RefusedError("it holds an array of objects")
            dtype = np.dtype(("" if kind.order == "|" else kind.order) + kind.code)
            if dtype.kind not in _NUMBERS:
                raise _RefusedError("it holds an array that is not of numbers")
            values = np.frombuffer(content, dtype).reshape(shape, order="F" if columns_first else "C")
            thing.value = values.astype(dtype.newbyteorder("="))
        else:
            raise _RefusedError("it sets the state of something that is not an array")


def _plain(value: Any) -> Any:
    """The array itself, once its content has come."""
    return value.value if isinstance(value, _Array) and value.value is not None else value
