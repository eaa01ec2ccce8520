"""Who belongs to the cohort: the randomised subjects who are in the trial and on treatment at their landmark, and at the cut date."""

from __future__ import annotations

import datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as sf

from jobs import codes, dispositions
from jobs.dates import whole_day
from jobs.dispositions import known_by
from jobs.tables import Tables

# REASONS say why a subject is not in the cohort, in the order in which they are tried; the first one counts.
REASONS = {
    "conflicting_demographics": "DM has several rows of the subject, and they differ",
    "invalid_subject": "USUBJID must have 1 to 64 letters, digits, '.', '_' and '-'",
    "screen_failure": "the subject failed screening",
    "not_randomised": "the subject is not randomised",
    "not_treated": "the subject has no dose, or nobody knows the day of its first one",
    "landmark_after_cut": "the landmark is after the cut date: the subject is not long enough in the trial",
    "died_before_landmark": "the subject died on or before the landmark",
    "discontinued_before_landmark": "the subject discontinued on or before the landmark",
    "completed_before_landmark": "the subject completed on or before the landmark",
    "treatment_ended_before_landmark": "the last dose is before the landmark",
    "died_before_cut": "the subject died on or before the cut date",
    "discontinued_before_cut": "the subject discontinued on or before the cut date",
    "completed_before_cut": "the subject completed on or before the cut date",
}

_SUBJECT = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"


def _demography(dm: DataFrame) -> DataFrame:
    """Returns one row for each subject, and how many different rows DM has of it.

    The arm becomes three facts here: whether it says that the subject failed screening, was not assigned, or is assigned. The code itself
    goes on under the name arm only for the check that no feature tells it.
    """
    said = [sf.upper(sf.col(name)) for name in ("ARMCD", "ARM", "ARMNRS")]

    def any_of(values: tuple[str, ...]) -> Column:
        return codes.one_of(said[0], values) | codes.one_of(said[1], values) | codes.one_of(said[2], values)

    rows = dm.select(
        sf.col("USUBJID").alias("subject"),
        sf.col("SITEID").alias("site"),
        sf.coalesce(whole_day("RFSTDTC"), whole_day("RFXSTDTC")).alias("start"),
        whole_day("BRTHDTC").alias("born"), "AGE", "AGEU", "SEX",
        sf.coalesce("ARMCD", "ARM").alias("arm"),
        any_of(codes.SCREEN_FAILURES).alias("arm_failure"),
        any_of(codes.NOT_ASSIGNED).alias("arm_none"),
        codes.one_of(said[0], codes.NOT_TREATED) | codes.one_of(said[2], codes.NOT_TREATED),
        sf.col("DTHDTC_LAST").alias("died"),
    )  # fmt: skip
    rows = rows.toDF(*rows.columns[:-2], "arm_untreated", "died").distinct()
    values = sf.struct(*(name for name in rows.columns if name != "subject"))
    one = rows.groupBy("subject").agg(sf.count("*").alias("versions"), sf.min(values).alias("values"))
    return one.select("subject", "versions", "values.*")


def _exposure(ex: DataFrame, cut: datetime.date | None) -> DataFrame:
    """Returns the doses that had begun by the cut date: subject, begin, end. A dose without an end goes on."""
    rows = ex.filter(~codes.one_of(sf.col("EXOCCUR"), codes.NO)).select(
        sf.col("USUBJID").alias("subject"), sf.col("EXSTDTC_FIRST").alias("begin"), sf.col("EXENDTC_LAST").alias("end")
    )
    return rows.filter(known_by(cut, sf.col("begin")))


def _treatment(doses: DataFrame) -> DataFrame:
    """Returns each subject's first dose and last one: subject, first_dose, last_dose. A last dose without an end is in the year 9999."""
    ongoing = sf.lit("9999-12-31").cast("date")
    last = sf.max(sf.struct("begin", sf.coalesce("end", ongoing).alias("end")))
    return (
        doses.groupBy("subject")
        .agg(sf.min("begin").alias("first_dose"), last.alias("last"))
        .select("subject", "first_dose", sf.col("last.end").alias("last_dose"))
    )


def subjects(tables: Tables, participation: DataFrame, cut: datetime.date | None) -> DataFrame:
    """Returns all subjects of DM with what is known of each: demography, start, ends, doses, and whether it is randomised.

    Args:
        tables: the tables of the trial.
        participation: what jobs.dispositions.participation returns.
        cut: the cut date.
    """
    everyone = _demography(tables.rows["DM"]).join(participation, "subject", "left")
    exposure = tables.get("EX")
    if exposure is not None and tables.counts["EX"]:
        everyone = everyone.join(_treatment(_exposure(exposure, cut)), "subject", "left")
        everyone = everyone.withColumn("start", sf.coalesce("start", "first_dose")).withColumn("treated", sf.col("first_dose").isNotNull())
    else:
        everyone = everyone.withColumn("last_dose", sf.lit(None).cast("date")).withColumn("treated", sf.col("start").isNotNull())
    failed = sf.col("arm_failure") | (
        sf.col("arm").isNull() & sf.coalesce("screen_failure", sf.lit(False)) & ~sf.coalesce("randomised", sf.lit(False))
    )
    return everyone.withColumn("failed", failed).withColumn("in_trial", _randomised(participation))


def _randomised(participation: DataFrame) -> Column:
    """Says whether a subject is randomised: by its arm; without one, by DS; without any such event in the trial, by its start."""
    milestone = bool(participation.filter("randomised").head(1))
    by_event = sf.coalesce("randomised", sf.lit(False)) if milestone else sf.col("start").isNotNull()
    return ~sf.col("failed") & ~sf.col("arm_none") & (sf.col("arm").isNotNull() | by_event)


def judged(everyone: DataFrame, landmark: int, cut: datetime.date | None) -> DataFrame:
    """Adds the end of each subject's window, its landmark, and the reason why it is left out, null if it is in the cohort."""
    end, day = sf.date_add("start", landmark), sf.col("end")
    by_cut = sf.lit(cut is not None)
    conditions = {
        "conflicting_demographics": sf.col("versions") > 1,
        "invalid_subject": ~sf.col("subject").rlike(_SUBJECT),
        "screen_failure": sf.col("failed"),
        "not_randomised": ~sf.col("in_trial"),
        "not_treated": sf.col("arm_untreated") | ~sf.col("treated") | sf.col("start").isNull(),
        "landmark_after_cut": day > sf.lit(cut) if cut else sf.lit(False),
        "died_before_landmark": sf.col("died") <= day,
        "discontinued_before_landmark": sf.col("left") <= day,
        "completed_before_landmark": sf.col("completed") <= day,
        "treatment_ended_before_landmark": sf.col("last_dose") < day,
        "died_before_cut": by_cut & known_by(cut, sf.col("died")),
        "discontinued_before_cut": by_cut & sf.col("left").isNotNull(),
        "completed_before_cut": by_cut & sf.col("completed").isNotNull(),
    }
    reason = sf.lit(None).cast("string")
    for name in reversed(list(REASONS)):
        reason = sf.when(conditions[name], name).otherwise(reason)
    return everyone.withColumn("end", end).withColumn("reason", reason)


def judge(tables: Tables, landmark: int, cut: datetime.date | None) -> DataFrame:
    """Returns all subjects of a trial: what subjects returns, with what judged adds.

    Args:
        tables: the tables of the trial.
        landmark: days from a subject's start to its landmark.
        cut: what happened or was collected later does not exist. None: everything in the tables exists.
    """
    participation = dispositions.participation(dispositions.events(tables.rows["DS"], cut))
    return judged(subjects(tables, participation, cut), landmark, cut)
