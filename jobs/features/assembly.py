"""Puts the families of features together."""

from __future__ import annotations

from functools import reduce
from typing import Callable

from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

from jobs import codes
from jobs.dictionary import NAMES, NUMBERS
from jobs.features import adverse_events, dosing, history, questionnaires, visits, vitals
from jobs.tables import Tables

Family = Callable[[DataFrame, DataFrame], DataFrame]

# _FAMILIES are the features of one domain each.
_FAMILIES: dict[str, Family] = {
    "AE": adverse_events.features,
    "SV": visits.features,
    "EX": dosing.features,
    "VS": vitals.features,
    "CM": history.medications,
    "MH": history.conditions,
    "QS": questionnaires.features,
}

# _COUNTS are features that are 0 where the table is there and has nothing of the subject. A trial without the table has null: nobody knows.
_COUNTS = {
    "AE": ("ae_count", "ae_serious_count", "ae_severe_count", "ae_related_count"),
    "CM": ("medication_count",),
    "MH": ("medical_history_count",),
}


def build(tables: Tables, cohort: DataFrame, more: list[DataFrame]) -> DataFrame:
    """Returns subject, site, arm and every feature of the dictionary, a row for each subject of the cohort.

    Args:
        tables: the tables of the trial.
        cohort: what jobs.population.judged returns, without those who are left out.
        more: features that come from the subjects themselves.
    """
    window = cohort.select("subject", "start", "end")
    families = [family(rows, window) for domain, family in _FAMILIES.items() for rows in [tables.get(domain)] if rows is not None]
    numbers = [_long(frame) for frame in (*families, *more)]
    wide = reduce(DataFrame.union, numbers).groupBy("subject").pivot("name", list(NUMBERS)).agg(sf.max("value"))
    whole = cohort.select("subject", "site", "arm", codes.sex(sf.col("SEX")).alias("sex")).join(wide, "subject", "left")
    counted = {name for domain, names in _COUNTS.items() if tables.get(domain) is not None for name in names}
    columns = [sf.coalesce(name, sf.lit(0.0)).alias(name) if name in counted else sf.col(name) for name in NAMES]
    return whole.select("subject", "site", "arm", *columns)


def _long(frame: DataFrame) -> DataFrame:
    """Returns numbers in rows: subject, name, value."""
    return frame.unpivot("subject", [name for name in frame.columns if name != "subject"], "name", "value")
