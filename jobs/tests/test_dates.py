"""Dates of SDTM, and code lists."""

from __future__ import annotations

from pyspark.sql import functions as sf

from jobs.codes import sex
from jobs.dates import first_day, last_day
from jobs.tables import clean

DATES = {
    "2014-01-02": ("2014-01-02", "2014-01-02"),
    "2014-01-02T11:45": ("2014-01-02", "2014-01-02"),
    "2014-01-02 00:00:00": ("2014-01-02", "2014-01-02"),
    "2014-01-02/2014-01-09": ("2014-01-02", "2014-01-02"),
    "2016-02": ("2016-02-01", "2016-02-29"),
    "2014": ("2014-01-01", "2014-12-31"),
    "2014---15": ("2014-01-01", "2014-12-31"),
    "2014-02-31": (None, None),
    "2014-13": (None, None),
    "15JAN2014": (None, None),
    "01/15/2014": (None, None),
    "--01-15": (None, None),
    "2014-1-5": (None, None),
    None: (None, None),
}


def test_a_date_is_a_range_of_days(spark):
    rows = spark.createDataFrame([(date,) for date in DATES], "text string")
    found = rows.select("text", first_day(sf.col("text")).cast("string"), last_day(sf.col("text")).cast("string")).collect()
    assert {row[0]: (row[1], row[2]) for row in found} == DATES


def test_missing_values_and_whole_numbers(spark):
    rows = spark.createDataFrame([(text,) for text in ["  x ", "NA", "na", ".", "", " ", "NaN", "NONE", None]], "a string")
    assert [row[0] for row in rows.select(clean("a", "string")).collect()] == ["x", None, None, None, None, None, None, "NONE", None]
    numbers = spark.createDataFrame([(701.0,), (64.4,), (None,)], "a double")
    assert [row[0] for row in numbers.select(clean("a", "double")).collect()] == ["701", "64.4", None]


def test_sex(spark):
    rows = spark.createDataFrame([(text,) for text in ["F", "female", "M", "Male", "U", "UNDIFFERENTIATED", None]], "a string")
    assert [row[0] for row in rows.select(sex(sf.col("a"))).collect()] == ["F", "F", "M", "M", None, None, None]
