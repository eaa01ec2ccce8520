"""Changes of weight, blood pressure and pulse between the start and the end of the window."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as sf

from jobs.dates import whole_day
from jobs.windows import visible

# UNITS are the units of each test and what a value is multiplied with: kg, mmHg, beats/min. A value without a unit is in the first one.
UNITS: dict[str, dict[str, float]] = {
    "WEIGHT": {"KG": 1.0, "G": 0.001, "LB": 0.45359237, "LBS": 0.45359237, "POUND": 0.45359237, "POUNDS": 0.45359237},
    "SYSBP": {"MMHG": 1.0, "MM HG": 1.0, "KPA": 7.50061683},
    "DIABP": {"MMHG": 1.0, "MM HG": 1.0, "KPA": 7.50061683},
    "PULSE": {"BEATS/MIN": 1.0, "BPM": 1.0, "/MIN": 1.0, "BEATS PER MINUTE": 1.0},
}

_CHANGES = {"SYSBP": "systolic_bp_change", "DIABP": "diastolic_bp_change", "PULSE": "pulse_change"}


def _value() -> Column:
    """The value in the unit of the feature, null if it is no number above 0 or has another unit. Decimals add up the same in any order."""
    standard = sf.col("VSSTRESN").cast("double")
    number = sf.coalesce(standard, sf.col("VSORRES").cast("double"))
    unit = sf.upper(sf.when(standard.isNotNull(), sf.col("VSSTRESU")).otherwise(sf.col("VSORRESU")))
    factor = sf.lit(None).cast("double")
    for test, units in UNITS.items():
        of_test = sf.when(unit.isNull(), 1.0)
        for name, times in units.items():
            of_test = of_test.when(unit == name, times)
        factor = sf.when(sf.col("test") == test, of_test).otherwise(factor)
    value = number * factor
    return sf.when((value > 0) & (value < 1e6), value.cast("decimal(18,6)"))


def features(vs: DataFrame, cohort: DataFrame) -> DataFrame:
    """Returns the changes of the subjects that have both values of a test.

    The baseline is the mean of the last day with a value up to the start, the start included. The other value is the mean of the last day
    after the start. A partial date tells no day, and its value is not used.
    """
    rows = visible(vs, cohort, None, "VSDTC").withColumn("test", sf.upper("VSTESTCD")).filter(sf.col("test").isin(*UNITS))
    rows = rows.withColumn("value", _value()).withColumn("day", whole_day("VSDTC"))
    rows = rows.filter(
        sf.col("value").isNotNull() & sf.col("day").isNotNull() & ~sf.coalesce(sf.upper("VSSTAT") == "NOT DONE", sf.lit(False))
    )
    baseline = sf.col("day") <= sf.col("start")
    days = rows.groupBy("subject", "test", baseline.alias("baseline"), "day").agg(sf.avg("value").cast("double").alias("mean"))
    last = days.groupBy("subject", "test").agg(
        sf.max_by("mean", sf.when(sf.col("baseline"), sf.col("day"))).alias("base"),
        sf.max_by("mean", sf.when(~sf.col("baseline"), sf.col("day"))).alias("last"),
    )
    change = {test: sf.round(sf.col("last") - sf.col("base"), 2) for test in _CHANGES}
    change["WEIGHT"] = sf.round((sf.col("last") - sf.col("base")) / sf.col("base") * 100, 2)
    named = {**_CHANGES, "WEIGHT": "weight_change_pct"}
    return last.groupBy("subject").agg(*(sf.max(sf.when(sf.col("test") == test, change[test])).alias(name) for test, name in named.items()))
