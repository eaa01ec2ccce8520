"""Reads the tables of a trial: the allowed variables only, each a text, the same from every format."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Callable, NamedTuple

from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as sf

from jobs import codes, csv_tables, python_tables
from jobs.dates import FIRST, LAST, first_day, last_day
from jobs.dictionary import REQUIRED_VARIABLES, VARIABLES
from jobs.faults import JobError
from jobs.finding import Source, find
from jobs.python_tables import BAD
from jobs.storage import Entry, Storage

# A Reader returns the wanted variables of a file, with BAD, and the names of all of its variables in capital letters.
Reader = Callable[[SparkSession, Storage, Entry, "tuple[str, ...]"], "tuple[DataFrame, list[str]]"]


def read_parquet(spark: SparkSession, storage: Storage, entry: Entry, wanted: tuple[str, ...]) -> tuple[DataFrame, list[str]]:
    """Returns the wanted columns of a Parquet file, or of a folder that Spark wrote, and the names of all its columns."""
    rows = spark.read.parquet(entry.uri)
    names = [column.strip().upper() for column in rows.columns]
    places = {f"c{names.index(name)}": name for name in wanted if names.count(name) == 1}
    rows = rows.toDF(*(f"c{i}" for i in range(len(names))))
    return rows.select(*(sf.col(place).alias(name) for place, name in places.items()), sf.lit(False).alias(BAD)), names


# RANGE are the two days that stand beside a date.
RANGE = ((first_day, FIRST), (last_day, LAST))

READERS: dict[str, Reader] = {
    "csv": csv_tables.read,
    "parquet": read_parquet,
    "xport": python_tables.read_xport,
    "dataset-json": python_tables.read_json,
    "dataset-ndjson": python_tables.read_ndjson,
}


class Input(NamedTuple):
    """A file that the run read: the domain, its name, format, SHA-256 and size in bytes."""

    domain: str
    name: str
    format: str
    sha256: str
    size: int


class Tables(NamedTuple):
    """The tables of a trial.

    Attributes:
        rows: the rows of each domain, a text for each of its VARIABLES; a variable that the table lacks is missing in every row. A date
            has two days beside it, under its name with dates.FIRST and dates.LAST: the range of days that it may mean.
        counts: the number of rows of each domain.
        unreadable: the number of rows of each domain with a date that is not readable.
        inputs: the files.
        dropped: the variables of each domain that are in the table and are not read.
        ignored: the names of the files that are not read.
    """

    rows: dict[str, DataFrame]
    counts: dict[str, int]
    unreadable: dict[str, int]
    inputs: list[Input]
    dropped: dict[str, list[str]]
    ignored: tuple[str, ...]

    def get(self, domain: str) -> DataFrame | None:
        """Returns the rows of a domain, None if the trial has no such table."""
        return self.rows.get(domain)


def clean(name: str, kind: str) -> Column:
    """Returns a column as a text without blanks at its ends, null for a missing value. A whole number has no decimal point.

    Args:
        name: the column's name.
        kind: its type in Spark.
    """
    column = sf.col(name)
    if kind in ("double", "float"):
        whole = (column == sf.floor(column)) & (sf.abs(column) < 1e15)
        column = sf.when(whole, column.cast("long").cast("string")).otherwise(column.cast("string"))
    text = sf.trim(column.cast("string"))
    return sf.when(~sf.upper(text).isin(*codes.MISSING), text).alias(name)


def _dates(domain: str) -> list[str]:
    """Returns the dates among the variables of a domain."""
    return [name for name in VARIABLES[domain] if name.endswith("DTC")]


def _read(spark: SparkSession, storage: Storage, domain: str, form: str, entry: Entry) -> tuple[DataFrame, list[str]]:
    """Returns the allowed variables of a file as texts, and the names of the others."""
    rows, names = READERS[form](spark, storage, entry, VARIABLES[domain])
    faults = [f"{entry.name}: the variable {n} is there twice; keep one" for n in VARIABLES[domain] if names.count(n) > 1]
    for group in REQUIRED_VARIABLES[domain]:
        if not set(group) & set(names):
            faults.append(f"{entry.name}: the variable {' or '.join(group)} is missing; the domain {domain} needs it")
    if faults:
        raise JobError(faults)
    kinds = dict(rows.dtypes)
    columns = [clean(name, kinds[name]) if name in kinds else sf.lit(None).cast("string").alias(name) for name in VARIABLES[domain]]
    days = [day(sf.col(name)).alias(name + end) for name in _dates(domain) for day, end in RANGE]
    return rows.select(*columns, BAD).select("*", *days), sorted(set(names) - set(VARIABLES[domain]))


def _read_source(spark: SparkSession, storage: Storage, source: Source) -> tuple[DataFrame, int, int, list[str]]:
    """Returns the rows of a domain, their number, that of rows with a date that is not readable, and the variables that are not read."""
    faults: list[str] = []
    whole: DataFrame | None = None
    count, unreadable, others = 0, 0, set()
    for entry in source.entries:
        rows, dropped = _read(spark, storage, source.domain, source.format, entry)
        rows = rows.persist(StorageLevel.MEMORY_AND_DISK)
        wrong = reduce(
            Column.__or__, (sf.col(date).isNotNull() & sf.col(date + LAST).isNull() for date in _dates(source.domain)), sf.lit(False)
        )
        conditions = (sf.lit(True), sf.col(BAD), ~sf.col(BAD) & sf.col("USUBJID").isNull(), wrong)
        found, bad, anonymous, undated = rows.agg(*(sf.count_if(condition) for condition in conditions)).collect()[0]
        if bad:
            faults.append(f"{entry.name}: {bad} rows do not have a value for each variable; write the table again")
        if anonymous:
            faults.append(f"{entry.name}: {anonymous} rows have no USUBJID; each row needs its subject")
        count += found
        unreadable += undated
        others.update(dropped)
        rows = rows.drop(BAD)
        whole = rows if whole is None else whole.union(rows)
    if faults or whole is None:
        raise JobError(faults)
    return whole, count, unreadable, sorted(others)


def _inputs(storage: Storage, source: Source) -> list[Input]:
    """Returns the files of a domain; those of a folder each for itself."""
    files: list[tuple[str, Entry]] = []
    for entry in source.entries:
        if entry.folder:
            inside = [child for child in storage.children(entry.uri) if not child.folder and child.name[0] not in "._"]
            files += [(f"{entry.name}/{child.name}", child) for child in inside]
        else:
            files.append((entry.name, entry))
    return [Input(source.domain, name, source.format, storage.digest(file.uri), file.size) for name, file in files]


def load(
    spark: SparkSession, storage: Storage, folder: str, log: Callable[[str], None], domains: Sequence[str] = tuple(VARIABLES)
) -> Tables:
    """Reads the tables of a folder.

    Args:
        spark: the session.
        storage: its file systems.
        folder: a folder or an S3 prefix.
        log: is told of each table.
        domains: the domains to read.

    Raises:
        JobError: with the faults of all tables.
    """
    found = find(folder, storage.children(folder))
    tables = Tables({}, {}, {}, [], {}, found.ignored)
    faults: list[str] = []
    for domain, source in found.sources.items():
        if domain not in domains:
            continue
        try:
            tables.rows[domain], tables.counts[domain], tables.unreadable[domain], tables.dropped[domain] = _read_source(
                spark, storage, source
            )
        except JobError as error:
            faults += error.faults
            continue
        tables.inputs.extend(_inputs(storage, source))
        log(f"Read {', '.join(e.name for e in source.entries)}: {tables.counts[domain]} rows.")
    if tables.counts.get("DM") == 0:
        faults.append(f"{found.sources['DM'].entries[0].name}: the table has no rows; it must have a row for each subject")
    if faults:
        raise JobError(faults)
    return tables
