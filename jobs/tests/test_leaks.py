"""Leaks, planted one by one: each subject has one, and its features are those of the subject without any."""

from __future__ import annotations

import pytest

from jobs.faults import JobError
from jobs.tests.trial import dose, end, event, run, score, subject, trial, vital, write_csv

LATE = "2024-02-08"  # the day after the window

# Each leak changes the rows of a subject. None may change a feature.
LEAKS = {
    "an event after the window": lambda s: s["AE"].append(event(s["id"], "RASH", LATE, LATE)),
    "an event before, collected later": lambda s: s["AE"].append(event(s["id"], "RASH", "2024-01-20", LATE)),
    "an event whose partial date may be later": lambda s: s["AE"].append(event(s["id"], "RASH", "2024-02", None)),
    "an event whose day of collection is partial": lambda s: s["AE"].append(event(s["id"], "RASH", "2024-01-20", "2024-02")),
    "an event whose day of collection is not readable": lambda s: s["AE"].append(event(s["id"], "RASH", "2024-01-20", "08FEB2024")),
    "an event without any date": lambda s: s["AE"].append(event(s["id"], "RASH", None, None)),
    "a seriousness that may be of later": lambda s: s["AE"][0].update(AESER="Y", AEENDTC=LATE),
    "a severity of an event that goes on": lambda s: s["AE"][0].update(AESEV="SEVERE", AETOXGR="5"),
    "an action and an outcome of an event": lambda s: s["AE"][0].update(AEACN="DRUG WITHDRAWN", AEOUT="FATAL", AESDTH="Y"),
    "a discontinuation after the window": lambda s: s["DS"].append(end(s["id"], "ADVERSE EVENT", LATE)),
    "a death after the window": lambda s: s["DM"][0].update(DTHDTC=LATE, DTHFL="Y"),
    "the end of the participation": lambda s: s["DM"][0].update(RFENDTC=LATE, RFPENDTC=LATE, RFXENDTC=LATE),
    "a visit after the window": lambda s: s["SV"].append(
        {"USUBJID": s["id"], "VISITNUM": 4, "VISIT": "WEEK 5", "VISITDY": 20, "SVSTDTC": LATE}
    ),
    "a weight after the window": lambda s: s["VS"].append(vital(s["id"], LATE, 50)),
    "a weight whose partial date may be later": lambda s: s["VS"].append(vital(s["id"], "2024-02", 50)),
    "a medication after the window": lambda s: s["CM"].append({"USUBJID": s["id"], "CMTRT": "X", "CMSTDTC": LATE, "CMDTC": None}),
    "a medication collected later": lambda s: s["CM"].append({"USUBJID": s["id"], "CMTRT": "X", "CMSTDTC": "2024-01-12", "CMDTC": LATE}),
    "the end of a medication": lambda s: s["CM"][0].update(CMENDTC=LATE),
    "a condition collected later": lambda s: s["MH"].append({"USUBJID": s["id"], "MHTERM": "X", "MHSTDTC": "2000", "MHDTC": LATE}),
    "a questionnaire after the window": lambda s: s["QS"].append(score(s["id"], LATE, 15)),
    "a gap of dosing after the window": lambda s: s["EX"].append(dose(s["id"], "2024-08-01", None)),
    "the dose": lambda s: s["EX"][0].update(EXTRT="PLACEBO", EXDOSE=0),
    "a column that names the arm": lambda s: [
        row.update(TRTGRP="PLACEBO", ACTARM="Placebo", ARMCODE=1) for d in ["DM", "AE", "VS", "SV", "QS"] for row in s[d]
    ],
}

# Each control is a leak without its fault. It must change the feature, or the leaks would show nothing.
CONTROLS = {
    "ae_count": lambda s: s["AE"].append(event(s["id"], "RASH", "2024-02-07", "2024-02-07")),
    "ae_serious_count": lambda s: s["AE"][0].update(AESER="Y", AEENDTC="2024-02-07"),
    "ae_severe_count": lambda s: s["AE"][0].update(AESEV="SEVERE", AEENDTC="2024-02-01"),
    "ae_related_count": lambda s: s["AE"][0].update(AEREL="PROBABLE"),
    "weight_change_pct": lambda s: s["VS"].append(vital(s["id"], "2024-02-07", 50)),
    "medication_count": lambda s: s["CM"].append({"USUBJID": s["id"], "CMTRT": "X", "CMSTDTC": "2024-01-12", "CMDTC": "2024-02-07"}),
    "medical_history_count": lambda s: s["MH"].append({"USUBJID": s["id"], "MHTERM": "X", "MHSTDTC": "2000", "MHDTC": "2024-02-07"}),
    "depression_score": lambda s: s["QS"].append(score(s["id"], "2024-02-07", 15)),
    "dose_gap_days": lambda s: s["EX"][0].update(EXENDTC="2024-01-20") or s["EX"].append(dose(s["id"], "2024-01-24", None)),
    "visits_missed": lambda s: s["SV"].pop(1),
    "visits_late": lambda s: s["SV"][1].update(SVSTDTC="2024-01-27"),
}


@pytest.fixture(scope="module")
def features(_first, tmp_path_factory):
    plans = {"clean": lambda s: None, **LEAKS, **CONTROLS}
    rows, names = [], {}
    for i, (name, plant) in enumerate(plans.items()):
        own = subject(f"S-{i:03d}")
        own["id"] = names[name] = f"S-{i:03d}"
        plant(own)
        del own["id"]
        rows.append(own)
    folder = tmp_path_factory.mktemp("leaks")
    found = run(_first, write_csv(folder / "tables", trial(*rows)), folder / "cohort.jsonl")
    return {name: found[identity] for name, identity in names.items()}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_changes_no_feature(features, leak):
    assert features[leak] == features["clean"]


@pytest.mark.parametrize("name", CONTROLS)
def test_what_was_known_in_time_changes_its_feature(features, name):
    assert features[name][name] != features["clean"][name]
    unchanged = {"ae_count"} if name == "ae_count" else {name}
    assert {n: v for n, v in features[name].items() if n not in unchanged} == {
        n: v for n, v in features["clean"].items() if n not in unchanged
    }


def test_a_feature_that_tells_the_arm_stops_a_blinded_run(spark, tmp_path):
    tables = trial(*(subject(f"S-{i}", sex="FM"[i % 2], arm="AB"[i % 2]) for i in range(10)))
    folder = write_csv(tmp_path / "tables", {domain: tables[domain] for domain in ("DM", "DS")})
    with pytest.raises(JobError) as caught:
        run(spark, folder, tmp_path / "out" / "cohort.jsonl")
    assert caught.value.faults == [
        "sex: its values tell the treatment arm, and the trial is blinded; find out which table gives the arm away, and remove it"
    ]
    assert list((tmp_path / "out").iterdir()) == []
    assert len(run(spark, folder, tmp_path / "out" / "cohort.jsonl", blinded=False)) == 10
