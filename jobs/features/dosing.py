"""Gaps between the periods of dosing, between the first dose and the end of the window. The dose itself names the arm and is not read."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as sf

from jobs import codes
from jobs.windows import visible


def features(ex: DataFrame, cohort: DataFrame) -> DataFrame:
    """Returns the days without dosing of the subjects that have a dose.

    A row is a period of dosing. One without an end goes on until the next one begins. Partial dates make a period as long as they allow.
    """
    rows = visible(ex, cohort, "EXSTDTC", None).filter(~codes.one_of(sf.col("EXOCCUR"), codes.NO))
    in_order = Window.partitionBy("subject").orderBy("begin", sf.col("until").asc_nulls_last())
    periods = rows.select("subject", "end", sf.col("began_first").alias("begin"), sf.col("EXENDTC_LAST").alias("until"))
    next_begin = sf.lead("begin").over(in_order)
    periods = periods.withColumn("until", sf.least(sf.coalesce("until", sf.date_sub(next_begin, 1), "end"), sf.col("end")))
    before = sf.max("until").over(in_order.rowsBetween(Window.unboundedPreceding, -1))
    gap = sf.greatest(sf.datediff("begin", before) - 1, sf.lit(0))
    return (
        periods.select("subject", gap.alias("gap"))
        .groupBy("subject")
        .agg(sf.coalesce(sf.sum("gap"), sf.lit(0)).cast("double").alias("dose_gap_days"))
    )
