"""Dates of SDTM, ISO 8601 texts that may be partial: 2014, 2014-01, 2014-01-02, 2014-01-02T11:45, 2014---15.

A partial date is a range of days. A date is readable if it begins with a year and names no impossible day.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

# _PARTS are year, month and day; a hyphen in the place of a part says that it is unknown. A time, and the second date of a period, are
# not read.
_PARTS = r"^(\d{4})(?:-(\d{2}|-)(?:-(\d{2}|-))?)?(?:[T /].*)?$"


def _parts(text: Column) -> tuple[Column, Column, Column]:
    """Returns year, month and day of a date; month and day are empty texts where they are unknown."""
    year, month, day = (F.regexp_extract(text, _PARTS, i) for i in (1, 2, 3))
    month = F.when(month == "-", "").otherwise(month)
    day = F.when((day == "-") | (month == ""), "").otherwise(day)
    return year, month, day


def first_day(text: Column) -> Column:
    """Returns the first day that a date may mean, null if it is missing or not readable."""
    year, month, day = _parts(text)
    first = F.concat_ws("-", year, F.when(month == "", "01").otherwise(month), F.when(day == "", "01").otherwise(day))
    return first.cast("date")


def last_day(text: Column) -> Column:
    """Returns the last day that a date may mean, null if it is missing or not readable."""
    year, month, day = _parts(text)
    of_month = F.last_day(F.concat_ws("-", year, month, F.lit("01")).cast("date"))
    of_year = F.concat_ws("-", year, F.lit("12"), F.lit("31")).cast("date")
    return F.when(month == "", of_year).when(day == "", of_month).otherwise(F.concat_ws("-", year, month, day).cast("date"))


def whole_day(text: Column) -> Column:
    """Returns the day of a date that names one, null if it is missing, partial or not readable."""
    _, _, day = _parts(text)
    return F.when(day != "", first_day(text))


def days_after(day: Column, days: Column) -> Column:
    """Returns the day that is some days, an integer, after another."""
    return F.date_add(day, days.cast("int"))
