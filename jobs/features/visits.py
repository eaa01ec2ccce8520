"""Visits that were missed or came late, between the start and the end of the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

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
    stated: float | None
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
    rows = visible(sv, cohort, "SVSTDTC", None).filter(~codes.one_of(sf.col("SVOCCUR"), codes.NO))
    held = rows.select(
        "subject",
        sf.col("VISITNUM").cast("double").alias("visit"),
        sf.col("VISITDY").cast("double").alias("stated"),
        sf.upper(sf.coalesce("VISIT", sf.lit(""))).contains("UNSCHED").alias("unscheduled"),
        (sf.datediff("began_last", "start") + 1).alias("day"),
    ).filter(sf.col("visit").isNotNull())
    per_visit = held.filter(~sf.col("unscheduled")).groupBy("visit").agg(sf.min("stated"), sf.median("day"), sf.countDistinct("subject"))
    due = plan([Visit(*row) for row in per_visit.collect()], cohort.count())
    planned = sf.array(*(sf.struct(sf.lit(number).alias("visit"), sf.lit(day).alias("planned")) for number, day in due.items()))
    window = sf.datediff("end", "start") + 1
    if not due:
        return cohort.limit(0).select("subject", *(sf.lit(0.0).alias(name) for name in ("visits_missed", "visits_late")))
    expected = cohort.select("subject", window.alias("window"), sf.inline(planned)).filter(sf.col("planned") <= sf.col("window"))
    first = held.groupBy("subject", "visit").agg(sf.min("day").alias("day"))
    missed = sf.col("day").isNull() & (sf.col("planned") + MISSED <= sf.col("window"))
    late = sf.coalesce(sf.col("day") > sf.col("planned") + LATE, sf.lit(False))
    counts = [sf.sum(missed.cast("double")).alias("visits_missed"), sf.sum(late.cast("double")).alias("visits_late")]
    return expected.join(first, ["subject", "visit"], "left").groupBy("subject").agg(*counts)
