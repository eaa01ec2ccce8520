"""The run of jobs/outcomes.py: the outcome of each subject that was at risk at its landmark."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as sf

from jobs import arguments, codes, dispositions, population
from jobs.arguments import OutcomeArguments
from jobs.dispositions import known_by
from jobs.extraction import ended, log, session, tune
from jobs.storage import Storage
from jobs.tables import load
from jobs.writing import Outputs, line

# _KINDS say what a reason of a discontinuation means, as regular expressions in the order in which they are tried.
_KINDS = (
    (r"^(DEATH|DIED|DEAD)$", "died"),
    (codes.LOST, "lost_to_follow_up"),
    (codes.WITHDRAWN, "withdrew_from_study"),
)


def _two(cut: datetime.date | None) -> list[Column]:
    """Returns the columns of the two outcomes: status, reason and date of the treatment and of the study.

    Who left the study also discontinued the treatment, and who completed it completed the treatment, unless DS says otherwise. A death ends
    both, except what was completed before.
    """
    died = known_by(cut, sf.col("died"))
    death = sf.when(died, sf.struct(sf.col("died").alias("day"), sf.lit("DEATH").alias("code")))
    study_done = sf.coalesce("study_done", sf.when(~sf.col("separate") & ~died, sf.col("treatment_done")))
    study_left = sf.coalesce("study_left", sf.when(study_done.isNull(), death))
    treatment_done = sf.coalesce("treatment_done", sf.when(study_left.isNull(), study_done))
    treatment_left = sf.coalesce("treatment_left", sf.when(treatment_done.isNull(), study_left))
    columns = []
    for name, left, done, word in (
        ("treatment", treatment_left, treatment_done, "discontinued"),
        ("study", study_left, study_done, "withdrew"),
    ):
        status = sf.when(left.isNotNull(), word).when(done.isNotNull(), "completed").otherwise("ongoing")
        columns += [
            status.alias(f"{name}_status"),
            left["code"].alias(f"{name}_reason"),
            sf.coalesce(left["day"], done).cast("string").alias(f"{name}_date"),
        ]
    return columns


def outcomes(everyone: DataFrame, ends: DataFrame, cut: datetime.date | None) -> DataFrame:
    """Returns a row for each subject that was at risk at its landmark.

    The columns are subject and site; treatment_status (completed, discontinued or ongoing), treatment_reason and treatment_date;
    study_status (completed, withdrew or ongoing), study_reason and study_date; and outcome, disposition, reason and date, which a model is
    trained on. The outcome is 1 for a discontinuation or death after the landmark, 0 for a completion, and null if the end is not known.

    Args:
        everyone: what jobs.population.judge returns.
        ends: what jobs.dispositions.two_ends returns.
        cut: the cut date of everyone.
    """
    at_risk = sf.col("reason").isNull() | sf.col("reason").endswith("_before_cut")
    died = sf.col("left").isNull() & sf.col("completed").isNull() & known_by(cut, sf.col("died"))
    outcome = sf.when(sf.col("left").isNotNull() | died, 1).when(sf.col("completed").isNotNull(), 0)
    reason = sf.when(sf.col("left").isNotNull(), sf.col("left_code")).when(died, "DEATH").when(sf.col("completed").isNotNull(), "COMPLETED")
    kind: Column = sf.when(outcome == 0, "completed")
    for pattern, name in _KINDS:
        kind = kind.when(reason.rlike(pattern), name)
    kind = kind.when(outcome == 1, "discontinued_treatment")
    date = sf.coalesce("left", sf.when(died, sf.col("died")), "completed")
    rows = everyone.filter(at_risk).join(ends, "subject", "left").fillna({"separate": False})
    return rows.select(
        "subject",
        "site",
        *_two(cut),
        outcome.alias("outcome"),
        kind.alias("disposition"),
        reason.alias("reason"),
        date.cast("string").alias("date"),
    )


def label(options: OutcomeArguments) -> None:
    """Writes the outcomes, one object in a line for each subject.

    Raises:
        JobError: with every fault of the tables.
    """
    spark = session("clinical-risk-outcomes")
    storage = Storage(spark)
    tune(spark, storage, options.input)
    tables = load(spark, storage, options.input, log, ("DM", "DS", "EX"))
    ends = dispositions.two_ends(dispositions.events(tables.rows["DS"], options.cut))
    found = outcomes(population.judge(tables, options.landmark, options.cut), ends, options.cut)
    outputs, counts = Outputs(storage, options.output), dict.fromkeys((1, 0, None), 0)
    try:
        with outputs.open(options.output) as file:
            for row in found.orderBy("subject").toLocalIterator():
                counts[row["outcome"]] += 1
                file.write(line(row.asDict()) + "\n")
        outputs.publish()
    finally:
        outputs.discard()
    log(
        f"Wrote the outcomes of {sum(counts.values())} subjects to {options.output}: "
        f"{counts[1]} discontinued, {counts[0]} completed, {counts[None]} not known yet."
    )


def main(words: Sequence[str]) -> int:
    """Runs jobs/outcomes.py with the words of its command line, and returns its exit code."""
    return ended(lambda: label(arguments.parse_outcomes(words)))
