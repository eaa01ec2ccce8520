"""Reads Dataset-JSON 1.1 of CDISC, one object with "columns" and "rows". This module is plain Python, and keeps one row at a time.

In the lines format (.ndjson), the first line is the object without rows, and every other line is a row.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Optional, TextIO, Union

Cells = Union[tuple[Optional[str], ...], None]

_CHUNK = 1 << 16
_DECODER = json.JSONDecoder()


def columns(metadata: object) -> list[str]:
    """Returns the names of the columns, in capital letters.

    Args:
        metadata: the object of the file, with or without rows.

    Raises:
        ValueError: what is wrong with it.
    """
    if isinstance(metadata, dict) and ("clinicalData" in metadata or "referenceData" in metadata):
        raise ValueError("is Dataset-JSON 1.0; write version 1.1, XPORT, Parquet or CSV")
    try:
        return [str(column["name"]).strip().upper() for column in metadata["columns"]]  # type: ignore[index]
    except (KeyError, TypeError):
        raise ValueError('is not Dataset-JSON 1.1; it must have "columns", a list of objects with "name"') from None


def cell(value: object) -> str | None:
    """Returns a value as a text; a whole number has no decimal point.

    Raises:
        ValueError: if the value is a list or an object.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, int):
        return str(value)
    raise ValueError("a value must be a text, a number, true, false or null")


def cells(row: object, width: int) -> Cells:
    """Returns the values of a row as texts, None for what is not a row of this width."""
    if not isinstance(row, list) or len(row) != width:
        return None
    try:
        return tuple(cell(value) for value in row)
    except ValueError:
        return None


class _Stream:
    """The text of a file, as much of it as the next value needs."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._text = ""
        self._at = 0

    def _more(self) -> bool:
        chunk = self._file.read(_CHUNK)
        self._text, self._at = self._text[self._at :] + chunk, 0
        return bool(chunk)

    def peek(self) -> str:
        """Returns the next character that is not white space, "" at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in " \t\r\n\ufeff":
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self, expected: str) -> None:
        if self.peek() != expected:
            raise ValueError("is not valid JSON; write the table again")
        self._at += 1

    def value(self) -> Any:  # noqa: ANN401
        """Returns the next value."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError:
                if self._more():
                    continue
                raise ValueError("is not valid JSON; write the table again") from None
            if end == len(self._text) and self._more():
                continue  # A number may go on.
            self._at = end
            return value

    def items(self, close: str) -> Iterator[None]:
        """Yields before each item of a list or members of an object that has begun, up to its end."""
        while self.peek() != close:
            yield
            if self.peek() != close:
                self.take(",")
        self.take(close)


def members(file: TextIO) -> Iterator[tuple[str, Any]]:
    """Yields the members of the object of a file, name and value. Each row of "rows" is a pair of its own, ("rows", row).

    Raises:
        ValueError: if the file is not a JSON object.
    """
    stream = _Stream(file)
    stream.take("{")
    for _ in stream.items("}"):
        name = stream.value()
        stream.take(":")
        if name == "rows" and stream.peek() == "[":
            stream.take("[")
            for _ in stream.items("]"):
                yield "rows", stream.value()
        else:
            yield str(name), stream.value()


def metadata(file: TextIO) -> dict[str, Any]:
    """Returns the members of the object of a file, up to its columns, without rows."""
    found: dict[str, Any] = {}
    for name, value in members(file):
        if name != "rows":
            found[name] = value
        if name == "columns":
            break
    return found
