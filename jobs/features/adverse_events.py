"""Adverse events between the start and the end of the window."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs import codes
from jobs.dates import last_day
from jobs.windows import visible


def features(ae: DataFrame, cohort: DataFrame) -> DataFrame:
    """Returns the counts of the subjects that have any.

    An event is a term and a start date: rows that repeat both, as tables do for each change of severity, are one event. A row without a
    term is an event of its own. An event before the start does not count; one whose partial date may be later does.

    A table has only the last severity and seriousness of an event. Both may have been raised, for a hospital stay or a death, as long as the
    event goes on: they count only where the event had ended by the end of the window.
    """
    rows = visible(ae, cohort, "AESTDTC", "AEDTC").filter(F.coalesce("began_last", "known") >= F.col("start"))
    over = F.coalesce(last_day(F.col("AEENDTC")) <= F.col("end"), F.lit(False))
    severe = codes.one_of(F.col("AESEV"), codes.SEVERE) | codes.one_of(F.col("AETOXGR"), codes.SEVERE)
    term = F.coalesce(F.upper(F.coalesce("AEDECOD", "AETERM")), F.concat(F.lit("#"), F.coalesce("AESEQ", F.lit(""))))
    events = rows.groupBy("subject", term.alias("term"), F.coalesce("AESTDTC", F.lit("")).alias("date")).agg(
        F.max(over & codes.one_of(F.col("AESER"), codes.YES)).alias("serious"),
        F.max(over & severe).alias("severe"),
        F.max(codes.one_of(F.col("AEREL"), codes.RELATED)).alias("related"),
    )

    def number(name: str) -> Column:
        return F.sum(F.col(name).cast("double")).alias(f"ae_{name}_count")

    return events.groupBy("subject").agg(F.count("*").cast("double").alias("ae_count"), number("serious"), number("severe"), number("related"))
