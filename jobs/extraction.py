"""The run of jobs/etl.py: from the arguments to the files."""

from __future__ import annotations

import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Sequence

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

import jobs
from jobs import arguments, dispositions, guards, population, publishing
from jobs.arguments import Arguments
from jobs.faults import JobError
from jobs.features import assembly, demography, sites
from jobs.storage import Storage
from jobs.tables import Tables, load

# SETTINGS are what the results depend on; a cluster's own defaults do not change them.
SETTINGS = {
    "spark.sql.ansi.enabled": "false",
    "spark.sql.csv.parser.columnPruning.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "false",
}


# _SMALL is the size in bytes up to which the tables are those of a small trial.
_SMALL = 1 << 28


def log(text: str) -> None:
    """Prints a line about the run's progress, which has no subject data."""
    print(f"etl: {text}", flush=True)


def session(name: str) -> SparkSession:
    """Returns the Spark session of the job. Workers get the package, where the script found it in a folder."""
    spark = SparkSession.builder.appName(name).getOrCreate()
    for key, value in SETTINGS.items():
        spark.conf.set(key, value)
    spark.sparkContext.setLogLevel("WARN")
    folder = Path(jobs.__file__).resolve().parent
    if folder.is_dir():
        package = Path(tempfile.mkdtemp()) / "jobs.zip"
        with zipfile.ZipFile(package, "w") as packed:
            for file in sorted(folder.rglob("*.py")):
                packed.write(file, Path("jobs") / file.relative_to(folder))
        spark.sparkContext.addPyFile(str(package))
    return spark


def tune(spark: SparkSession, tables: Tables) -> None:
    """Chooses the number of partitions after a shuffle by the size of the tables, unless the cluster does.

    Planning a stage again after each one, as adaptive execution does, costs a small trial more than it gains.
    """
    size, given = sum(table.size for table in tables.inputs), spark.sparkContext.getConf().contains
    if not given("spark.sql.shuffle.partitions"):
        spark.conf.set("spark.sql.shuffle.partitions", str(max(spark.sparkContext.defaultParallelism, size >> 24)))
    if not given("spark.sql.adaptive.enabled"):
        spark.conf.set("spark.sql.adaptive.enabled", str(size > _SMALL).lower())


def extract(spark: SparkSession, options: Arguments) -> None:
    """Writes the cohort, the quality report and those who are left out; with a subject, the features of that subject only.

    Raises:
        JobError: with every fault of the tables.
    """
    storage = Storage(spark)
    tables = load(spark, storage, options.input, log)
    tune(spark, tables)
    participation = dispositions.participation(dispositions.events(tables.rows["DS"], options.cut))
    everyone = population.judged(population.subjects(tables, participation, options.cut), options.landmark, options.cut).cache()
    cohort = everyone.filter(F.col("reason").isNull())
    features = assembly.build(tables, cohort, [demography.features(cohort), sites.features(everyone, cohort)]).cache()
    guards.check_names([name for name in features.columns if name not in ("subject", "site", "arm")])
    result = publishing.Result(features, everyone)
    if options.subject:
        publishing.publish_subject(storage, options, result, log)
    else:
        publishing.publish_cohort(storage, options, tables, result, log)


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
