"""Reads a cohort and its outcomes, and finds every fault of both before anything is trained."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple, Union

Value = Union[float, str, None]
MAX_LISTED = 5  # places that a message lists
SUBJECT_COLUMNS = ("subject", "USUBJID")
ID_COLUMNS = (*SUBJECT_COLUMNS, "site", "SITEID")


class DataFaultError(ValueError):
    """Data that no model can be trained on. The message has a fault in each line."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))


class Subject(NamedTuple):
    """A subject of the cohort."""

    subject: str
    site: str | None
    features: dict[str, Any]


class Outcomes(NamedTuple):
    """What became of the subjects: 1 for a subject who discontinued, 0 for one who completed."""

    outcomes: dict[str, int]
    digest: str  # SHA-256 of the uncompressed file


class Cohort(NamedTuple):
    """The subjects of a cohort, in the order of the file."""

    subjects: list[Subject]
    digest: str  # SHA-256 of the uncompressed file


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


def read_rows(path: Path) -> tuple[list[tuple[int, dict[str, Any]]], str]:
    """Read JSON Lines or CSV, told apart by content. Return the objects with their line numbers, and the digest.

    In CSV, an empty field is None, and a field that reads as a number is one, except in columns that hold ids.
    """
    content = read_content(path)
    digest = hashlib.sha256(content).hexdigest()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataFaultError([f"{path}: is not text in UTF-8: write it as JSON Lines or CSV"]) from error
    if not text.strip():
        raise DataFaultError([f"{path}: is empty"])
    rows = _json_lines(path, text) if text.lstrip()[0] in "{[" else _csv_rows(path, text)
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
        raise DataFaultError([f"{path}: {_lines(bad)}: want a JSON object in each line, without NaN and Infinity"])
    return rows


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _csv_rows(path: Path, text: str) -> list[tuple[int, dict[str, Any]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise DataFaultError([f"{path}: line {reader.line_num}: is neither JSON nor CSV"]) from error
    names = [name.strip() for name in rows[0][1]]
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    short = [number for number, row in rows if len(row) != len(names)]
    faults = [f"{path}: line 1: the column {name} is there twice" for name in twice]
    faults += [f"{path}: {_lines(short)}: want {len(names)} fields, as in line 1"] if short else []
    if faults:
        raise DataFaultError(faults)
    return [(number, {name: _value(field, name in ID_COLUMNS) for name, field in zip(names, row)}) for number, row in rows[1:]]


def _value(field: str, is_id: bool) -> Value:
    field = field.strip()
    if not field or is_id:
        return field or None
    try:
        return float(field)
    except ValueError:
        return field


def _lines(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:MAX_LISTED]))
    more = f" and {len(numbers) - MAX_LISTED} more" if len(numbers) > MAX_LISTED else ""
    return f"line{'s' if len(numbers) > 1 else ''} {shown}{more}"


def read_cohort(path: Path) -> Cohort:
    """Read a cohort: JSON Lines, or CSV; gzip is told by content.

    A line is `{"subject", "site", "features"}`. CSV has a column subject (or USUBJID), a column site (or SITEID) if there is one,
    and a column for each feature.

    Raises:
        DataFaultError: with every fault of the file.
    """
    rows, digest = read_rows(path)
    faults = _Faults()
    subjects: list[Subject] = []
    seen: set[str] = set()
    for number, row in rows:
        name = faults.subject(number, row, seen)
        site = row.get("site", row.get("SITEID"))
        faults.add(site is not None and not isinstance(site, str), number, "site must be a text or null")
        features = row["features"] if "features" in row else {k: v for k, v in row.items() if k not in ID_COLUMNS}
        faults.add(not isinstance(features, dict), number, "features must be an object")
        subjects.append(Subject(name, site, features))
    faults.end(path)
    return Cohort(subjects, digest)


def read_outcomes(path: Path) -> Outcomes:
    """Read outcomes: JSON Lines or CSV with subject (or USUBJID) and outcome, 0 or 1. Other fields are ignored.

    Raises:
        DataFaultError: with every fault of the file.
    """
    rows, digest = read_rows(path)
    faults = _Faults()
    outcomes: dict[str, int] = {}
    seen: set[str] = set()
    for number, row in rows:
        name, outcome = faults.subject(number, row, seen), row.get("outcome")
        usable = not isinstance(outcome, bool) and outcome in (0, 1)
        faults.add(not usable, number, "outcome must be 0 (completed) or 1 (discontinued); leave out a subject whose end is unknown")
        outcomes[name] = int(outcome == 1)
    faults.end(path)
    return Outcomes(outcomes, digest)


class _Faults:
    """Collects the lines that break each rule."""

    def __init__(self) -> None:
        self.lines: dict[str, list[int]] = {}

    def add(self, broken: bool, line: int, rule: str) -> None:
        """Note a line if it breaks a rule."""
        if broken:
            self.lines.setdefault(rule, []).append(line)

    def subject(self, line: int, row: dict[str, Any], seen: set[str]) -> str:
        """Return the subject of a row, and note whether it is none, or one that an earlier row has."""
        name = next((row[column] for column in SUBJECT_COLUMNS if column in row), None)
        usable = isinstance(name, str) and bool(name)
        self.add(not usable, line, "subject must be a text")
        self.add(usable and name in seen, line, "the subject is in an earlier line, too")
        seen.add(str(name))
        return str(name)

    def end(self, path: Path) -> None:
        """Raise if a rule is broken."""
        if self.lines:
            raise DataFaultError([f"{path}: {_lines(lines)}: {rule}" for rule, lines in self.lines.items()])
