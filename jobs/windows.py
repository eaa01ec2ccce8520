"""The filter of dates, the only one: a row that happened or was collected after a subject's window reaches no feature."""

from __future__ import annotations

from typing import Optional

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.dates import first_day, last_day


def visible(rows: DataFrame, cohort: DataFrame, began: Optional[str], collected: Optional[str], undated: str = "false") -> DataFrame:
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
    nothing = F.lit(None).cast("string")
    date = F.col(began) if began else nothing
    taken = F.col(collected) if collected else nothing
    rows = rows.withColumn("began_first", first_day(date)).withColumn("began_last", last_day(date)).withColumn("taken", last_day(taken))
    readable = (date.isNull() | F.col("began_last").isNotNull()) & (taken.isNull() | F.col("taken").isNotNull())
    known = F.when(F.col("taken").isNotNull(), F.greatest("taken", "began_first")).otherwise(F.col("began_last"))
    rows = rows.filter(readable).withColumn("known", known)
    joined = rows.join(cohort, rows["USUBJID"] == cohort["subject"])
    in_time = F.when(F.col("known").isNull(), F.expr(undated)).otherwise(F.col("known") <= F.col("end"))
    return joined.filter(F.coalesce(in_time, F.lit(False))).drop("USUBJID", "taken")
