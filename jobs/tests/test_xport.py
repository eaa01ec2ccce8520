"""The reader of XPORT, against files that another program writes."""

from __future__ import annotations

import struct

import pandas
import pyreadstat
import pytest

from jobs import xport

NUMBERS = [0.0, 1.0, -1.0, 0.1, -118.625, 64.4, 1e-70, -1e-70, 3.0e70, -7.2e74, 123456789.123, 1 / 3, 2**53, None]


def written(tmp_path, table):
    path = tmp_path / "t.xpt"
    pyreadstat.write_xport(table, str(path), file_format_version=5)
    return path


def read(path, *names, begin=0, end=None):
    plan = xport.layout(path.read_bytes(), path.stat().st_size)
    with path.open("rb") as file:
        return list(xport.rows(file, plan, names, begin, plan.rows if end is None else end))


def test_numbers_are_those_that_were_written(tmp_path):
    path = written(tmp_path, pandas.DataFrame({"N": NUMBERS, "T": ["x"] * len(NUMBERS)}))
    assert [row[0] for row in read(path, "N")] == NUMBERS


def test_texts_lose_blanks_at_their_end_only(tmp_path):
    texts = ["", "  two before", "after  ", "x" * 200, "Müller", "日本", "2014-01-02T11:45"]
    path = written(tmp_path, pandas.DataFrame({"T": texts, "N": range(len(texts))}))
    assert [row[0] for row in read(path, "T")] == [None, "  two before", "after", "x" * 200, "Müller", "日本", "2014-01-02T11:45"]


@pytest.mark.parametrize("rows", [1, 2, 7, 79, 160, 1000])
def test_every_row_comes_once_whatever_the_filling(tmp_path, rows):
    path = written(tmp_path, pandas.DataFrame({"A": [f"{i}" for i in range(rows)]}))
    assert [row[0] for row in read(path, "A")] == [f"{i}" for i in range(rows)]


def test_parts_of_a_file_add_up(tmp_path):
    path = written(tmp_path, pandas.DataFrame({"A": range(100), "B": [f"b{i}" for i in range(100)]}))
    assert read(path, "B", "A", end=33) + read(path, "B", "A", begin=33) == [(f"b{i}", float(i)) for i in range(100)]


def test_bytes_that_are_not_utf8_are_latin1():
    assert xport.text("Müller  ".encode("latin-1")) == "Müller"


@pytest.mark.parametrize("first", b"._AZ")
def test_missing_numbers(first):
    assert xport.number(bytes([first]) + bytes(7)) is None


def test_short_numbers():
    assert xport.number(struct.pack(">H", 0x4110)) == 1.0
    assert xport.number(struct.pack(">I", 0xC1100000)) == -1.0


def test_what_is_not_xport_is_told():
    with pytest.raises(ValueError, match="is not XPORT version 5"):
        xport.layout(b"STUDYID,USUBJID\n", 16)
    with pytest.raises(ValueError, match="is XPORT version 8"):
        xport.layout(b"HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!".ljust(240), 240)
    with pytest.raises(ValueError, match="has no description of its variables"):
        xport.layout(b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!".ljust(240), 240)


def test_a_second_table_is_refused(tmp_path):
    path = written(tmp_path, pandas.DataFrame({"A": ["x" * 80] * 3}))
    whole = path.read_bytes()
    path.write_bytes(whole + whole[whole.find(b"HEADER RECORD*******MEMBER") :])
    with pytest.raises(ValueError, match="has several tables"):
        read(path, "A")
