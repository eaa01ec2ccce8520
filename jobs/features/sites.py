"""What happened to the other subjects of a subject's site."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def features(everyone: DataFrame, cohort: DataFrame) -> DataFrame:
    """Returns the share of the other randomised subjects of the site that had discontinued, null where there is no other subject yet.

    Each subject looks at the site on the last day of its own window: at the subjects who had started by then, itself left out, and at those of
    them whose discontinuation was known by then. A subject of the cohort had not discontinued on that day, so only the others can count.

    Args:
        everyone: all subjects, with in_trial, start, left and left_known.
        cohort: the subjects with a window: subject, site, end.
    """
    others = everyone.filter(F.col("in_trial") & F.col("start").isNotNull() & F.col("site").isNotNull())
    nobody, none, one = F.lit(None).cast("string").alias("subject"), F.lit(0), F.lit(1)
    starts = others.select("site", F.col("start").alias("day"), nobody, one.alias("started"), none.alias("left"))
    ends = others.filter(F.col("left_known").isNotNull()).select(
        "site", F.greatest("left_known", "start").alias("day"), nobody, none.alias("started"), one.alias("left")
    )
    looks = cohort.filter(F.col("site").isNotNull()).select("site", F.col("end").alias("day"), "subject", none.alias("started"), none.alias("left"))
    days = starts.unionByName(ends).unionByName(looks).withColumn("number", F.datediff("day", F.lit("1970-01-01").cast("date")))
    until = Window.partitionBy("site").orderBy("number").rangeBetween(Window.unboundedPreceding, Window.currentRow)
    seen = days.select("subject", F.sum("started").over(until).alias("started"), F.sum("left").over(until).alias("left"))
    share = F.when(F.col("started") > 1, F.round(F.col("left") / (F.col("started") - 1), 4))
    return seen.filter(F.col("subject").isNotNull()).select("subject", share.alias("site_discontinued_share"))
