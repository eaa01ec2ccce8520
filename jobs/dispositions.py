"""The ends of the subjects' participation, from DS.

A subject can have several dispositions: one for each epoch, or one for treatment and one for the study. Events before the treatment are no
ends, except a screening failure. Events after it count only for a subject without others. A discontinuation counts before a completion, the
earliest one; a completion counts with its last date.
"""

from __future__ import annotations

import datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as sf

from jobs import codes


def known_by(cut: datetime.date | None, day: Column) -> Column:
    """Says whether a day, null if nobody knows it, is on or before the cut date."""
    return day.isNotNull() & (day <= sf.lit(cut) if cut else sf.lit(True))


def events(ds: DataFrame, cut: datetime.date | None) -> DataFrame:
    """Returns the rows of DS that had happened and were collected by the cut date.

    The columns are subject, code, category, subcategory, epoch, day and known.

    "day" is the last day that the event's date may mean, or the day of collection for an event without a date. "known" is the day from
    which on the event is known.
    """
    day = sf.coalesce("DSSTDTC_LAST", "DSDTC_LAST")
    rows = ds.select(
        sf.col("USUBJID").alias("subject"),
        sf.upper(sf.coalesce("DSDECOD", "DSTERM")).alias("code"),
        sf.upper(sf.coalesce("DSCAT", sf.lit(""))).alias("category"),
        sf.upper(sf.coalesce("DSSCAT", sf.lit(""))).alias("subcategory"),
        sf.upper(sf.coalesce("EPOCH", sf.lit(""))).alias("epoch"),
        day.alias("day"),
        sf.greatest(day, sf.col("DSDTC_LAST")).alias("known"),
    )
    return rows.filter(known_by(cut, sf.col("known")))


def _ends(rows: DataFrame) -> DataFrame:
    """Returns the events that end a participation."""
    category = sf.col("category")
    is_end = sf.when(category == "", ~codes.one_of(sf.col("code"), codes.MILESTONES)).otherwise(category.contains("DISPOSITION"))
    return rows.filter(
        is_end
        & sf.col("code").isNotNull()
        & ~codes.one_of(sf.col("code"), codes.SCREEN_FAILURES)
        & ~sf.col("epoch").rlike(codes.BEFORE_TREATMENT)
    )


def participation(rows: DataFrame) -> DataFrame:
    """Returns what DS says of each subject: subject, randomised, screen_failure, left, left_known, left_code, completed.

    Args:
        rows: what events returns.
    """
    milestones = rows.groupBy("subject").agg(
        sf.max(codes.one_of(sf.col("code"), codes.RANDOMISED)).alias("randomised"),
        sf.max(codes.one_of(sf.col("code"), codes.SCREEN_FAILURES)).alias("screen_failure"),
    )
    after = sf.col("epoch").rlike(codes.AFTER_TREATMENT)
    complete = codes.one_of(sf.col("code"), codes.COMPLETED)
    first_left = sf.struct("day", "known", "code")
    by_phase = (
        _ends(rows)
        .groupBy("subject")
        .agg(
            sf.max(~after).alias("during"),
            sf.min(sf.when(~complete & ~after, first_left)).alias("left_during"),
            sf.min(sf.when(~complete & after, first_left)).alias("left_after"),
            sf.max(sf.when(complete & ~after, sf.col("day"))).alias("completed_during"),
            sf.max(sf.when(complete & after, sf.col("day"))).alias("completed_after"),
        )
    )
    left = sf.when(sf.col("during"), sf.col("left_during")).otherwise(sf.col("left_after"))
    ends = by_phase.select(
        "subject",
        left["day"].alias("left"),
        left["known"].alias("left_known"),
        left["code"].alias("left_code"),
        sf.when(sf.col("during"), sf.col("completed_during")).otherwise(sf.col("completed_after")).alias("completed"),
    )
    return milestones.join(ends, "subject", "left")


def _of_study() -> Column:
    """Says whether an end is one of the study, and not of the treatment: by its subcategory, else by its epoch."""
    subcategory = sf.col("subcategory")
    return (
        sf.when(subcategory.rlike(codes.OF_TREATMENT), False)
        .when(subcategory.rlike(codes.OF_STUDY), True)
        .otherwise(sf.col("epoch").rlike(codes.AFTER_TREATMENT))
    )


def two_ends(rows: DataFrame) -> DataFrame:
    """Returns how each subject's treatment and its study ended, as far as DS says so.

    The columns are subject; treatment_left and study_left, each with day and code, the earliest; treatment_done and study_done, the last
    days of completions; and separate, whether DS has ends of the study for anybody: if it has none, an end is one of both.

    A reason can say that the subject left the study where the row is of the treatment: death and loss to follow-up always, a withdrawal
    where no subcategory says that it is of the treatment only.

    Args:
        rows: what events returns.
    """
    ends = _ends(rows).withColumn("of_study", _of_study())
    separate = bool(ends.filter("of_study").head(1))
    complete, code = codes.one_of(sf.col("code"), codes.COMPLETED), sf.col("code")
    both = codes.one_of(code, codes.DEATHS) | code.rlike(codes.LOST)
    both = both | (code.rlike(codes.WITHDRAWN) & ~sf.col("subcategory").rlike(codes.OF_TREATMENT))
    left = sf.struct("day", "code")
    return (
        ends.groupBy("subject")
        .agg(
            sf.min(sf.when(~complete & ~sf.col("of_study"), left)).alias("treatment_left"),
            sf.min(sf.when(~complete & (sf.col("of_study") | both), left)).alias("study_left"),
            sf.max(sf.when(complete & ~sf.col("of_study"), sf.col("day"))).alias("treatment_done"),
            sf.max(sf.when(complete & sf.col("of_study"), sf.col("day"))).alias("study_done"),
        )
        .withColumn("separate", sf.lit(separate))
    )
