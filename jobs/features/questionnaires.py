"""The depression questionnaire."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.windows import visible

# _INSTRUMENTS and _TOTAL recognise the totals of depression questionnaires by category, test and code.
_INSTRUMENTS = r"DEPRESS|\bGDS\b|GDS[0-9-]|HAM-?D|MADRS|PHQ-?[289]|\bBDI\b|BDI-?II|CES-?D|CSDD"
_TOTAL = r"TOTAL|\bSUM\b|TOT$"


def features(qs: DataFrame, cohort: DataFrame) -> DataFrame:
    """Returns the last total of the subjects that have one.

    A trial with several questionnaires uses the one that most subjects have, the first by name among equals. Several totals of one day count
    as their mean.
    """
    rows = visible(qs, cohort, None, "QSDTC").filter(~F.coalesce(F.upper("QSSTAT") == "NOT DONE", F.lit(False)))
    said = F.upper(F.concat_ws(" ", "QSCAT", "QSTEST", "QSTESTCD"))
    value = F.coalesce(F.col("QSSTRESN").cast("double"), F.col("QSORRES").cast("double"))
    totals = rows.filter(said.rlike(_INSTRUMENTS) & said.rlike(_TOTAL) & value.isNotNull()).select(
        "subject", F.upper(F.coalesce("QSCAT", "QSTESTCD")).alias("instrument"), "known", value.cast("decimal(18,6)").alias("value")
    )
    chosen = totals.groupBy("instrument").agg(F.countDistinct("subject").alias("subjects")).orderBy(F.desc("subjects"), "instrument").limit(1)
    days = totals.join(F.broadcast(chosen), "instrument").groupBy("subject", "known").agg(F.avg("value").cast("double").alias("mean"))
    return days.groupBy("subject").agg(F.round(F.max_by("mean", "known"), 2).alias("depression_score"))
