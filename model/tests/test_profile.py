import json

from jobs import drift
from jobs.quality import Feature
from model.profile import profile


def test_profile():
    rows = [{"n": None if i < 4 else i % 3, "t": "F" if i < 25 else "M" if i < 37 else "U" if i < 39 else None} for i in range(40)]
    found = profile(rows, ["n", "t"], "d" * 64)
    assert found == {
        "schema": "clinical-risk-profile/1",
        "subjects": 40,
        "digest": "d" * 64,
        "features": {
            "n": {"kind": "number", "bins": [0.0, 1.0, 2.0], "counts": [0, 12, 12, 12], "missing": 4},
            "t": {"kind": "text", "counts": {"F": 25, "M": 12, "other": 2}, "missing": 1},
        },
    }


def test_counts_are_below_between_and_from_the_edges():
    found = profile([{"n": float(i)} for i in range(100)], ["n"], "")["features"]["n"]
    assert found["bins"] == [float(edge) for edge in (10, 20, 30, 40, 50, 60, 70, 80, 90)]
    assert found["counts"] == [10] * 10


def test_written_profile_is_of_the_whole_cohort(informative):
    found = json.loads((informative / "out" / "profile.json").read_text())
    assert (found["subjects"], sorted(found["features"])) == (160, ["ae_count", "age", "sex", "weight_change_pct"])
    assert all(
        sum(entry["counts"] if isinstance(entry["counts"], list) else entry["counts"].values()) + entry["missing"] == 160
        for entry in found["features"].values()
    )


def test_the_extraction_finds_no_drift_in_the_training_cohort_and_some_in_another(informative):
    trained = drift.parse("profile.json", (informative / "out" / "profile.json").read_text())
    rows = [json.loads(line)["features"] for line in (informative / "cohort.jsonl").read_text().splitlines()]
    for shift, level in ((0, "stable"), (3, "shifted")):
        features = {name: Feature(entry["kind"]) for name, entry in trained.items()}
        for row in rows:
            for name, feature in features.items():
                feature.add(row[name] + shift if name == "ae_count" else row[name])
        found = drift.compare(features, trained, len(rows))
        assert (found["ae_count"]["level"], found["sex"]["psi"]) == (level, 0)
