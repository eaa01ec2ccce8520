"""A small trial for tests: its tables as lists of rows, and writers for every format."""

from __future__ import annotations

import csv
import datetime
import gzip
import io
import json

import pandas
import pyreadstat

from jobs import extraction
from jobs.arguments import Arguments

START = "2024-01-10"
# END is the last day of the window with a landmark of 28 days.
END = "2024-02-07"

NUMBERS = {"AGE", "AESEQ", "VISITNUM", "VISITDY", "VSSTRESN", "QSSTRESN", "EXDOSE"}


def subject(name, site="101", sex="F", age=60, arm="A"):
    """Returns the rows of a subject that completed, by domain."""
    own = {"STUDYID": "T", "USUBJID": name}
    visit = {1: ("BASELINE", 1, START), 2: ("WEEK 2", 14, "2024-01-23"), 3: ("WEEK 4", 28, "2024-02-06")}
    return {
        "DM": [{**own, "SITEID": site, "RFSTDTC": START, "AGE": age, "AGEU": "YEARS", "SEX": sex, "ARMCD": arm, "ARM": f"Drug {arm}"}],
        "DS": [
            {**own, "DSCAT": "PROTOCOL MILESTONE", "DSDECOD": "RANDOMIZED", "DSSTDTC": START, "DSDTC": START},
            {**own, "DSCAT": "DISPOSITION EVENT", "DSDECOD": "COMPLETED", "DSSTDTC": "2024-06-30", "DSDTC": "2024-06-30"},
        ],
        "AE": [event(name)],
        "SV": [{**own, "VISITNUM": n, "VISIT": v, "VISITDY": d, "SVSTDTC": day} for n, (v, d, day) in visit.items()],
        "EX": [dose(name, START, "2024-06-29")],
        "VS": [vital(name, START, 80), vital(name, "2024-01-24", 78)],
        "CM": [{**own, "CMTRT": "Aspirin", "CMDECOD": "ASPIRIN", "CMSTDTC": "2020", "CMENDTC": None, "CMDTC": START}],
        "MH": [{**own, "MHTERM": "Anaemia", "MHDECOD": "ANAEMIA", "MHSTDTC": "2010-05", "MHDTC": START}],
        "QS": [score(name, START, 4)],
    }


def event(name, term="HEADACHE", start="2024-01-15", collected="2024-01-20", **more):
    row = {"USUBJID": name, "AESEQ": 1, "AETERM": term, "AEDECOD": term, "AESTDTC": start, "AEENDTC": None, "AEDTC": collected}
    return {**row, "AESER": "N", "AESEV": "MILD", "AEREL": "NONE", **more}


def dose(name, start, end, **more):
    return {"USUBJID": name, "EXTRT": "DRUG", "EXDOSE": 5, "EXSTDTC": start, "EXENDTC": end, **more}


def vital(name, day, value, test="WEIGHT", unit="kg"):
    return {"USUBJID": name, "VSTESTCD": test, "VSSTRESN": value, "VSSTRESU": unit, "VSDTC": day}


def score(name, day, value, **more):
    return {
        "USUBJID": name,
        "QSTESTCD": "GDSTOT",
        "QSTEST": "GDS Total Score",
        "QSCAT": "GERIATRIC DEPRESSION SCALE",
        "QSSTRESN": value,
        "QSDTC": day,
        **more,
    }


def end(name, code, day, category="DISPOSITION EVENT", **more):
    return {"USUBJID": name, "DSCAT": category, "DSDECOD": code, "DSSTDTC": day, "DSDTC": day, **more}


def trial(*subjects):
    """Returns the tables of subjects."""
    return {domain: [row for one in subjects for row in one[domain]] for domain in subjects[0]}


def columns(rows):
    """Returns the names of the columns of a table, in the order in which they come."""
    return list(dict.fromkeys(name for row in rows for name in row))


def text_of(rows, separator=","):
    """Returns a table as CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns(rows), restval="", delimiter=separator, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write_csv(folder, tables, packed=False):
    folder.mkdir(parents=True, exist_ok=True)
    for domain, rows in tables.items():
        data = text_of(rows).encode()
        if packed:
            (folder / f"{domain}.CSV.GZ").write_bytes(gzip.compress(data))
        else:
            (folder / f"{domain.lower()}.csv").write_bytes(data)
    return folder


def frame(rows):
    """Returns a table with numbers as numbers and texts as texts."""
    table = pandas.DataFrame(rows, columns=columns(rows))
    for name in table.columns:
        table[name] = table[name].astype("float64") if name in NUMBERS else table[name].astype("object").where(table[name].notna(), "")
    return table


def write_xport(folder, tables):
    folder.mkdir(parents=True, exist_ok=True)
    for domain, rows in tables.items():
        pyreadstat.write_xport(frame(rows), str(folder / f"{domain.lower()}.xpt"), table_name=domain, file_format_version=5)
    return folder


def write_parquet(folder, tables):
    folder.mkdir(parents=True, exist_ok=True)
    for domain, rows in tables.items():
        frame(rows).to_parquet(folder / f"{domain.lower()}.parquet")
    return folder


def write_json(folder, tables, lines=False):
    folder.mkdir(parents=True, exist_ok=True)
    for domain, rows in tables.items():
        names = columns(rows)
        described = [{"itemOID": f"IT.{n}", "name": n, "label": n, "dataType": "double" if n in NUMBERS else "string"} for n in names]
        head = {
            "datasetJSONVersion": "1.1.0",
            "itemGroupOID": f"IG.{domain}",
            "records": len(rows),
            "name": domain,
            "label": domain,
            "columns": described,
        }
        values = [[row.get(name) for name in names] for row in rows]
        if lines:
            (folder / f"{domain.lower()}.ndjson").write_text("\n".join(json.dumps(v) for v in [head, *values]) + "\n", encoding="utf-8")
        else:
            (folder / f"{domain.lower()}.json").write_text(json.dumps({**head, "rows": values}, indent=1), encoding="utf-8")
    return folder


def options(folder, output, **more):
    """Returns the arguments of a run."""
    given = {"trial": "T-1", "run": "R-1", "landmark": 28, "cut": None, "blinded": True, "profile": "", "subject": "", **more}
    return Arguments(input=str(folder), output=str(output), **given)


def lines(path):
    data = path.read_bytes()
    text = gzip.decompress(data) if path.name.endswith(".gz") else data
    return [json.loads(line) for line in text.decode().splitlines()]


def run(spark, folder, output, **more):
    """Runs the extraction, and returns the features by subject."""
    extraction.extract(spark, options(folder, output, **more))
    return {line["subject"]: line["features"] for line in lines(output)}


def excluded(output):
    """Returns the reasons by subject."""
    return {line["subject"]: line["reason"] for line in lines(output.parent / "excluded.jsonl")}


def day(text):
    return datetime.date.fromisoformat(text)
