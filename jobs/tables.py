"""Reads the tables of a trial: the allowed variables only, each a text, the same from every format."""

from __future__ import annotations

from typing import Callable, NamedTuple, Optional

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs import codes, csv_tables
from jobs.dictionary import REQUIRED_VARIABLES, VARIABLES
from jobs.faults import JobError
from jobs.finding import Source, find
from jobs.storage import Entry, Storage

Reader = Callable[[SparkSession, Storage, Entry], DataFrame]


def read_parquet(spark: SparkSession, storage: Storage, entry: Entry) -> DataFrame:
    """Returns the rows of a Parquet file, or of a folder that Spark wrote."""
    return spark.read.parquet(entry.uri)


READERS: dict[str, Reader] = {"csv": csv_tables.read, "parquet": read_parquet}


class Input(NamedTuple):
    """What the quality report says of a file: name, format, SHA-256, size in bytes."""

    domain: str
    name: str
    format: str
    sha256: str
    size: int


class Tables(NamedTuple):
    """The tables of a trial.

    Attributes:
        rows: the rows of each domain, a text for each of its VARIABLES; a variable that the table lacks is missing in every row.
        counts: the number of rows of each domain.
        inputs: the files.
        dropped: the variables of each domain that are in the table and are not read.
        ignored: the names of the files that are not read.
    """

    rows: dict[str, DataFrame]
    counts: dict[str, int]
    inputs: list[Input]
    dropped: dict[str, list[str]]
    ignored: tuple[str, ...]

    def get(self, domain: str) -> Optional[DataFrame]:
        """Returns the rows of a domain, None if the trial has no such table."""
        return self.rows.get(domain)


def clean(name: str, kind: str) -> Column:
    """Returns a column as a text without blanks at its ends, null for a missing value. A whole number has no decimal point."""
    column = F.col(name)
    if kind in ("double", "float"):
        whole = (column == F.floor(column)) & (F.abs(column) < 1e15)
        column = F.when(whole, column.cast("long").cast("string")).otherwise(column.cast("string"))
    text = F.trim(column.cast("string"))
    return F.when(~F.upper(text).isin(*codes.MISSING), text)


def _allowed(domain: str, name: str, frame: DataFrame) -> tuple[DataFrame, list[str]]:
    """Returns the allowed variables of a table as texts, and the names of the others."""
    names = [column.strip().upper() for column in frame.columns]
    faults = [f"{name}: the variable {n} is there twice; keep one" for n in sorted(set(names)) if names.count(n) > 1 and n in VARIABLES[domain]]
    for group in REQUIRED_VARIABLES[domain]:
        if not set(group) & set(names):
            faults.append(f"{name}: the variable {' or '.join(group)} is missing; the domain {domain} needs it")
    if faults:
        raise JobError(faults)
    kinds = [kind for _, kind in frame.dtypes]
    frame = frame.toDF(*(f"c{i}" for i in range(len(names))))
    columns = [
        clean(f"c{names.index(variable)}", kinds[names.index(variable)]).alias(variable) if variable in names else F.lit(None).cast("string").alias(variable)
        for variable in VARIABLES[domain]
    ]
    return frame.select(columns), sorted(set(names) - set(VARIABLES[domain]))


def _read_source(spark: SparkSession, storage: Storage, source: Source) -> tuple[DataFrame, list[str]]:
    frames, dropped = [], set()
    for entry in source.entries:
        frame, others = _allowed(source.domain, entry.name, READERS[source.format](spark, storage, entry))
        frames.append(frame)
        dropped.update(others)
    return csv_tables.widest(frames), sorted(dropped)


def _inputs(storage: Storage, source: Source) -> list[Input]:
    """Returns the files of a domain; those of a folder each for itself."""
    files: list[tuple[str, Entry]] = []
    for entry in source.entries:
        if entry.folder:
            files += [(f"{entry.name}/{child.name}", child) for child in storage.children(entry.uri) if not child.folder and child.name[0] not in "._"]
        else:
            files.append((entry.name, entry))
    return [Input(source.domain, name, source.format, storage.digest(file.uri), file.size) for name, file in files]


def load(spark: SparkSession, storage: Storage, folder: str, log: Callable[[str], None]) -> Tables:
    """Reads every domain of a folder.

    Raises:
        JobError: with the faults of all tables.
    """
    found = find(folder, storage.children(folder))
    tables = Tables({}, {}, [], {}, found.ignored)
    faults: list[str] = []
    for domain, source in found.sources.items():
        try:
            frame, tables.dropped[domain] = _read_source(spark, storage, source)
        except JobError as error:
            faults += error.faults
            continue
        anonymous = frame.filter(F.col("USUBJID").isNull()).count()
        if anonymous:
            faults.append(f"{', '.join(e.name for e in source.entries)}: {anonymous} rows have no USUBJID; each row needs its subject")
        tables.rows[domain] = frame
        tables.counts[domain] = frame.count()
        tables.inputs.extend(_inputs(storage, source))
        log(f"Read {', '.join(e.name for e in source.entries)}: {tables.counts[domain]} rows.")
    if not faults and not tables.counts["DM"]:
        faults.append(f"{found.sources['DM'].entries[0].name}: the table has no rows; it must have a row for each subject")
    if faults:
        raise JobError(faults)
    return tables
