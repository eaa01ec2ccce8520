"""Medical history and medications."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

from jobs import codes
from jobs.windows import visible


def conditions(mh: DataFrame, cohort: DataFrame) -> DataFrame:
    """Returns the number of conditions of the subjects that have any. History without a date is from before the trial."""
    rows = visible(mh, cohort, "MHSTDTC", "MHDTC", undated="true").filter(codes.done(sf.col("MHOCCUR"), sf.col("MHSTAT")))
    term = codes.coded("MHDECOD", "MHTERM")
    return rows.groupBy("subject").agg(sf.countDistinct(term).cast("double").alias("medical_history_count"))


def medications(cm: DataFrame, cohort: DataFrame) -> DataFrame:
    """Returns the number of medications of the subjects that have any. A medication that ended before the start does not count.

    One without a date counts if the table says that it began before the trial (CMSTRF or CMSTRTPT is BEFORE).
    """
    before = "upper(coalesce(CMSTRF, CMSTRTPT, '')) = 'BEFORE'"
    rows = visible(cm, cohort, "CMSTDTC", "CMDTC", undated=before).filter(codes.done(sf.col("CMOCCUR"), sf.col("CMSTAT")))
    rows = rows.filter(sf.coalesce(sf.col("CMENDTC_LAST") >= sf.col("start"), sf.lit(True)))
    name = codes.coded("CMDECOD", "CMTRT")
    return rows.groupBy("subject").agg(sf.countDistinct(name).cast("double").alias("medication_count"))
