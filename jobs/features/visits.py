"""Visits that were missed or came late, between the start and the end of the window."""

from __future__ import annotations

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


def plan(held: DataFrame, subjects: int) -> DataFrame:
    """Returns the plan of the trial's visits: visit (its number) and planned (its day; the start is day 1).

    VISITDY is the planned day. In a table without it, the median day of the visits with a whole number is.

    Args:
        held: visits with subject, visit, planned, unscheduled and day.
        subjects: the number of subjects in the cohort.
    """
    per_visit = held.filter(~F.col("unscheduled")).groupBy("visit").agg(
        F.min("planned").alias("stated"), F.median("day").alias("median"), F.countDistinct("subject").alias("subjects")
    )
    known = per_visit.filter(F.col("stated").isNotNull()).limit(1).count() > 0
    day = F.col("stated") if known else F.when(F.col("visit") == F.floor("visit"), F.round("median"))
    return per_visit.filter(F.col("subjects") >= PLANNED * subjects).select("visit", day.alias("planned")).filter(F.col("planned") > 1)


def features(sv: DataFrame, cohort: DataFrame) -> DataFrame:
    """Returns the counts for every subject of the cohort, null in a trial that plans no visit in the window."""
    rows = visible(sv, cohort, "SVSTDTC", None).filter(~codes.one_of(F.col("SVOCCUR"), codes.NO))
    held = rows.select(
        "subject",
        F.col("VISITNUM").cast("double").alias("visit"),
        F.col("VISITDY").cast("double").alias("planned"),
        F.upper(F.coalesce("VISIT", F.lit(""))).contains("UNSCHED").alias("unscheduled"),
        (F.datediff("began_last", "start") + 1).alias("day"),
    ).filter(F.col("visit").isNotNull())
    first = held.groupBy("subject", "visit").agg(F.min("day").alias("day"))
    due = F.broadcast(plan(held, cohort.count()))
    window = F.datediff("end", "start") + 1
    expected = cohort.crossJoin(due).filter(F.col("planned") <= window).join(first, ["subject", "visit"], "left")
    missed = F.col("day").isNull() & (F.col("planned") + MISSED <= window)
    late = F.col("day") > F.col("planned") + LATE
    return expected.groupBy("subject").agg(
        F.sum(missed.cast("double")).alias("visits_missed"), F.sum(F.coalesce(late, F.lit(False)).cast("double")).alias("visits_late")
    )
