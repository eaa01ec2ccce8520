"""The age. The sex, the only text, is in jobs.features.assembly."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

_YEARS = {"YEARS": 1.0, "YEAR": 1.0, "MONTHS": 12.0, "MONTH": 12.0, "WEEKS": 52.1775, "WEEK": 52.1775, "DAYS": 365.25, "DAY": 365.25}


def features(cohort: DataFrame) -> DataFrame:
    """Returns the age. An age outside 0 to 120 years is missing; without AGE, the day of birth gives it. Years are whole and completed."""
    units = sf.create_map([sf.lit(x) for pair in _YEARS.items() for x in pair])
    stated = sf.col("AGE").cast("double") / units[sf.upper(sf.coalesce("AGEU", sf.lit("YEARS")))]
    age = sf.floor(sf.coalesce(stated, sf.months_between("start", sf.col("born")) / 12))
    return cohort.select("subject", sf.when(age.between(0, 120), age.cast("double")).alias("age"))
