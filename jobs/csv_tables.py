"""Reads CSV: Spark parses the rows; this module finds out how the file is written.

The separator is a comma, semicolon, tab or bar: the one that the first line has most of, outside quotation marks. The encoding is UTF-8,
or Latin-1 where the bytes are not UTF-8. A value may have quotation marks, which are doubled inside it, and line breaks.
"""

from __future__ import annotations

import codecs
import csv
from typing import Sequence

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructField, StructType

from jobs.faults import JobError
from jobs.storage import Entry, Storage

# _HEAD is the number of bytes that tell separator, encoding and columns.
_HEAD = 1 << 20
_SEPARATORS = ",;\t|"
_CORRUPT = "_corrupt_row"


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def header(name: str, head: bytes) -> tuple[str, list[str]]:
    """Returns the separator and the names of the columns.

    Args:
        name: the file's name, for messages.
        head: the file's first bytes.

    Raises:
        JobError: if the file has no line of column names.
    """
    text = head.decode("utf-8" if _is_utf8(head) else "latin-1", errors="replace").lstrip("\ufeff")
    line = next((line for line in text.splitlines() if line.strip()), "")
    if not line or "\0" in text:
        raise JobError([f"{name}: is not CSV; the first line must have the names of the variables"])
    outside = "".join(line.split('"')[::2])
    separator = max(_SEPARATORS, key=outside.count)
    return separator, [column.strip() for column in next(csv.reader([line], delimiter=separator))]


def read(spark: SparkSession, storage: Storage, entry: Entry) -> DataFrame:
    """Returns the rows of a file, a text for each column of its header.

    Raises:
        JobError: if the file is not CSV, or a row has more or fewer values than the header.
    """
    head = storage.head(entry.uri, _HEAD)
    separator, columns = header(entry.name, head)
    raw = spark.read.text(entry.uri)
    latin = not _is_utf8(head) or bool(raw.filter(F.col("value").contains("\ufffd")).head(1))
    quotes = F.length("value") - F.length(F.replace(F.col("value"), F.lit('"'), F.lit("")))
    breaks = bool(raw.filter(quotes % 2 == 1).head(1))
    fields = [StructField(f"c{i}", StringType()) for i in range(len(columns))] + [StructField(_CORRUPT, StringType())]
    rows = spark.read.csv(
        entry.uri, schema=StructType(fields), sep=separator, header=True, quote='"', escape='"', multiLine=breaks, enforceSchema=True,
        encoding="ISO-8859-1" if latin else "UTF-8", mode="PERMISSIVE", columnNameOfCorruptRecord=_CORRUPT, ignoreLeadingWhiteSpace=True,
        ignoreTrailingWhiteSpace=True, maxCharsPerColumn=-1,
    )  # fmt: skip
    ragged = rows.select("c0", _CORRUPT).filter(F.col(_CORRUPT).isNotNull()).count()
    if ragged:
        raise JobError([f"{entry.name}: {ragged} rows do not have {len(columns)} values, as the header has; write the table again"])
    return rows.select([F.col(f"c{i}") for i in range(len(columns))]).toDF(*columns)


def widest(rows: Sequence[DataFrame]) -> DataFrame:
    """Returns the rows of several tables as one; a column that a table lacks is missing there."""
    whole = rows[0]
    for more in rows[1:]:
        whole = whole.unionByName(more, allowMissingColumns=True)
    return whole
