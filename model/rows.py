"""Reads files of rows: JSON Lines or CSV, also packed by gzip, told apart by content. `clinicalrisk run --cohort` reads them alike."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

MAX_LISTED = 5  # lines that a message lists
MISSING = ("", "NA", "NaN", "NULL", ".")
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")  # of JSON
IDS = {"subject": ("subject", "usubjid", "subject_id", "subjid"), "site": ("site", "siteid", "site_id")}  # columns of CSV, in any case


class DataFaultError(ValueError):
    """Data that no model can be trained on. The message has a fault in each line."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))


def read_content(path: Path) -> bytes:
    """Read a file, and unpack it if its content is gzip.

    Raises:
        DataFaultError: the file cannot be read.
    """
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    except (OSError, EOFError) as error:
        raise DataFaultError([f"{path}: cannot be read: {error.strerror if isinstance(error, OSError) else 'damaged gzip'}"]) from error


def read_rows(path: Path, subject: str = "") -> tuple[list[tuple[int, dict[str, Any]]], str]:
    """Read JSON Lines or CSV, told apart by content. Return the objects with their line numbers, and the digest.

    In CSV, the separator is a comma, a semicolon or a tab. An empty field, NA, NaN, NULL and a dot are None. A field that is a number of
    JSON is one, except in columns with ids.

    Args:
        path: of the file.
        subject: the column of CSV with the ids of subjects. Default: the first of subject, USUBJID, subject_id and SUBJID, in any case.
    """
    content = read_content(path)
    digest = hashlib.sha256(content).hexdigest()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataFaultError([f"{path}: is not text in UTF-8: write it as JSON Lines or CSV"]) from error
    if not text.strip():
        raise DataFaultError([f"{path}: is empty"])
    rows = _json_lines(path, text) if text.lstrip()[0] in "{[" else _csv_rows(path, text, subject)
    return rows, digest


def _json_lines(path: Path, text: str) -> list[tuple[int, dict[str, Any]]]:
    rows, bad = [], []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                row = json.loads(line, parse_constant=_no_constant)
            except (ValueError, RecursionError):
                row = None
            if isinstance(row, dict):
                rows.append((number, row))
            else:
                bad.append(number)
    if bad:
        raise DataFaultError([f"{path}: {lines(bad)}: want a JSON object in each line, without NaN and Infinity"])
    return rows


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _csv_rows(path: Path, text: str, subject: str) -> list[tuple[int, dict[str, Any]]]:
    head = text.lstrip().split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=max(",;\t", key=head.count))
    try:
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise DataFaultError([f"{path}: line {reader.line_num}: is neither JSON nor CSV"]) from error
    names = _names(rows[0][1], subject)
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    short = [number for number, row in rows if len(row) != len(names)]
    faults = [f"{path}: line 1: the column {name} is there twice" for name in twice]
    faults += [f"{path}: line 1: no column {subject or 'subject or USUBJID'}: name it with --subject-column"] * ("subject" not in names)
    faults += [f"{path}: {lines(short)}: want {len(names)} fields, as in line 1"] if short else []
    if faults:
        raise DataFaultError(faults)
    return [(number, {name: _value(field, name in IDS) for name, field in zip(names, row)}) for number, row in rows[1:]]


def _names(header: list[str], subject: str) -> list[str]:
    """Return the names of columns. The first of the names of an id, in any case, gets the name that it has in JSON."""
    names = [name.strip() for name in header]
    lower = [name.lower() for name in names]
    for own, others in {**IDS, **({"subject": (subject.lower(),)} if subject else {})}.items():
        found = next((lower.index(other) for other in others if other in lower), None)
        if found is not None:
            names[found] = own
    return names


def _value(field: str, is_id: bool) -> float | str | bool | None:
    field = field.strip()
    if field in MISSING:
        return None
    if is_id:
        return field
    if field in ("true", "false"):
        return field == "true"
    return float(field) if NUMBER.fullmatch(field) else field


def lines(numbers: list[int]) -> str:
    """Name lines, the first five of them."""
    shown = ", ".join(map(str, numbers[:MAX_LISTED]))
    more = f" and {len(numbers) - MAX_LISTED} more" if len(numbers) > MAX_LISTED else ""
    return f"line{'s' if len(numbers) > 1 else ''} {shown}{more}"
