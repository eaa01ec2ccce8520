"""The features, by hand: each subject shows one rule."""

from __future__ import annotations

import pytest

from jobs.features.visits import Visit, plan
from jobs.tests import trial as t
from jobs.tests.conftest import running


def replace(domain, *rows):
    def change(own):
        own[domain][:] = [{"USUBJID": own["id"], **row} for row in rows]

    return change


def events(*rows):
    return lambda own: own["AE"].__setitem__(slice(None), [t.event(own["id"], **row) for row in rows])


def values(*rows, test="WEIGHT", unit="kg"):
    return lambda own: own["VS"].__setitem__(slice(None), [t.vital(own["id"], day, value, test, unit) for day, value in rows])


def person(**more):
    return lambda own: own["DM"][0].update(more)


VISITS = [{"VISITNUM": 1, "VISIT": "BASELINE", "VISITDY": 1, "SVSTDTC": t.START}]
WEEK_2 = {"VISITNUM": 2, "VISIT": "WEEK 2", "VISITDY": 14}

# Each row: the rule, how the subject differs, the feature, and its value.
RULES = [
    ("a plain subject", lambda own: None, "ae_count", 1),
    ("an age in months", person(AGE=732, AGEU="MONTHS"), "age", 61),
    ("an age from the day of birth, completed years", person(AGE=None, BRTHDTC="1960-01-11"), "age", 63),
    ("an age that cannot be", person(AGE=160), "age", None),
    ("sex as a word", person(SEX="male"), "sex", "M"),
    ("sex that is not known", person(SEX="U"), "sex", None),
    ("an event twice", events({}, {"AESEQ": 2}), "ae_count", 1),
    ("an event whose severity changed", events({}, {"AESEQ": 2, "AESEV": "Moderate"}), "ae_count", 1),
    ("an event that came back", events({}, {"AESEQ": 2, "start": "2024-01-19"}), "ae_count", 2),
    ("two events without a term", events({"AETERM": None, "AEDECOD": None}, {"AETERM": None, "AEDECOD": None, "AESEQ": 2}), "ae_count", 2),
    ("an event before the start", events({"start": "2024-01-09"}), "ae_count", 0),
    ("an event that may be from before the start", events({"start": "2024-01"}), "ae_count", 1),
    ("an event in an unknown month", events({"start": "2024---15", "collected": "2024-01-20"}), "ae_count", 1),
    ("an event with a time", events({"start": "2024-01-15T10:30", "collected": "2024-01-20 08:00"}), "ae_count", 1),
    ("an event without a day of collection", events({"collected": None}), "ae_count", 1),
    ("an event that is only collected", events({"start": None}), "ae_count", 1),
    ("an event that was asked for and denied", events({"AEOCCUR": "N"}), "ae_count", 0),
    ("no event", events(), "ae_count", 0),
    ("serious as 1", events({"AESER": "1", "AEENDTC": "2024-01-20"}), "ae_serious_count", 1),
    ("severe as a grade", events({"AESEV": None, "AETOXGR": 3, "AEENDTC": "2024-01-20"}), "ae_severe_count", 1),
    ("not severe as a grade", events({"AESEV": None, "AETOXGR": "GRADE 2", "AEENDTC": "2024-01-20"}), "ae_severe_count", 0),
    ("related in another list", events({"AEREL": "Possibly Related"}), "ae_related_count", 1),
    ("not related in another list", events({"AEREL": "UNLIKELY"}), "ae_related_count", 0),
    ("every visit", lambda own: None, "visits_missed", 0),
    ("a visit that is missing", replace("SV", *VISITS), "visits_missed", 1),
    ("a visit that did not take place", replace("SV", *VISITS, {**WEEK_2, "SVSTDTC": "2024-01-23", "SVOCCUR": "N"}), "visits_missed", 1),
    ("a visit three days late", replace("SV", *VISITS, {**WEEK_2, "SVSTDTC": "2024-01-26"}), "visits_late", 0),
    ("a visit four days late", replace("SV", *VISITS, {**WEEK_2, "SVSTDTC": "2024-01-27"}), "visits_late", 1),
    (
        "an unscheduled visit",
        replace("SV", {**WEEK_2, "SVSTDTC": "2024-01-23"}, {"VISITNUM": 2.1, "VISIT": "Unscheduled 2.1", "SVSTDTC": "2024-02-01"}),
        "visits_late",
        0,
    ),
    ("no visit", replace("SV"), "visits_missed", 1),
    ("no gap", lambda own: None, "dose_gap_days", 0),
    (
        "a gap of three days",
        replace("EX", {"EXSTDTC": t.START, "EXENDTC": "2024-01-15"}, {"EXSTDTC": "2024-01-19", "EXENDTC": None}),
        "dose_gap_days",
        3,
    ),
    (
        "periods that overlap",
        replace(
            "EX",
            {"EXSTDTC": t.START, "EXENDTC": "2024-03-01"},
            {"EXSTDTC": "2024-01-19", "EXENDTC": "2024-01-20"},
            {"EXSTDTC": "2024-01-25"},
        ),
        "dose_gap_days",
        0,
    ),
    ("a period without an end, then another", replace("EX", {"EXSTDTC": t.START}, {"EXSTDTC": "2024-01-19"}), "dose_gap_days", 0),
    ("a loss of weight", values((t.START, 80), ("2024-01-24", 78)), "weight_change_pct", -2.5),
    (
        "the last values count",
        values(("2024-01-02", 90), ("2024-01-09", 100), ("2024-01-20", 80), ("2024-02-07", 95)),
        "weight_change_pct",
        -5,
    ),
    ("two values of a day are their mean", values((t.START, 80), (t.START, 82), ("2024-01-24", 81)), "weight_change_pct", 0),
    ("no baseline", values(("2024-01-24", 78)), "weight_change_pct", None),
    (
        "pounds, then kilograms",
        lambda own: own["VS"].__setitem__(0, t.vital(own["id"], t.START, 176.36981, unit="LB")),
        "weight_change_pct",
        -2.5,
    ),
    ("an unknown unit", values((t.START, 80), ("2024-01-24", 78), unit="stone"), "weight_change_pct", None),
    ("a weight of nothing", values((t.START, 0), ("2024-01-24", 78)), "weight_change_pct", None),
    ("blood pressure", values((t.START, 120), ("2024-01-24", 131), test="SYSBP", unit="mmHg"), "systolic_bp_change", 11),
    ("diastolic in kPa", values((t.START, 10), ("2024-01-24", 11), test="DIABP", unit="kPa"), "diastolic_bp_change", 7.5),
    ("pulse", values((t.START, 70), ("2024-01-24", 66), test="PULSE", unit="BEATS/MIN"), "pulse_change", -4),
    (
        "a medication twice",
        replace("CM", {"CMDECOD": "A", "CMDTC": t.START}, {"CMDECOD": "a", "CMDTC": "2024-01-20"}),
        "medication_count",
        1,
    ),
    (
        "a medication that ended before the start",
        replace("CM", {"CMTRT": "A", "CMDTC": t.START, "CMENDTC": "2023-12"}),
        "medication_count",
        0,
    ),
    (
        "two medications that nobody has coded",
        replace("CM", {"CMDECOD": "Uncoded", "CMTRT": "A", "CMDTC": t.START}, {"CMDECOD": "UNCODED", "CMTRT": "B", "CMDTC": t.START}),
        "medication_count",
        2,
    ),
    ("a medication that may have gone on", replace("CM", {"CMTRT": "A", "CMDTC": t.START, "CMENDTC": "2024-01"}), "medication_count", 1),
    ("a medication without a date", replace("CM", {"CMTRT": "A"}), "medication_count", 0),
    ("a medication from before", replace("CM", {"CMTRT": "A", "CMSTRTPT": "BEFORE"}), "medication_count", 1),
    ("a medication that was asked for and denied", replace("CM", {"CMTRT": "A", "CMDTC": t.START, "CMOCCUR": "N"}), "medication_count", 0),
    ("history without a date", replace("MH", {"MHTERM": "A"}, {"MHTERM": "B", "MHSTDTC": "1990"}), "medical_history_count", 2),
    ("history that was asked for and denied", replace("MH", {"MHTERM": "A", "MHOCCUR": "N"}), "medical_history_count", 0),
    ("the last total", lambda own: own["QS"].append(t.score(own["id"], "2024-02-01", 7)), "depression_score", 7),
    (
        "an item is no total",
        lambda own: own["QS"].append(t.score(own["id"], "2024-02-01", 1, QSTESTCD="GDS01", QSTEST="GDS01-Satisfied")),
        "depression_score",
        4,
    ),
    ("no questionnaire", replace("QS"), "depression_score", None),
]


@pytest.fixture(scope="module")
def features(first_session, tmp_path_factory):
    rows, names = [], {}
    for i, (name, change, _, _) in enumerate(RULES):
        own = t.subject(f"S-{i:03d}")
        own["id"] = names[name] = f"S-{i:03d}"
        change(own)
        del own["id"]
        rows.append(own)
    folder = tmp_path_factory.mktemp("features")
    found = t.run(running(), t.write_csv(folder / "tables", t.trial(*rows)), folder / "cohort.jsonl")
    return {name: found[identity] for name, identity in names.items()}


@pytest.mark.parametrize(("rule", "feature", "value"), [(rule, feature, value) for rule, _, feature, value in RULES])
def test_a_rule(features, rule, feature, value):
    assert features[rule][feature] == value


def test_the_share_of_the_site_leaves_the_subject_out_and_looks_at_nothing_later(spark, tmp_path):
    def one(name, start=t.START, left=None, site="1", collected=None):
        own = t.subject(name, site=site)
        own["DM"][0].update(RFSTDTC=start)
        own["EX"][0].update(EXSTDTC=start, EXENDTC=None)
        if left:
            own["DS"][1:] = [t.end(name, "ADVERSE EVENT", left, DSDTC=collected or left)]
        return own

    rows = [
        one("A"),  # looks on 2024-02-07 at B, C, D: B had left, C leaves later, D's end was collected later, E starts later
        one("B", left="2024-02-07"),
        one("C", left="2024-02-08"),
        one("D", left="2024-02-01", collected="2024-02-09"),
        one("E", start="2024-02-08"),  # looks on 2024-03-07 at all others: B, C and D had left
        one("F", site="2"),  # is alone
    ]
    folder = t.write_csv(tmp_path / "tables", t.only(t.trial(*rows), "DM", "DS", "EX"))
    found = t.run(spark, folder, tmp_path / "cohort.jsonl")
    assert {name: row["site_discontinued_share"] for name, row in found.items()} == {"A": 0.3333, "C": 0.3333, "E": 0.75, "F": None}


def test_a_table_that_is_missing_gives_null_and_one_without_rows_gives_zero(spark, tmp_path):
    tables = t.trial(t.subject("S-1"))
    folder = t.write_csv(tmp_path / "tables", {domain: tables[domain] for domain in ("DM", "DS")})
    found = t.run(spark, folder, tmp_path / "cohort.jsonl")["S-1"]
    assert {name for name, value in found.items() if value is not None} == {"age", "sex"}
    for name, header in {"ae": "USUBJID,AESTDTC", "cm": "USUBJID,CMTRT", "sv": "USUBJID,VISITNUM,SVSTDTC", "ex": "USUBJID,EXSTDTC"}.items():
        (folder / f"{name}.csv").write_text(header + "\n")
    found = t.run(spark, folder, tmp_path / "cohort.jsonl")["S-1"]
    zero = {"ae_count", "ae_serious_count", "ae_severe_count", "ae_related_count", "medication_count"}
    assert {name for name, value in found.items() if value is not None} == {"age", "sex", *zero}
    assert {found[name] for name in zero} == {0}


def test_the_plan_of_the_visits():
    weeks = [Visit(1, 1, 1, 10), Visit(2, 14, 14, 5), Visit(3.5, 20, 21, 10), Visit(201, 28, 30, 4)]
    assert plan(weeks, 10) == {2: 14, 3.5: 20}  # the baseline is no visit after the start, and few had the last one
    assert plan([Visit(1, None, 1, 10), Visit(2, None, 15, 9), Visit(2.1, None, 20, 9)], 10) == {2: 15}  # without VISITDY
    assert plan([], 0) == {}
