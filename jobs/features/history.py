"""Medical history and medications."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs import codes
from jobs.dates import last_day
from jobs.windows import visible


def conditions(mh: DataFrame, cohort: DataFrame) -> DataFrame:
    """Returns the number of conditions of the subjects that have any. History without a date is from before the trial."""
    rows = visible(mh, cohort, "MHSTDTC", "MHDTC", undated="true").filter(codes.done(F.col("MHOCCUR"), F.col("MHSTAT")))
    term = F.upper(F.coalesce("MHDECOD", "MHTERM"))
    return rows.groupBy("subject").agg(F.countDistinct(term).cast("double").alias("medical_history_count"))


def medications(cm: DataFrame, cohort: DataFrame) -> DataFrame:
    """Returns the number of medications of the subjects that have any. A medication that ended before the start does not count.

    One without a date counts if the table says that it began before the trial (CMSTRF or CMSTRTPT is BEFORE).
    """
    before = "upper(coalesce(CMSTRF, CMSTRTPT, '')) = 'BEFORE'"
    rows = visible(cm, cohort, "CMSTDTC", "CMDTC", undated=before).filter(codes.done(F.col("CMOCCUR"), F.col("CMSTAT")))
    rows = rows.filter(F.coalesce(last_day(F.col("CMENDTC")) >= F.col("start"), F.lit(True)))
    name = F.upper(F.coalesce("CMDECOD", "CMTRT"))
    return rows.groupBy("subject").agg(F.countDistinct(name).cast("double").alias("medication_count"))
