"""The filter of dates, the only one: a row that happened or was collected after a subject's window reaches no feature."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

from jobs.dates import FIRST, LAST


def visible(rows: DataFrame, cohort: DataFrame, began: str | None, collected: str | None, undated: str = "false") -> DataFrame:
    """Returns the rows of the cohort's subjects that were known by the end of each one's window, with the subject's columns.

    A row with a day of collection is known from that day on, or from its first possible day if that is later. A row without one is known
    from the last day that its date may mean. A date that is there and is not readable proves nothing: its row is not known.

    Args:
        rows: rows of a domain, with USUBJID.
        cohort: subject, start, end, and whatever the features need of a subject.
        began: the variable with the date of what the row tells, None if the domain has none.
        collected: the variable with the date of collection, None if the domain has none.
        undated: a condition of SQL for rows without any date that are known nevertheless.

    Returns:
        The rows, with began_first and began_last: the days that the date may mean, null if it is missing.
    """
    never = sf.lit(None).cast("date")
    first, last = (sf.col(began + FIRST), sf.col(began + LAST)) if began else (never, never)
    taken = sf.col(collected + LAST) if collected else never
    readable = sf.lit(True)
    for name in filter(None, (began, collected)):
        readable &= sf.col(name).isNull() | sf.col(name + LAST).isNotNull()
    known = sf.when(taken.isNotNull(), sf.greatest(taken, first)).otherwise(last)
    rows = rows.filter(readable).select("*", first.alias("began_first"), last.alias("began_last"), known.alias("known"))
    joined = rows.join(cohort, rows["USUBJID"] == cohort["subject"])
    in_time = sf.when(sf.col("known").isNull(), sf.expr(undated)).otherwise(sf.col("known") <= sf.col("end"))
    return joined.filter(sf.coalesce(in_time, sf.lit(False))).drop("USUBJID")
