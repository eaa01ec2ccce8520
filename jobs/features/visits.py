"""Visits that were missed or came late, between the start and the end of the window."""

from __future__ import annotations

from typing import NamedTuple, Optional, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs import codes
from jobs.windows import visible

# LATE and MISSED are numbers of days after the planned day: a visit that began later is late, one that had not begun by then is missed.
LATE = 3
MISSED = 7

# PLANNED is the share of the cohort's subjects that had a visit, from which on it belongs to the plan. Follow-up and retrieval visits,
# which a few subjects have in place of others, do not.
PLANNED = 0.5


class Visit(NamedTuple):
    """A visit of the trial: its number, its planned day by VISITDY, the median day on which it was held, and how many subjects had it."""

    number: float
    stated: Optional[float]
    median: float
    subjects: int


def plan(visits: Sequence[Visit], subjects: int) -> dict[float, float]:
    """Returns the planned day of each planned visit after the start. The start is day 1.

    VISITDY is the planned day. In a table without it, the median day of the visits with a whole number is.

    Args:
        visits: the visits that are not unscheduled.
        subjects: the number of subjects in the cohort.
    """
    stated = any(visit.stated is not None for visit in visits)
    days: dict[float, float] = {}
    for visit in sorted(visits):
        day = visit.stated if stated else float(round(visit.median)) if visit.number.is_integer() else None
        if day is not None and day > 1 and visit.subjects >= PLANNED * subjects:
            days[visit.number] = day
    return days


def features(sv: DataFrame, cohort: DataFrame) -> DataFrame:
    """Returns the counts for every subject of the cohort; nobody has a row in a trial that plans no visit in the window."""
    rows = visible(sv, cohort, "SVSTDTC", None).filter(~codes.one_of(F.col("SVOCCUR"), codes.NO))
    held = rows.select(
        "subject",
        F.col("VISITNUM").cast("double").alias("visit"),
        F.col("VISITDY").cast("double").alias("stated"),
        F.upper(F.coalesce("VISIT", F.lit(""))).contains("UNSCHED").alias("unscheduled"),
        (F.datediff("began_last", "start") + 1).alias("day"),
    ).filter(F.col("visit").isNotNull())
    per_visit = (
        held.filter(~F.col("unscheduled"))
        .groupBy("visit")
        .agg(F.min("stated"), F.median("day"), F.countDistinct("subject"))
    )
    due = plan([Visit(*row) for row in per_visit.collect()], cohort.count())
    planned = F.array(*(F.struct(F.lit(number).alias("visit"), F.lit(day).alias("planned")) for number, day in due.items()))
    window = F.datediff("end", "start") + 1
    if not due:
        return cohort.limit(0).select("subject", *(F.lit(0.0).alias(name) for name in ("visits_missed", "visits_late")))
    expected = cohort.select("subject", window.alias("window"), F.inline(planned)).filter(F.col("planned") <= F.col("window"))
    first = held.groupBy("subject", "visit").agg(F.min("day").alias("day"))
    missed = F.col("day").isNull() & (F.col("planned") + MISSED <= F.col("window"))
    late = F.coalesce(F.col("day") > F.col("planned") + LATE, F.lit(False))
    counts = [F.sum(missed.cast("double")).alias("visits_missed"), F.sum(late.cast("double")).alias("visits_late")]
    return expected.join(first, ["subject", "visit"], "left").groupBy("subject").agg(*counts)
