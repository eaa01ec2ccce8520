"""Dates of SDTM, ISO 8601 texts that may be partial: 2014, 2014-01, 2014-01-02, 2014-01-02T11:45, 2014---15.

A partial date is a range of days. A date is readable if it begins with a year and names no
impossible day. jobs.tables computes both ends of the range once, when it reads a table.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as sf

# FIRST and LAST end the names of the columns with the first and the last day that a date may mean.
FIRST = "_FIRST"
LAST = "_LAST"

# _READABLE is a year, a month and a day, as many as are known. An unknown month may be a hyphen. A time, and the second date of a period,
# are not read.
_READABLE = r"^(\d{4}(?:-\d{2}(?:-\d{2})?)?)(?:[T /].*|-{1,2}(?:-\d{2})?)?$"


def _known(text: Column) -> Column:
    """Returns what is known of a date: 2014, 2014-01 or 2014-01-02, an empty text if it is not readable."""
    return sf.regexp_extract(text, _READABLE, 1)


def first_day(text: Column) -> Column:
    """Returns the first day that a date may mean, null if it is missing or not readable."""
    return _known(text).cast("date")


def last_day(text: Column) -> Column:
    """Returns the last day that a date may mean, null if it is missing or not readable."""
    first, length = first_day(text), sf.length(_known(text))
    return sf.when(length == 10, first).when(length == 7, sf.last_day(first)).otherwise(sf.date_sub(sf.add_months(first, 12), 1))


def whole_day(name: str) -> Column:
    """Returns the day of a date that names one, null if it is missing, partial or not readable.

    Args:
        name: the variable, in a table that jobs.tables read.
    """
    return sf.when(sf.col(name + FIRST) == sf.col(name + LAST), sf.col(name + FIRST))
