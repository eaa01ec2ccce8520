"""The ends of the subjects' participation, from DS.

A subject can have several dispositions: one for each epoch, or one for treatment and one for the study. Events before the treatment are no
ends, except a screening failure. Events after it count only for a subject without others. A discontinuation counts before a completion, the
earliest one; a completion counts with its last date.
"""

from __future__ import annotations

import datetime
from typing import Optional

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs import codes
from jobs.dates import last_day


def known_by(cut: Optional[datetime.date], day: Column) -> Column:
    """Says whether a day, null if nobody knows it, is on or before the cut date."""
    return day.isNotNull() & (day <= F.lit(cut) if cut else F.lit(True))


def events(ds: DataFrame, cut: Optional[datetime.date]) -> DataFrame:
    """Returns the rows of DS that had happened and were collected by the cut date: subject, code, category, epoch, day, known.

    "day" is the last day that the event's date may mean, or the day of collection for an event without a date. "known" is the day from
    which on the event is known.
    """
    day = F.coalesce(last_day(F.col("DSSTDTC")), last_day(F.col("DSDTC")))
    rows = ds.select(
        F.col("USUBJID").alias("subject"),
        F.upper(F.coalesce("DSDECOD", "DSTERM")).alias("code"),
        F.upper(F.coalesce("DSCAT", F.lit(""))).alias("category"),
        F.upper(F.coalesce("EPOCH", F.lit(""))).alias("epoch"),
        day.alias("day"),
        F.greatest(day, last_day(F.col("DSDTC"))).alias("known"),
    )
    return rows.filter(known_by(cut, F.col("known")))


def _ends(rows: DataFrame) -> DataFrame:
    """Returns the events that end a participation."""
    category = F.col("category")
    is_end = F.when(category == "", ~codes.one_of(F.col("code"), codes.MILESTONES)).otherwise(category.contains("DISPOSITION"))
    return rows.filter(is_end & F.col("code").isNotNull() & ~codes.one_of(F.col("code"), codes.SCREEN_FAILURES) & ~F.col("epoch").rlike(codes.BEFORE_TREATMENT))


def participation(rows: DataFrame) -> DataFrame:
    """Returns what DS says of each subject: subject, randomised, screen_failure, left, left_known, left_code, completed.

    Args:
        rows: what events returns.
    """
    milestones = rows.groupBy("subject").agg(
        F.max(codes.one_of(F.col("code"), codes.RANDOMISED)).alias("randomised"),
        F.max(codes.one_of(F.col("code"), codes.SCREEN_FAILURES)).alias("screen_failure"),
    )
    after = F.col("epoch").rlike(codes.AFTER_TREATMENT)
    complete = codes.one_of(F.col("code"), codes.COMPLETED)
    first_left = F.struct("day", "known", "code")
    by_phase = _ends(rows).groupBy("subject").agg(
        F.max(~after).alias("during"),
        F.min(F.when(~complete & ~after, first_left)).alias("left_during"),
        F.min(F.when(~complete & after, first_left)).alias("left_after"),
        F.max(F.when(complete & ~after, F.col("day"))).alias("completed_during"),
        F.max(F.when(complete & after, F.col("day"))).alias("completed_after"),
    )
    left = F.when(F.col("during"), F.col("left_during")).otherwise(F.col("left_after"))
    ends = by_phase.select(
        "subject",
        left["day"].alias("left"),
        left["known"].alias("left_known"),
        left["code"].alias("left_code"),
        F.when(F.col("during"), F.col("completed_during")).otherwise(F.col("completed_after")).alias("completed"),
    )
    return milestones.join(ends, "subject", "left")
