"""Reads SAS transport files, version 5 (XPORT). This module is plain Python.

SAS describes the format in TS-140, "Record Layout of a SAS Version 5 or 6 Data Set in SAS Transport (XPORT) Format". A file is a sequence
of records of 80 bytes: headers, a description of each variable, and the rows, one after another, filled up with blanks.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple, Union

RECORD = 80

# HEAD is the number of bytes at the beginning that hold the description of 7,000 variables.
HEAD = 1 << 20

Value = Union[str, float, None]

_LIBRARY = b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!"
_LIBRARY_8 = b"HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!"
_MEMBER = b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!"
_NAMESTR = b"HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!"
_OBS = b"HEADER RECORD*******OBS     HEADER RECORD!!!!!!!"

# A number of the file is missing if it has no fraction and its first byte is one of these: ., _ and A to Z.
_MISSING = frozenset(b"._ABCDEFGHIJKLMNOPQRSTUVWXYZ")


class Variable(NamedTuple):
    """A variable: its name in capital letters, whether it is a number, and where it is in a row, in bytes."""

    name: str
    number: bool
    start: int
    length: int


class Layout(NamedTuple):
    """The layout of a file: its variables, the length of a row, the place of the first row, and the file's size, in bytes."""

    variables: tuple[Variable, ...]
    row: int
    first: int
    size: int

    @property
    def rows(self) -> int:
        """The number of rows that fit, those that are only filling included."""
        return (self.size - self.first) // self.row if self.row else 0


def layout(head: bytes, size: int) -> Layout:
    """Returns the layout of a file.

    Args:
        head: the file's first bytes: the headers and the descriptions at least.
        size: the size of the file in bytes.

    Raises:
        ValueError: what is wrong with the file.
    """
    if head.startswith(_LIBRARY_8):
        raise ValueError("is XPORT version 8; write version 5, Dataset-JSON 1.1, Parquet or CSV")
    if not head.startswith(_LIBRARY):
        raise ValueError("is not XPORT version 5; write the table again")
    member = head.find(_MEMBER)
    names = head.find(_NAMESTR)
    try:
        length = int(head[member + 74 : member + 78])
        count = int(head[names + 54 : names + 58])
    except ValueError:
        length = count = 0
    first = names + RECORD
    end = first + -(-count * length // RECORD) * RECORD
    if member < 0 or names < 0 or length not in (136, 140) or not count or head[end : end + len(_OBS)] != _OBS:
        raise ValueError("has no description of its variables; write the table again")
    variables = tuple(_variable(head[first + i * length : first + (i + 1) * length]) for i in range(count))
    row = max(v.start + v.length for v in variables)
    return Layout(variables, row, end + RECORD, size)


def _variable(description: bytes) -> Variable:
    kind, _, length, _, name = struct.unpack(">hhhh8s", description[:16])
    (start,) = struct.unpack(">i", description[84:88])
    return Variable(name.decode("ascii", errors="replace").strip().upper(), kind == 1, start, length)


def number(raw: bytes) -> float | None:
    """Returns a number of IBM's format, 2 to 8 bytes: a sign, an exponent to the base 16 and a fraction. None is a missing value."""
    bits = int.from_bytes(raw.ljust(8, b"\0"), "big")
    fraction = bits & 0x00FF_FFFF_FFFF_FFFF
    if not fraction:
        return None if raw[0] in _MISSING else 0.0
    value = math.ldexp(fraction, 4 * ((bits >> 56 & 0x7F) - 64) - 56)
    return -value if bits >> 63 else value


def text(raw: bytes) -> str | None:
    """Returns a text without the blanks at its end, None for an empty one. It is UTF-8, or Latin-1 where the bytes are not UTF-8."""
    raw = raw.rstrip(b" \0")
    try:
        return raw.decode("utf-8") or None
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def rows(file: BinaryIO, plan: Layout, wanted: tuple[str, ...], begin: int, end: int) -> Iterator[tuple[Value, ...]]:
    """Yields some rows of a file: the values of the wanted variables, in their order.

    Args:
        file: the file, open for reading.
        plan: its layout.
        wanted: names of variables of the layout.
        begin: the number of the first row, from 0.
        end: the number of the row after the last one, at most plan.rows.

    Raises:
        ValueError: if the file has a second table.
    """
    by_name = {variable.name: variable for variable in plan.variables}
    fields = [by_name[name] for name in wanted]
    at_a_time = max(1, HEAD // plan.row)
    file.seek(plan.first + begin * plan.row)
    for at in range(begin, end, at_a_time):
        block = file.read((min(at + at_a_time, end) - at) * plan.row)
        if _MEMBER in block:
            raise ValueError("has several tables; write each to a file of its own")
        for start in range(0, len(block) - plan.row + 1, plan.row):
            row = block[start : start + plan.row]
            if row.isspace():
                continue  # It fills up the last record.
            yield tuple(number(row[f.start : f.start + f.length]) if f.number else text(row[f.start : f.start + f.length]) for f in fields)
