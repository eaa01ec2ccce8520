"""The depression questionnaire."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

from jobs.windows import visible

# _INSTRUMENTS and _TOTAL recognise the totals of depression questionnaires by category, test and code.
_INSTRUMENTS = r"DEPRESS|\bGDS\b|GDS[0-9-]|HAM-?D|MADRS|PHQ-?[289]|\bBDI\b|BDI-?II|CES-?D|CSDD"
_TOTAL = r"TOTAL|\bSUM\b|TOT$"


def features(qs: DataFrame, cohort: DataFrame) -> DataFrame:
    """Returns the last total of the subjects that have one.

    A trial with several questionnaires uses the one that most subjects have, the first by name among equals. Several totals of one day
    count as their mean.
    """
    rows = visible(qs, cohort, None, "QSDTC").filter(~sf.coalesce(sf.upper("QSSTAT") == "NOT DONE", sf.lit(False)))
    said = sf.upper(sf.concat_ws(" ", "QSCAT", "QSTEST", "QSTESTCD"))
    value = sf.coalesce(sf.col("QSSTRESN").cast("double"), sf.col("QSORRES").cast("double"))
    totals = rows.filter(said.rlike(_INSTRUMENTS) & said.rlike(_TOTAL) & value.isNotNull()).select(
        "subject", sf.upper(sf.coalesce("QSCAT", "QSTESTCD")).alias("instrument"), "known", value.cast("decimal(18,6)").alias("value")
    )
    chosen = (
        totals.groupBy("instrument").agg(sf.countDistinct("subject").alias("subjects")).orderBy(sf.desc("subjects"), "instrument").limit(1)
    )
    days = totals.join(sf.broadcast(chosen), "instrument").groupBy("subject", "known").agg(sf.avg("value").cast("double").alias("mean"))
    return days.groupBy("subject").agg(sf.round(sf.max_by("mean", "known"), 2).alias("depression_score"))
