"""The run of jobs/etl.py: from the arguments to the files."""

from __future__ import annotations

import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Sequence

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import jobs
from jobs import arguments, dispositions, population
from jobs.arguments import Arguments
from jobs.dictionary import NAMES
from jobs.faults import JobError
from jobs.features import assembly, demography, sites
from jobs.storage import Storage
from jobs.tables import Tables, load
from jobs.writing import Outputs, line

# SETTINGS are what the results depend on; a cluster's own defaults do not change them.
SETTINGS = {
    "spark.sql.ansi.enabled": "false",
    "spark.sql.csv.parser.columnPruning.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "false",
}


def log(text: str) -> None:
    """Prints a line about the run's progress, which has no subject data."""
    print(f"etl: {text}", flush=True)


def session(name: str) -> SparkSession:
    """Returns the Spark session of the job. Workers get the package, where the script found it in a folder."""
    spark = SparkSession.builder.appName(name).getOrCreate()
    for key, value in SETTINGS.items():
        spark.conf.set(key, value)
    folder = Path(jobs.__file__).resolve().parent
    if folder.is_dir():
        package = Path(tempfile.mkdtemp()) / "jobs.zip"
        with zipfile.ZipFile(package, "w") as packed:
            for file in sorted(folder.rglob("*.py")):
                packed.write(file, Path("jobs") / file.relative_to(folder))
        spark.sparkContext.addPyFile(str(package))
    return spark


def tune(spark: SparkSession, tables: Tables) -> None:
    """Chooses the number of partitions after a shuffle by the size of the tables, unless the cluster does."""
    if not spark.sparkContext.getConf().contains("spark.sql.shuffle.partitions"):
        partitions = max(spark.sparkContext.defaultParallelism, sum(table.size for table in tables.inputs) >> 24)
        spark.conf.set("spark.sql.shuffle.partitions", str(partitions))


def extract(spark: SparkSession, options: Arguments) -> None:
    """Writes the cohort, the quality report and those who are left out.

    Raises:
        JobError: with every fault of the tables.
    """
    storage = Storage(spark)
    tables = load(spark, storage, options.input, log)
    tune(spark, tables)
    rows = dispositions.events(tables.rows["DS"], options.cut)
    everyone = population.judged(population.subjects(tables, dispositions.participation(rows), options.cut), options.landmark, options.cut).cache()
    cohort = everyone.filter(F.col("reason").isNull())
    features = assembly.build(tables, cohort, [demography.features(cohort), sites.features(everyone, cohort)]).cache()
    outputs = Outputs(storage, options.output)
    try:
        write(outputs, options, storage, features, everyone, tables)
        outputs.publish()
    finally:
        outputs.discard()


def write(outputs: Outputs, options: Arguments, storage: Storage, features: DataFrame, everyone: DataFrame, tables: Tables) -> None:
    written = 0
    with outputs.open(options.output) as file:
        for row in features.orderBy("subject").toLocalIterator():
            file.write(line({"subject": row["subject"], "site": row["site"], "features": {name: row[name] for name in NAMES}}) + "\n")
            written += 1
    log(f"{written} subjects are in the cohort.")
    excluded = everyone.filter(F.col("reason").isNotNull()).select("subject", "site", "reason")
    count = 0
    with outputs.open(storage.sibling(options.output, "excluded.jsonl")) as file:
        for row in excluded.orderBy("subject").toLocalIterator():
            file.write(line({**row.asDict(), "detail": population.REASONS[row["reason"]]}) + "\n")
            count += 1
    log(f"{count} subjects are left out.")


def main(words: Sequence[str]) -> int:
    """Runs the job and returns its exit code: 0, 1 for faults of the tables, 2 for faults of the arguments."""
    try:
        options = arguments.parse(words)
        extract(session("clinical-risk-features"), options)
    except JobError as error:
        for fault in error.faults:
            print(f"etl: {fault}", file=sys.stderr, flush=True)
        return error.code
    return 0
