"""The run of jobs/outcomes.py: the outcome of each subject that was at risk at its landmark."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as sf

from jobs import arguments, population
from jobs.arguments import OutcomeArguments
from jobs.dispositions import known_by
from jobs.extraction import ended, log, session, tune
from jobs.storage import Storage
from jobs.tables import load
from jobs.writing import Outputs, line

# _KINDS say what a reason of a discontinuation means, as regular expressions in the order in which they are tried.
_KINDS = (
    (r"^(DEATH|DIED|DEAD)$", "died"),
    (r"LOST TO FOLLOW", "lost_to_follow_up"),
    (r"WITHDR|CONSENT", "withdrew_from_study"),
)


def outcomes(everyone: DataFrame, cut: datetime.date | None) -> DataFrame:
    """Returns the outcomes that are known: subject, outcome, disposition, reason, date.

    The outcome is 1 for a discontinuation or death after the landmark and 0 for a completion. A subject that was not at risk at its
    landmark, and one whose end is unknown, has no row.

    Args:
        everyone: what jobs.population.judge returns.
        cut: the cut date of everyone.
    """
    at_risk = sf.col("reason").isNull() | sf.col("reason").endswith("_before_cut")
    died = sf.col("left").isNull() & sf.col("completed").isNull() & known_by(cut, sf.col("died"))
    outcome = sf.when(sf.col("left").isNotNull() | died, 1).when(sf.col("completed").isNotNull(), 0)
    reason = sf.when(sf.col("left").isNotNull(), sf.col("left_code")).when(died, "DEATH").otherwise("COMPLETED")
    kind: Column = sf.when(outcome == 0, "completed")
    for pattern, name in _KINDS:
        kind = kind.when(reason.rlike(pattern), name)
    date = sf.coalesce("left", sf.when(died, sf.col("died")), "completed")
    rows = everyone.filter(at_risk & outcome.isNotNull())
    return rows.select(
        "subject",
        outcome.alias("outcome"),
        kind.otherwise("discontinued_treatment").alias("disposition"),
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
    found = outcomes(population.judge(tables, options.landmark, options.cut), options.cut)
    outputs, counts = Outputs(storage, options.output), [0, 0]
    try:
        with outputs.open(options.output) as file:
            for row in found.orderBy("subject").toLocalIterator():
                counts[row["outcome"]] += 1
                file.write(line(row.asDict()) + "\n")
        outputs.publish()
    finally:
        outputs.discard()
    log(f"Wrote the outcomes of {sum(counts)} subjects to {options.output}: {counts[1]} discontinued, {counts[0]} completed.")


def main(words: Sequence[str]) -> int:
    """Runs jobs/outcomes.py with the words of its command line, and returns its exit code."""
    return ended(lambda: label(arguments.parse_outcomes(words)))
