"""Puts the families of features together."""

from __future__ import annotations

from typing import Callable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.dictionary import FEATURES
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
_COUNTS = {"AE": ("ae_count", "ae_serious_count", "ae_severe_count", "ae_related_count"), "CM": ("medication_count",), "MH": ("medical_history_count",)}


def build(tables: Tables, cohort: DataFrame, more: list[DataFrame]) -> DataFrame:
    """Returns subject, site, arm and every feature of the dictionary, a row for each subject of the cohort.

    Args:
        cohort: what jobs.population.judged returns, without those who are left out.
        more: features that come from the subjects themselves.
    """
    whole = cohort.select("subject", "site", "arm")
    slim = cohort.select("subject", "start", "end")
    for domain, family in _FAMILIES.items():
        rows = tables.get(domain)
        if rows is None:
            continue
        whole = whole.join(family(rows, slim), "subject", "left")
        for name in _COUNTS.get(domain, ()):
            whole = whole.withColumn(name, F.coalesce(name, F.lit(0.0)))
    for frame in more:
        whole = whole.join(frame, "subject", "left")

    def column(name: str, kind: str) -> Column:
        kind = "double" if kind == "number" else "string"
        return F.col(name).cast(kind) if name in whole.columns else F.lit(None).cast(kind).alias(name)

    return whole.select("subject", "site", "arm", *(column(f.name, f.kind) for f in FEATURES))
