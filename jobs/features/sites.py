"""What happened to the other subjects of a subject's site."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as sf


def features(everyone: DataFrame, cohort: DataFrame) -> DataFrame:
    """Returns the share of the other randomised subjects of the site that had discontinued, null where there is no other subject yet.

    Each subject looks at the site on the last day of its own window: at the subjects who had started by then, itself left out, and at
    those of them whose discontinuation was known by then. A subject of the cohort had not discontinued on that day, so only the others
    can count.

    Args:
        everyone: all subjects, with in_trial, start, left and left_known.
        cohort: the subjects with a window: subject, site, end.
    """
    others = everyone.filter(sf.col("in_trial") & sf.col("start").isNotNull() & sf.col("site").isNotNull())
    nobody, none, one = sf.lit(None).cast("string").alias("subject"), sf.lit(0), sf.lit(1)
    starts = others.select("site", sf.col("start").alias("day"), nobody, one.alias("started"), none.alias("left"))
    ends = others.filter(sf.col("left_known").isNotNull()).select(
        "site", sf.greatest("left_known", "start").alias("day"), nobody, none.alias("started"), one.alias("left")
    )
    looks = cohort.filter(sf.col("site").isNotNull()).select(
        "site", sf.col("end").alias("day"), "subject", none.alias("started"), none.alias("left")
    )
    days = starts.unionByName(ends).unionByName(looks).withColumn("number", sf.datediff("day", sf.lit("1970-01-01").cast("date")))
    until = Window.partitionBy("site").orderBy("number").rangeBetween(Window.unboundedPreceding, Window.currentRow)
    seen = days.select("subject", sf.sum("started").over(until).alias("started"), sf.sum("left").over(until).alias("left"))
    share = sf.when(sf.col("started") > 1, sf.round(sf.col("left") / (sf.col("started") - 1), 4))
    return seen.filter(sf.col("subject").isNotNull()).select("subject", share.alias("site_discontinued_share"))
