"""Writers of the tables, one for each format. They take the rows of subject after subject; XPORT alone holds its tables in memory."""

from __future__ import annotations

import csv
import datetime
import importlib
import json
import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Protocol

from jobs.synthetic.columns import COLUMNS, TITLES, Column
from jobs.synthetic.tables import Row, Value

# LARGEST_XPORT is the number of subjects up to which XPORT is written: its writer needs whole tables.
LARGEST_XPORT = 5000


class Writer(Protocol):
    """Writes one table."""

    def add(self, rows: Sequence[Row]) -> None:
        """Adds rows."""

    def close(self) -> None:
        """Completes the file."""


def _number(value: Value) -> Value:
    """Returns a number as JSON and CSV show it: without a fraction that is zero."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class CsvWriter:
    """Writes CSV with a header; a missing value is an empty cell."""

    def __init__(self, folder: Path, domain: str, study: str) -> None:
        del study
        self.columns = COLUMNS[domain]
        self.file = (folder / f"{domain.lower()}.csv").open("w", newline="", encoding="utf-8")
        self.writer = csv.writer(self.file, lineterminator="\n")
        self.writer.writerow([column.name for column in self.columns])

    def add(self, rows: Sequence[Row]) -> None:
        """Adds rows."""
        self.writer.writerows([_number(row.get(column.name)) for column in self.columns] for row in rows)

    def close(self) -> None:
        """Completes the file."""
        self.file.close()


class DatasetJsonWriter:
    """Writes Dataset-JSON 1.1: https://cdisc-org.github.io/DataExchange-DatasetJson/doc/dataset-json1-1.html."""

    def __init__(self, folder: Path, domain: str, study: str) -> None:
        self.path, self.domain, self.study, self.columns = folder / f"{domain.lower()}.json", domain, study, COLUMNS[domain]
        self.rows: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed by close
        self.count = 0

    def add(self, rows: Sequence[Row]) -> None:
        """Adds rows."""
        for row in rows:
            self.rows.write((",\n" if self.count else "") + json.dumps([_number(row.get(column.name)) for column in self.columns]))
            self.count += 1

    def _column(self, column: Column) -> dict[str, Any]:
        return {
            "itemOID": f"IT.{self.domain}.{column.name}",
            "name": column.name,
            "label": column.label,
            "dataType": "float" if column.number else "string",
        }

    def close(self) -> None:
        """Completes the file: the number of rows stands before them."""
        about = {
            "datasetJSONCreationDateTime": "2026-01-01T00:00:00Z",
            "datasetJSONVersion": "1.1.0",
            "fileOID": f"synthetic.{self.study}.{self.domain}",
            "originator": "clinical-risk-pipeline",
            "studyOID": self.study,
            "metaDataVersionOID": "MDV.SYNTHETIC",
            "itemGroupOID": f"IG.{self.domain}",
            "records": self.count,
            "name": self.domain,
            "label": TITLES[self.domain],
            "columns": [self._column(column) for column in self.columns],
        }
        with self.path.open("w", encoding="utf-8") as file, self.rows:
            file.write(json.dumps(about)[:-1] + ', "rows": [\n')
            self.rows.seek(0)
            for line in self.rows:
                file.write(line)
            file.write("\n]}\n")


class ParquetWriter:
    """Writes Parquet, a row group for some thousand rows."""

    GROUP = 20_000

    def __init__(self, folder: Path, domain: str, study: str) -> None:
        del study
        pa, pq = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
        self.columns, self.pa = COLUMNS[domain], pa
        self.schema = pa.schema([(column.name, pa.float64() if column.number else pa.string()) for column in self.columns])
        self.writer = pq.ParquetWriter(folder / f"{domain.lower()}.parquet", self.schema)
        self.pending: list[Row] = []

    def add(self, rows: Sequence[Row]) -> None:
        """Adds rows."""
        self.pending.extend(rows)
        if len(self.pending) >= self.GROUP:
            self._flush()

    def _flush(self) -> None:
        values = {column.name: [row.get(column.name) for row in self.pending] for column in self.columns}
        self.writer.write_table(self.pa.table(values, schema=self.schema))
        self.pending = []

    def close(self) -> None:
        """Completes the file."""
        self._flush()
        self.writer.close()


class XportWriter:
    """Writes XPORT version 5, as agencies take it."""

    def __init__(self, folder: Path, domain: str, study: str) -> None:
        del study
        self.path, self.domain, self.columns = folder / f"{domain.lower()}.xpt", domain, COLUMNS[domain]
        self.kept: list[Row] = []

    def add(self, rows: Sequence[Row]) -> None:
        """Adds rows."""
        self.kept.extend(rows)

    def close(self) -> None:
        """Completes the file."""
        pd, pyreadstat = importlib.import_module("pandas"), importlib.import_module("pyreadstat")
        table = pd.DataFrame(
            {
                column.name: [
                    (math.nan if value is None else value) if column.number else (value or "")
                    for value in (row.get(column.name) for row in self.kept)
                ]
                for column in self.columns
            }
        )
        labels = [column.label for column in self.columns]
        pyreadstat.write_xport(
            table, str(self.path), file_label=TITLES[self.domain], column_labels=labels, table_name=self.domain, file_format_version=5
        )


FORMATS: dict[str, Any] = {"csv": CsvWriter, "json": DatasetJsonWriter, "parquet": ParquetWriter, "xpt": XportWriter}


def summary_rows(study: str, subjects: int, first_day: datetime.date) -> list[Row]:
    """Returns the rows of TS."""
    facts = (
        ("TITLE", "Trial Title", "A synthetic trial"),
        ("PLANSUB", "Planned Number of Subjects", str(subjects)),
        ("SSTDTC", "Study Start Date", first_day.isoformat()),
        ("TBLIND", "Trial Blinding Schema", "DOUBLE BLIND"),
        ("INDIC", "Trial Disease/Condition Indication", "Mild cognitive impairment"),
    )
    return [
        {"STUDYID": study, "DOMAIN": "TS", "TSSEQ": float(i), "TSPARMCD": code, "TSPARM": label, "TSVAL": value}
        for i, (code, label, value) in enumerate(facts, 1)
    ]
