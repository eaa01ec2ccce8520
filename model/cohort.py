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
    ids = {*SUBJECT_COLUMNS, "site", "SITEID"}
    return [(number, {name: _value(field, name in ids) for name, field in zip(names, row)}) for number, row in rows[1:]]


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
    """Read a cohort: JSON Lines `{"subject", "site", "features"}`, or CSV with a column subject (or USUBJID), a column site if
    there is one, and a column for each feature. gzip is told by content.

    Raises:
        DataFaultError: with every fault of the file.
    """
    rows, digest = read_rows(path)
    subjects, places, bad = [], {}, {"subject must be a text": [], "features must be an object": [], "site must be a text or null": []}
    twice = []
    for number, row in rows:
        subject = next((row[name] for name in SUBJECT_COLUMNS if name in row), None)
        site = row.get("site", row.get("SITEID"))
        features = row["features"] if "features" in row else {k: v for k, v in row.items() if k not in (*SUBJECT_COLUMNS, "site", "SITEID")}
        bad["subject must be a text"] += [number] if not isinstance(subject, str) or not subject else []
        bad["features must be an object"] += [number] if not isinstance(features, dict) else []
        bad["site must be a text or null"] += [number] if site is not None and not isinstance(site, str) else []
        twice += [number] if subject in places else []
        places[str(subject)] = number
        subjects.append(Subject(str(subject), site, features))
    faults = [f"{path}: {_lines(numbers)}: {rule}" for rule, numbers in bad.items() if numbers]
    faults += [f"{path}: {_lines(twice)}: the subject is in an earlier line, too"] if twice else []
    if faults:
        raise DataFaultError(faults)
    return Cohort(subjects, digest)


def read_outcomes(path: Path) -> Outcomes:
    """Read outcomes: JSON Lines or CSV with subject (or USUBJID) and outcome, 0 or 1. Other fields are ignored.

    Raises:
        DataFaultError: with every fault of the file.
    """
    rows, digest = read_rows(path)
    outcomes: dict[str, int] = {}
    unnamed, unknown, twice = [], [], []
    for number, row in rows:
        subject, outcome = next((row[name] for name in SUBJECT_COLUMNS if name in row), None), row.get("outcome")
        unnamed += [number] if not isinstance(subject, str) or not subject else []
        unknown += [number] if isinstance(outcome, bool) or outcome not in (0, 1) else []
        twice += [number] if subject in outcomes else []
        outcomes[str(subject)] = outcome
    rules = (
        (unnamed, "subject must be a text"),
        (unknown, "outcome must be 0 (completed) or 1 (discontinued); leave out whose end is unknown"),
    )
    faults = [f"{path}: {_lines(numbers)}: {rule}" for numbers, rule in rules if numbers]
    faults += [f"{path}: {_lines(twice)}: the subject is in an earlier line, too"] if twice else []
    if faults:
        raise DataFaultError(faults)
    return Outcomes({subject: int(outcome) for subject, outcome in outcomes.items()}, digest)
