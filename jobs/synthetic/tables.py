"""The tables of one subject while they are filled, and their dates."""

from __future__ import annotations

import datetime
import random
from typing import Union

from jobs.synthetic.people import Person, Trial, source

Value = Union[str, float, None]
Row = dict[str, Value]
Rows = dict[str, list[Row]]


def plus(day: datetime.date, days: int) -> datetime.date:
    """Returns the date that many days later."""
    return day + datetime.timedelta(days=days)


def on(start: datetime.date, study_day: int) -> datetime.date:
    """Returns the date of a study day."""
    return plus(start, study_day - 1 if study_day > 0 else study_day)


def iso(day: datetime.date | None) -> str | None:
    """Returns a date as text."""
    return day.isoformat() if day else None


def partial(rng: random.Random, day: datetime.date, share: float) -> str:
    """Returns a date, of which the day, or the month too, is unknown for that share."""
    lot = rng.random()
    return day.isoformat()[:4] if lot < share / 3 else day.isoformat()[:7] if lot < share else day.isoformat()


class Tables:
    """The tables of one subject, by domain."""

    def __init__(self, trial: Trial, who: Person) -> None:
        self.trial, self.who = trial, who
        self.rows: Rows = {domain: [] for domain in ("DM", "DS", "AE", "SV", "EX", "VS", "MH", "CM", "QS")}

    def add(self, domain: str, **values: Value) -> None:
        """Adds a row, with the identifiers and, where the domain has one, the sequence number."""
        row: Row = {"STUDYID": self.trial.study, "DOMAIN": domain, "USUBJID": self.who.id}
        if domain not in ("DM", "SV"):
            row[f"{domain}SEQ"] = float(len(self.rows[domain]) + 1)
        self.rows[domain].append({**row, **values})

    def source(self, part: str) -> random.Random:
        """Returns the subject's source of random numbers for one part."""
        return source(self.trial.seed, self.who.number, part)
