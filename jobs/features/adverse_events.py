"""Adverse events between the start and the end of the window."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as sf

from jobs import codes
from jobs.windows import visible


def features(ae: DataFrame, cohort: DataFrame) -> DataFrame:
    """Returns the counts of the subjects that have any.

    An event is a term and a start date: rows that repeat both, as tables do for each change of severity, are one event. A row without a
    term is an event of its own. An event before the start does not count; one whose partial date may be later does.

    A table has only the last severity and seriousness of an event. Both may have been raised, for a hospital stay or a death, as long as
    the event goes on: they count only where the event had ended by the end of the window.
    """
    rows = visible(ae, cohort, "AESTDTC", "AEDTC").filter(~codes.one_of(sf.col("AEOCCUR"), codes.NO))
    rows = rows.filter(sf.coalesce("began_last", "known") >= sf.col("start"))
    over = sf.coalesce(sf.col("AEENDTC_LAST") <= sf.col("end"), sf.lit(False))
    severe = codes.one_of(sf.col("AESEV"), codes.SEVERE) | codes.one_of(sf.col("AETOXGR"), codes.SEVERE)
    term = sf.coalesce(codes.coded("AEDECOD", "AETERM"), sf.concat(sf.lit("#"), sf.coalesce("AESEQ", sf.lit(""))))
    events = rows.groupBy("subject", term.alias("term"), sf.struct("began_first", "began_last").alias("date")).agg(
        sf.max(over & codes.one_of(sf.col("AESER"), codes.YES)).alias("serious"),
        sf.max(over & severe).alias("severe"),
        sf.max(codes.one_of(sf.col("AEREL"), codes.RELATED)).alias("related"),
    )

    def number(name: str) -> Column:
        return sf.sum(sf.col(name).cast("double")).alias(f"ae_{name}_count")

    return events.groupBy("subject").agg(
        sf.count("*").cast("double").alias("ae_count"), number("serious"), number("severe"), number("related")
    )
