"""Reads CSV: Spark parses the rows; this module finds out how the file is written.

The separator is a comma, semicolon, tab or bar: the one that the first line has most of, outside quotation marks. With semicolons, a
decimal comma is a decimal point. The encoding is UTF-8, or Latin-1 where a byte is not UTF-8. A value may have quotation marks, which are
doubled inside it, and line breaks.
"""

from __future__ import annotations

import csv

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf
from pyspark.sql.types import StringType, StructField, StructType

from jobs.faults import JobError
from jobs.python_tables import BAD
from jobs.storage import Entry, Storage

# _HEAD is the number of bytes that hold the line of names. A file that is not longer is looked at here, without a job of Spark.
_HEAD = 1 << 20
_SEPARATORS = ",;\t|"
_CORRUPT = "_corrupt"


def header(name: str, head: bytes) -> tuple[str, list[str]]:
    """Returns the separator and the names of the columns, in capital letters.

    Args:
        name: the file's name, for messages.
        head: the file's first bytes.

    Raises:
        JobError: if the file does not begin with a line of names.
    """
    text = head.decode("utf-8", errors="replace").lstrip("\ufeff")
    line = text.splitlines()[0] if text else ""
    if not line.strip() or "\0" in text:
        raise JobError([f"{name}: is not CSV; its first line must have the names of the variables"])
    outside = "".join(line.split('"')[::2])
    separator = max(_SEPARATORS, key=outside.count)
    return separator, [column.strip().upper() for column in next(csv.reader([line], delimiter=separator))]


def read(spark: SparkSession, storage: Storage, entry: Entry, wanted: tuple[str, ...]) -> tuple[DataFrame, list[str]]:
    """Returns the wanted columns of a file as texts, and the names of all its columns.

    A row with more or fewer values than the first line is bad: its values may be in the wrong columns.

    Raises:
        JobError: if the file is not CSV.
    """
    head = storage.head(entry.uri, _HEAD)
    separator, names = header(entry.name, head)
    latin, breaks = _habits_of(head) if len(head) < _HEAD else _habits(spark, entry)
    fields = [StructField(name if names.count(name) == 1 else f"{name}.{i}", StringType()) for i, name in enumerate(names)]
    rows = spark.read.csv(
        entry.uri, schema=StructType([*fields, StructField(_CORRUPT, StringType())]), sep=separator, header=True, quote='"', escape='"',
        multiLine=breaks, encoding="ISO-8859-1" if latin else "UTF-8", mode="PERMISSIVE", columnNameOfCorruptRecord=_CORRUPT,
        ignoreLeadingWhiteSpace=True, ignoreTrailingWhiteSpace=True, maxCharsPerColumn=-1, maxColumns=20000,
    )  # fmt: skip
    taken = [name for name in wanted if names.count(name) == 1]
    if separator == ";":
        point = {name: sf.regexp_replace(name, r"^(-?\d+),(\d+)$", "$1.$2") for name in taken}
        rows = rows.withColumns(point)
    return rows.select(*taken, sf.col(_CORRUPT).isNotNull().alias(BAD)), names


def _habits(spark: SparkSession, entry: Entry) -> tuple[bool, bool]:
    """Says whether a file has bytes that are not UTF-8, and whether a value has a line break."""
    value = sf.col("value")
    quotes = sf.length(value) - sf.length(sf.replace(value, sf.lit('"'), sf.lit("")))
    found = spark.read.text(entry.uri).agg(sf.max(value.contains("\ufffd")), sf.max(quotes % 2 == 1)).head()
    return bool(found and found[0]), bool(found and found[1])


def _habits_of(whole: bytes) -> tuple[bool, bool]:
    """Says the same of the bytes of a whole file."""
    try:
        whole.decode("utf-8")
        latin = False
    except UnicodeDecodeError:
        latin = True
    return latin, any(line.count(b'"') % 2 for line in whole.splitlines())
