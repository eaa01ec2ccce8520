"""Reads with Spark what Spark itself does not read: XPORT and Dataset-JSON.

Python workers read a file where they run. A file of this machine is read in place by a local Spark; Spark copies any other file to each
executor first, so a table needs as much room on its disk.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

from pyspark import SparkFiles
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import BooleanType, StringType, StructField, StructType

from jobs import dataset_json, xport
from jobs.faults import JobError
from jobs.storage import Entry, Storage

# BAD is the column that says that a row cannot be read.
BAD = "_bad"

# _BYTES_OF_A_TASK is the number of bytes of XPORT that one task reads.
_BYTES_OF_A_TASK = 8 << 20

Locate = Callable[[], str]


def _locate(spark: SparkSession, entry: Entry) -> Locate:
    """Returns a function that gives the path of a file where it is called: on the driver or on an executor."""
    local = str(spark.sparkContext.master).startswith("local") and entry.uri.startswith("file:")
    if local:
        path = entry.uri[len("file:") :]
        return lambda: path
    spark.sparkContext.addFile(entry.uri)
    name = entry.name
    return lambda: SparkFiles.get(name)


def _schema(names: list[str]) -> StructType:
    return StructType([*(StructField(name, StringType()) for name in names), StructField(BAD, BooleanType())])


def read_xport(spark: SparkSession, storage: Storage, entry: Entry, wanted: tuple[str, ...]) -> tuple[DataFrame, list[str]]:
    """Returns the wanted variables of a file as texts, and the names of all its variables.

    Raises:
        JobError: if the file is not XPORT version 5.
    """
    try:
        plan = xport.layout(storage.head(entry.uri, xport.HEAD), entry.size)
    except ValueError as error:
        raise JobError([f"{entry.name}: {error}"]) from None
    names = [variable.name for variable in plan.variables]
    taken = tuple(name for name in wanted if name in names)
    locate = _locate(spark, entry)

    def read(begin: int) -> Iterator[tuple[object | None, ...]]:
        with Path(locate()).open("rb") as file:
            for row in xport.rows(file, plan, taken, begin, min(begin + step, plan.rows)):
                yield (*(dataset_json.cell(value) for value in row), False)

    step = max(1, _BYTES_OF_A_TASK // plan.row)
    begins = list(range(0, plan.rows, step))
    rows = spark.sparkContext.parallelize(begins, max(1, len(begins))).flatMap(read)
    return spark.createDataFrame(rows, _schema(list(taken)), verifySchema=False), names


def _picker(names: list[str], wanted: tuple[str, ...]) -> Callable[[object], tuple[object | None, ...]]:
    """Returns a function that makes a row of Dataset-JSON one of the wanted columns."""
    places = [names.index(name) for name in wanted]

    def pick(row: object) -> tuple[object | None, ...]:
        values = dataset_json.cells(row, len(names))
        if values is None:
            return (*(None for _ in places), True)
        return (*(values[place] for place in places), False)

    return pick


def read_json(spark: SparkSession, storage: Storage, entry: Entry, wanted: tuple[str, ...]) -> tuple[DataFrame, list[str]]:
    """Returns the wanted columns of a Dataset-JSON file as texts, and the names of all its columns. One task reads the file.

    Raises:
        JobError: if the file is not Dataset-JSON 1.1.
    """
    locate = _locate(spark, entry)
    try:
        with Path(locate()).open(encoding="utf-8") as file:
            names = dataset_json.columns(dataset_json.metadata(file))
    except UnicodeDecodeError:
        raise JobError([f"{entry.name}: is not UTF-8; write the table again"]) from None
    except ValueError as error:
        raise JobError([f"{entry.name}: {error}"]) from None
    taken = tuple(name for name in wanted if name in names)
    pick = _picker(names, taken)

    def read(_: int) -> Iterator[tuple[object | None, ...]]:
        with Path(locate()).open(encoding="utf-8") as file:
            try:
                for name, row in dataset_json.members(file):
                    if name == "rows":
                        yield pick(row)
            except ValueError:
                yield pick(None)

    rows = spark.sparkContext.parallelize([0], 1).flatMap(read)
    return spark.createDataFrame(rows, _schema(list(taken)), verifySchema=False), names


def read_ndjson(spark: SparkSession, storage: Storage, entry: Entry, wanted: tuple[str, ...]) -> tuple[DataFrame, list[str]]:
    """Returns the wanted columns of Dataset-JSON in lines as texts, and the names of all its columns.

    Raises:
        JobError: if the first line is not the object of Dataset-JSON 1.1.
    """
    first = storage.head(entry.uri, xport.HEAD).split(b"\n", 1)[0]
    try:
        names = dataset_json.columns(json.loads(first.decode("utf-8-sig")))
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise JobError([f"{entry.name}: is not Dataset-JSON 1.1; its first line must be an object with the columns"]) from None
    except ValueError as error:
        raise JobError([f"{entry.name}: {error}"]) from None
    taken = tuple(name for name in wanted if name in names)
    pick = _picker(names, taken)

    def read(line: str) -> Iterator[tuple[object | None, ...]]:
        try:
            row = json.loads(line.lstrip("\ufeff")) if line.strip() else {}
        except json.JSONDecodeError:
            row = None
        if not isinstance(row, dict):
            yield pick(row)

    rows = spark.read.text(entry.uri).rdd.flatMap(lambda r: read(r[0]))
    return spark.createDataFrame(rows, _schema(list(taken)), verifySchema=False), names
