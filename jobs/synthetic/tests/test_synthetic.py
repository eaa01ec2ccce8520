"""The synthetic trial: the same tables again, in every format, with the figures and the flaws that its documentation names."""

from __future__ import annotations

import csv
import datetime
import json
import re
from collections import Counter

import pandas
import pyarrow.parquet
import pyreadstat
import pytest

from jobs.dictionary import VARIABLES
from jobs.synthetic import __main__ as program
from jobs.synthetic.columns import COLUMNS
from jobs.synthetic.cutting import COLLECTED, cut_tables
from jobs.synthetic.people import Trial, person, sites
from jobs.synthetic.subjects import rows


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("synthetic")
    assert program.main(["--out", str(folder), "--subjects", "250", "--formats", "csv,json,parquet,xpt"]) == 0
    return folder


def table(folder, domain):
    with (folder / "csv" / f"{domain.lower()}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def trial(count=3000):
    return Trial(3, "T", sites(3, count), datetime.date(2024, 1, 1), 365)


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not(out, tmp_path):
    for seed, same in (("1", True), ("2", False)):
        program.main(["--out", str(tmp_path / seed), "--seed", seed])
        for domain in COLUMNS:
            name = f"csv/{domain.lower()}.csv"
            if domain != "TS":
                assert ((tmp_path / seed / name).read_bytes() == (out / name).read_bytes()) == same


def test_every_format_has_the_same_rows(out):
    for domain, columns in COLUMNS.items():
        want = [
            tuple(None if cell == "" else float(cell) if column.number else cell for column, cell in zip(columns, row.values()))
            for row in table(out, domain)
        ]
        dataset = json.loads((out / "json" / f"{domain.lower()}.json").read_text(encoding="utf-8"))
        assert dataset["records"] == len(want)
        assert [column["name"] for column in dataset["columns"]] == [column.name for column in columns]
        assert [tuple(row) for row in dataset["rows"]] == want
        parquet = pyarrow.parquet.read_table(out / "parquet" / f"{domain.lower()}.parquet").to_pylist()
        assert [tuple(row.values()) for row in parquet] == want
        xport, about = pyreadstat.read_xport(str(out / "xpt" / f"{domain.lower()}.xpt"))
        assert about.table_name == domain
        assert about.column_labels == [column.label for column in columns]
        assert [tuple(None if pandas.isna(cell) or cell == "" else cell for cell in row) for row in xport.itertuples(index=False)] == want


def test_columns_are_those_of_xport_and_of_the_extraction():
    for domain, columns in COLUMNS.items():
        assert all(re.fullmatch(r"[A-Z][A-Z0-9]{0,7}", column.name) and len(column.label) <= 40 for column in columns)
        assert len({column.name for column in columns}) == len(columns)
        if domain in VARIABLES:
            read = [name for name in VARIABLES[domain] if any(name == column.name for column in columns)]
            assert len(read) >= len(VARIABLES[domain]) / 2


def test_figures_are_those_of_the_publications():
    everyone = [person(trial(), number) for number in range(1, 12_001)]
    treated = [who for who in everyone if who.start]
    left = [who for who in treated if who.reason]
    assert len(left) / len(treated) == pytest.approx(0.169, abs=0.015)
    assert sum(who.reason == "ADVERSE EVENT" for who in left) / len(left) == pytest.approx(0.435, abs=0.04)
    assert sum(who.reason == "WITHDRAWAL BY SUBJECT" for who in left) / len(left) == pytest.approx(0.241, abs=0.04)
    early = [(who.end - who.start).days < 56 for who in left]
    assert sum(early) / len(early) > 56 / 168 + 0.1
    share = {
        kind: sum(bool(who.reason) for who in group) / len(group)
        for kind in (False, True)
        for group in [[who for who in treated if who.site.commercial is kind]]
    }
    assert 1.7 < share[True] / share[False] < 2.4
    by_arm = Counter(who.arm for who in left)
    assert by_arm["PLACEBO"] == pytest.approx(by_arm["ACTIVE"], rel=0.15)


def test_the_tables_have_what_real_ones_have(out):
    dm, ds, ae, sv, mh = (table(out, domain) for domain in ("DM", "DS", "AE", "SV", "MH"))
    assert sum(row["ARMCD"] not in ("SCRNFAIL", "") for row in dm) == 250
    assert sum(row["ARMCD"] == "SCRNFAIL" for row in dm) > 20
    assert any(len(row["RFSTDTC"]) > 10 for row in dm)
    assert any(row["AGE"] == "" for row in dm)
    assert {len(row["MHSTDTC"]) for row in mh} == {4, 7, 10}
    assert any(len(row["AESTDTC"]) < 10 for row in ae)
    assert any(row["AEENDTC"] == "" for row in ae)
    assert max(Counter(tuple(row.items()) for row in ae).values()) == 2
    assert any("UNSCHEDULED" in row["VISIT"] for row in sv)
    visits = Counter(row["USUBJID"] for row in sv if "UNSCHEDULED" not in row["VISIT"])
    ends = Counter(row["USUBJID"] for row in ds if row["DSCAT"] == "DISPOSITION EVENT")
    assert max(ends.values()) == 2
    completed = {row["USUBJID"] for row in ds if row["DSDECOD"] == "COMPLETED" and row["EPOCH"] == "TREATMENT"}
    assert {visits[name] for name in completed} >= {8, 9, 10}
    pounds = [row for row in table(out, "VS") if row["VSORRESU"] == "LB"]
    assert pounds
    assert all(float(row["VSORRES"]) == pytest.approx(float(row["VSSTRESN"]) * 2.2046, abs=0.06) for row in pounds)


def test_nothing_is_in_the_tables_before_its_time():
    cut = datetime.date(2024, 5, 1)
    seen = 0
    for number in range(1, 400):
        whole = rows(trial(), person(trial(), number))
        for domain, found in cut_tables(whole, cut).items():
            for row in found:
                seen += 1
                dates = [str(value)[:10] for name, value in row.items() if name.endswith("DTC") and value]
                assert all(date <= cut.isoformat() for date in dates), (domain, row)
                assert all(str(row.get(name) or "") <= cut.isoformat() for name in COLLECTED[domain])
    assert seen > 2000


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--subjects", "49"], "--subjects must be from 50 to 100000, got 49"),
        (["--study", "A/B"], '--study must have 1 to 40 letters, digits, ".", "_" and "-", got "A/B"'),
        (["--formats", "csv,sas"], '--formats must be of csv, json, parquet, xpt, got "sas"'),
        (["--formats", "xpt", "--subjects", "5001"], "--formats xpt is for 5000 subjects at most"),
        (["--enrolment", "0"], "--enrolment must be from 1 to 3650 days, got 0"),
    ],
)
def test_wrong_arguments(words, fault, tmp_path, capsys):
    with pytest.raises(SystemExit) as caught:
        program.main(["--out", str(tmp_path / "x"), *words])
    assert caught.value.code == 2
    assert fault in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
