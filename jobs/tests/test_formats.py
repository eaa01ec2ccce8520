"""The same trial in every format gives the same bytes, whatever the cores and the run."""

from __future__ import annotations

import gzip

import pytest

from jobs.faults import JobError
from jobs.tests import trial as t
from jobs.tests.conftest import start


def tables():
    """Returns a trial with texts and numbers that formats tell apart."""
    first, second = t.subject("S-1", site="7", age=61), t.subject("S-2", site="7", sex="M", age=None)
    first["AE"].append(t.event("S-1", 'BLISTER, "LARGE"', "2024-01-16", "2024-01-18", AEREL="PROBABLE"))
    first["VS"] += [t.vital("S-1", "2024-01-10", 120.5, "SYSBP", "mmHg"), t.vital("S-1", "2024-01-24", 131.25, "SYSBP", "mmHg")]
    second["AE"].append(t.event("S-2", "ÜBELKEIT", "2024-01", "2024-01-18"))
    second["DS"].append(t.end("S-2", "WITHDRAWAL BY SUBJECT", "2024-03-01"))
    return t.trial(first, second, *(t.subject(f"S-{i}", site="8") for i in range(3, 8)))


@pytest.fixture(scope="module")
def expected(_first, tmp_path_factory):
    folder = tmp_path_factory.mktemp("csv")
    t.run(_first, t.write_csv(folder / "tables", tables()), folder / "cohort.jsonl")
    return {name: (folder / name).read_bytes() for name in ("cohort.jsonl", "excluded.jsonl")}


WRITERS = {
    "xport": t.write_xport,
    "parquet": t.write_parquet,
    "dataset-json": t.write_json,
    "dataset-json in lines": lambda folder, rows: t.write_json(folder, rows, lines=True),
    "packed csv in capital letters": lambda folder, rows: t.write_csv(folder, rows, packed=True),
}


@pytest.mark.parametrize("form", WRITERS)
def test_every_format_gives_the_same_bytes(spark, tmp_path, expected, form):
    t.run(spark, WRITERS[form](tmp_path / "tables", tables()), tmp_path / "cohort.jsonl")
    assert {name: (tmp_path / name).read_bytes() for name in expected} == expected


def test_packed_output_has_the_same_lines_and_the_same_bytes_each_time(spark, tmp_path, expected):
    folder = t.write_csv(tmp_path / "tables", tables())
    for name in ("a/cohort.jsonl.gz", "b/cohort.jsonl.gz"):
        t.run(spark, folder, tmp_path / name)
    packed = (tmp_path / "a/cohort.jsonl.gz").read_bytes()
    assert packed == (tmp_path / "b/cohort.jsonl.gz").read_bytes()
    assert gzip.decompress(packed) == expected["cohort.jsonl"]
    assert packed[3:8] == bytes(5)  # neither a name nor a time


def test_habits_of_csv(spark, tmp_path, expected):
    folder = t.write_csv(tmp_path / "my tables, 100%", tables())
    rows = tables()
    (folder / "ae.csv").write_bytes(("\ufeff" + t.text_of(rows["AE"])).encode())
    (folder / "vs.csv").write_text(t.text_of(rows["VS"], ";").replace("131.25", "131,25"))
    (folder / "dm.csv").unlink()
    (folder / "DM.tsv").write_text(t.text_of([{k.lower(): "NA" if v is None else v for k, v in row.items()} for row in rows["DM"]], "\t"))
    (folder / "mh.csv").write_text(t.text_of([{**row, "MHCOMMENT": 'a "word",\nand a line'} for row in rows["MH"]]))
    (folder / "cm.csv").write_text(t.text_of(rows["CM"]).replace("\n", "\r\n"))
    t.run(spark, folder, tmp_path / "cohort.jsonl")
    assert (tmp_path / "cohort.jsonl").read_bytes() == expected["cohort.jsonl"]


def test_one_core_gives_the_same_bytes(tmp_path, expected):
    try:
        t.run(start(1), t.write_xport(tmp_path / "tables", tables()), tmp_path / "cohort.jsonl")
    finally:
        start(2)
    assert (tmp_path / "cohort.jsonl").read_bytes() == expected["cohort.jsonl"]


def test_faults_of_all_tables_come_at_once(spark, tmp_path):
    folder = t.write_csv(tmp_path / "tables", {name: rows for name, rows in tables().items() if name in ("DM", "DS")})
    (folder / "ae.csv").write_text("USUBJID,AESTDTC\nS-1,2024-01-15,secret\n,2024-01-15\n")
    (folder / "sv.csv").write_text("SUBJECT,VISITNUM\nS-1,1\n")
    (folder / "ex.xpt").write_text("secret")
    (folder / "vs.json").write_text('{"clinicalData": {}}')
    (folder / "cm.json").write_text('{"columns": [{"name": "USUBJID"}, {"name": "CMTRT"}], "rows": [["S-1"], ["S-2", "x"]]}')
    (folder / "mh.ndjson").write_text("[1]\n")
    (folder / "qs.csv").write_text("USUBJID,QSTESTCD,qstestcd,QSORRES,QSDTC\n")
    with pytest.raises(JobError) as caught:
        t.run(spark, folder, tmp_path / "cohort.jsonl")
    assert caught.value.faults == [
        "ae.csv: 1 rows do not have a value for each variable; write the table again",
        "ae.csv: 1 rows have no USUBJID; each row needs its subject",
        "sv.csv: the variable USUBJID is missing; the domain SV needs it",
        "sv.csv: the variable SVSTDTC is missing; the domain SV needs it",
        "ex.xpt: is not XPORT version 5; write the table again",
        "vs.json: is Dataset-JSON 1.0; write version 1.1, XPORT, Parquet or CSV",
        "cm.json: 1 rows do not have a value for each variable; write the table again",
        'mh.ndjson: is not Dataset-JSON 1.1; it must have "columns", a list of objects with "name"',
        "qs.csv: the variable QSTESTCD is there twice; keep one",
    ]
    assert not (tmp_path / "cohort.jsonl").exists()
