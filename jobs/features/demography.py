"""Age and sex."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs import codes
from jobs.dates import whole_day

_YEARS = {"YEARS": 1.0, "YEAR": 1.0, "MONTHS": 12.0, "MONTH": 12.0, "WEEKS": 52.1775, "WEEK": 52.1775, "DAYS": 365.25, "DAY": 365.25}


def features(cohort: DataFrame) -> DataFrame:
    """Returns age and sex. An age outside 0 to 120 years is missing; without AGE, the day of birth gives it. Years are whole and completed."""
    units = F.create_map([F.lit(x) for pair in _YEARS.items() for x in pair])
    stated = F.col("AGE").cast("double") / units[F.upper(F.coalesce("AGEU", F.lit("YEARS")))]
    age = F.floor(F.coalesce(stated, F.months_between("start", whole_day(F.col("BRTHDTC"))) / 12))
    return cohort.select("subject", F.when(age.between(0, 120), age.cast("double")).alias("age"), codes.sex(F.col("SEX")).alias("sex"))
