"""The quality report: aggregates only, and drift."""

from __future__ import annotations

import json

import pytest

from jobs import drift
from jobs.faults import JobError
from jobs.guards import ArmCheck, check_names
from jobs.quality import Feature, coarse
from jobs.tests import trial as t


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"F": 20, "M": 10}, {"F": 20, "M": 10}),
        ({"F": 20, "M": 10, "missing": 2}, {"F": 20, "other": 12}),  # 2 alone would follow from the sum
        ({"F": 20, "M": 3, "missing": 2}, {"F": 20, "other": 5}),
        ({"F": 3}, {"other": 3}),
        ({"F": 20, "M": 0}, {"F": 20}),
        ({}, {}),
    ],
)
def test_no_count_is_about_fewer_than_five(counts, shown):
    assert coarse(counts) == shown


def test_ranges_leave_out_the_extremes():
    feature = Feature("number")
    for value in [1000.0, -1000.0, *range(1, 21)]:
        feature.add(float(value))
    assert feature.summary() == {"kind": "number", "subjects": {"known": 22}, "low": 4, "median": 10, "mean": 9.5455, "high": 17}
    few = Feature("number")
    for value in range(9):
        few.add(float(value))
    assert few.summary() == {"kind": "number", "subjects": {"known": 9}}


def test_the_report_of_a_run(spark, tmp_path):
    rows = [t.subject(f"SECRET-{i}", age=60 + i, sex="F" if i else "M") for i in range(12)]
    rows[11]["AE"][0]["AESTDTC"] = "15JAN2024"
    rows[11]["DM"][0]["ARMCD"] = "SCRNFAIL"
    folder = t.write_csv(tmp_path / "tables", t.trial(*rows))
    (folder / "suppae.csv").write_text("x\n")
    profile = tmp_path / "profile.json"
    number = {"kind": "number", "bins": [65, 68], "counts": [50, 30, 20], "missing": 0}
    text = {"kind": "text", "counts": {"F": 50, "M": 50}, "missing": 0}
    profile.write_text(json.dumps({"schema": "p", "subjects": 100, "features": {"age": number, "sex": text, "other": number}}))
    t.run(spark, folder, tmp_path / "out" / "cohort.jsonl", profile=str(profile), cut=t.day("2024-04-01"))
    said = (tmp_path / "out" / "quality.json").read_text()
    assert "SECRET" not in said
    assert len(said) < 100_000
    report = json.loads(said)
    assert (report["trial"], report["landmark_days"], report["cut_date"], report["blinded"]) == ("T-1", 28, "2024-04-01", True)
    assert report["subjects"] == {"cohort": 11, "excluded": 1, "reasons": {"other": 1}}
    assert report["features"]["age"]["low"] == 64
    assert report["features"]["sex"] == {"kind": "text", "counts": {"other": 11}}
    assert report["domains"]["AE"]["rows"] == 12
    assert report["domains"]["DM"]["variables_not_read"] == {"number": 1, "names": ["STUDYID"]}
    assert len(report["domains"]["AE"]["files"][0]["sha256"]) == 64
    assert report["files_not_read"] == {"number": 1, "names": ["suppae.csv"]}
    assert report["warnings"] == ["AE: 1 rows have a date that is not ISO 8601 and tells nothing."]
    assert report["drift"]["age"] == {"psi": drift.index([5, 3, 3, 0], [50, 30, 20, 0]), "level": "stable"}
    assert report["drift"]["sex"]["level"] == "shifted"
    assert report["drift"]["other"] == {"level": "unknown feature"}
    assert report["drift"]["ae_count"] == {"level": "not in the profile"}
    [failed] = t.lines(tmp_path / "out" / "excluded.jsonl")
    assert failed == {"subject": "SECRET-11", "site": "101", "reason": "screen_failure", "detail": "the subject failed screening"}


def test_the_index_of_equal_and_of_different_shares():
    assert drift.index([10, 20], [100, 200]) == 0
    assert drift.index([50, 50], [90, 10]) == pytest.approx(0.8789)
    assert [drift.level(value) for value in (0.09, 0.1, 0.25)] == ["stable", "moderate", "shifted"]


@pytest.mark.parametrize("text", ["", "[]", '{"features": {"age": {"kind": "number", "bins": [1], "counts": [1], "missing": 0}}}'])
def test_what_is_no_profile(text):
    with pytest.raises(JobError, match=r"^p.json: is not a training profile; use the profile.json"):
        drift.parse("p.json", text)


def arms(values):
    check = ArmCheck()
    for arm, value in values:
        check.add(arm, {"x": value})
    return check.telling()


def test_values_that_tell_the_arm():
    assert arms([("A", 1), ("B", 2)] * 5) == ["x"]
    assert arms([("A", 1), ("A", 2), ("B", 3)] * 5) == ["x"]  # several values of one arm
    assert arms([("A", float(i)) for i in range(9)] + [("B", None)] * 9) == ["x"]  # only one arm has the value


def test_values_that_tell_nothing():
    assert arms([("A", 1), ("B", 2)] * 4) == []  # chance does that
    assert arms([("A", 1), ("B", 2), ("B", 1)] * 5) == []
    assert arms([("A", 1), ("A", 2)] * 5) == []  # one arm
    assert arms([(None, 1), (None, 2)] * 5) == []


def test_a_feature_that_is_not_in_the_dictionary():
    with pytest.raises(JobError, match=r"^feature arm: is not in the data dictionary"):
        check_names(["age", "arm"])
