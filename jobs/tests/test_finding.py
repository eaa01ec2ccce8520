"""Which file is which domain."""

from __future__ import annotations

import pytest

from jobs.faults import JobError
from jobs.finding import find
from jobs.storage import Entry


def entries(*names):
    return [Entry(name.rstrip("/"), f"file:/t/{name}", name.endswith("/"), 1) for name in names]


def test_names_in_any_case_and_files_that_are_not_read():
    found = find("t", entries("DM.XPT", "ds.json", "Ae.csv.gz", "vs.parquet/", "sv/", "suppdm.xpt", "adsl.csv", "readme.md", "ts.csv"))
    assert {d: (s.format, s.entries[0].name) for d, s in found.sources.items()} == {
        "DM": ("xport", "DM.XPT"),
        "DS": ("dataset-json", "ds.json"),
        "AE": ("csv", "Ae.csv.gz"),
        "VS": ("parquet", "vs.parquet"),
    }
    assert found.ignored == ("adsl.csv", "readme.md", "suppdm.xpt", "sv", "ts.csv")


def test_parts_of_a_domain():
    found = find("t", entries("dm.xpt", "ds.xpt", "qscs.xpt", "qsgds.xpt", "vs_1.csv", "vs.csv"))
    assert [entry.name for entry in found.sources["QS"].entries] == ["qscs.xpt", "qsgds.xpt"]
    assert [entry.name for entry in found.sources["VS"].entries] == ["vs.csv"]  # the whole domain is there: its part is not read
    assert found.ignored == ("vs_1.csv",)


def test_several_files_of_a_domain_and_missing_ones():
    with pytest.raises(JobError) as caught:
        find("t", entries("dm.csv", "DM.xpt", "qs1.csv", "qs2.xpt"))
    assert caught.value.faults == [
        "t: dm.csv, DM.xpt: several files are the domain DM; keep one",
        "t: the domain DS is missing; add ds.xpt, .json, .ndjson, .parquet or .csv",
        "t: qs1.csv, qs2.xpt: the parts of the domain QS have several formats; keep those of one",
    ]


def test_a_folder_that_is_empty():
    with pytest.raises(JobError, match=r"^s3://b/t: there is no such folder, or it is empty; name the folder or the S3 prefix"):
        find("s3://b/t", [])
