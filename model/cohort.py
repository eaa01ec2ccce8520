"""Reads a cohort and its outcomes, and finds every fault of both before anything is trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from model.rows import IDS, DataFaultError, lines, read_rows


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


def read_cohort(path: Path, subject: str = "") -> Cohort:
    """Read a cohort: JSON Lines, or CSV; gzip is told by content.

    A line is `{"subject", "site", "features"}`. CSV has a column subject (or USUBJID), perhaps a column site (or SITEID), and a column for
    each feature.

    Raises:
        DataFaultError: with every fault of the file.
    """
    rows, digest = read_rows(path, subject)
    faults = _Faults()
    subjects: list[Subject] = []
    seen: set[str] = set()
    for number, row in rows:
        name = faults.subject(number, row, seen)
        site = row.get("site")
        faults.add(site is not None and not isinstance(site, str), number, "site must be a text or null")
        features = row["features"] if "features" in row else {k: v for k, v in row.items() if k not in IDS}
        faults.add(not isinstance(features, dict), number, "features must be an object")
        subjects.append(Subject(name, site, features))
    faults.end(path)
    return Cohort(subjects, digest)


def read_outcomes(path: Path, subject: str = "") -> Outcomes:
    """Read outcomes: JSON Lines or CSV with subject and outcome, 0 or 1. Other fields are ignored.

    A subject whose outcome is null or an empty cell has none: nobody knows its end yet.

    Raises:
        DataFaultError: with every fault of the file.
    """
    rows, digest = read_rows(path, subject)
    faults = _Faults()
    outcomes: dict[str, int] = {}
    seen: set[str] = set()
    for number, row in rows:
        name, outcome = faults.subject(number, row, seen), row.get("outcome", "")
        if outcome is None:
            continue
        usable = not isinstance(outcome, bool) and outcome in (0, 1)
        faults.add(not usable, number, "outcome must be 0 (completed) or 1 (discontinued); null for a subject whose end is unknown")
        outcomes[name] = int(outcome == 1)
    faults.end(path)
    return Outcomes(outcomes, digest)


class _Faults:
    """Collects the lines that break each rule."""

    def __init__(self) -> None:
        self.places: dict[str, list[int]] = {}

    def add(self, broken: bool, line: int, rule: str) -> None:
        """Note a line if it breaks a rule."""
        if broken:
            self.places.setdefault(rule, []).append(line)

    def subject(self, line: int, row: dict[str, Any], seen: set[str]) -> str:
        """Return the subject of a row, and note whether it is none, or one that an earlier row has."""
        name = row.get("subject")
        usable = isinstance(name, str) and bool(name)
        self.add(not usable, line, "subject must be a text")
        self.add(usable and name in seen, line, "the subject is in an earlier line, too")
        seen.add(str(name))
        return str(name)

    def end(self, path: Path) -> None:
        """Raise if a rule is broken."""
        if self.places:
            raise DataFaultError([f"{path}: {lines(places)}: {rule}" for rule, places in self.places.items()])
