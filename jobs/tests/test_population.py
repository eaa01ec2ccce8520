"""Who belongs to the cohort, and why not."""

from __future__ import annotations

import pytest

from jobs.faults import JobError
from jobs.tests import trial as t


def without(own, domain):
    own[domain].clear()


def ends(own, *rows):
    """Replaces the disposition."""
    own["DS"][1:] = rows


# Each row: how a subject differs from one that completes, and the reason without and with the cut date 2024-05-01; None is in the cohort.
CASES = {
    "completes after the cut date": (lambda s, n: None, None, None),
    "fails screening by the code": (lambda s, n: s["DM"][0].update(ARMCD="Scrnfail"), "screen_failure", "screen_failure"),
    "fails screening by the reason": (
        lambda s, n: s["DM"][0].update(ARMCD=None, ARM=None, ARMNRS="SCREEN FAILURE"),
        "screen_failure",
        "screen_failure",
    ),
    "fails screening by DS": (
        lambda s, n: (s["DM"][0].update(ARMCD=None, ARM=None), s.update(DS=[t.end(n, "SCREEN FAILURE", "2024-01-09")])),
        "screen_failure",
        "screen_failure",
    ),
    "is not assigned": (lambda s, n: s["DM"][0].update(ARMCD="NOTASSGN"), "not_randomised", "not_randomised"),
    "has neither arm nor randomisation": (
        lambda s, n: (s["DM"][0].update(ARMCD=None, ARM=None), s["DS"].pop(0)),
        "not_randomised",
        "not_randomised",
    ),
    "is randomised by DS alone": (lambda s, n: s["DM"][0].update(ARMCD=None, ARM=None), None, None),
    "was never treated": (lambda s, n: without(s, "EX"), "not_treated", "not_treated"),
    "was assigned, and not treated": (lambda s, n: s["DM"][0].update(ARMNRS="ASSIGNED, NOT TREATED"), "not_treated", "not_treated"),
    "has its start from the first dose": (lambda s, n: s["DM"][0].update(RFSTDTC="2024-01"), None, None),
    "has the same row twice": (lambda s, n: s["DM"].append(dict(s["DM"][0])), None, None),
    "has two different rows": (
        lambda s, n: s["DM"].append({**s["DM"][0], "AGE": 99}),
        "conflicting_demographics",
        "conflicting_demographics",
    ),
    "started late": (
        lambda s, n: (s["DM"][0].update(RFSTDTC="2024-04-10"), s["EX"][0].update(EXSTDTC="2024-04-10")),
        None,
        "landmark_after_cut",
    ),
    "died on the landmark": (lambda s, n: s["DM"][0].update(DTHDTC=t.END), "died_before_landmark", "died_before_landmark"),
    "died before the cut date": (lambda s, n: s["DM"][0].update(DTHDTC="2024-04"), None, "died_before_cut"),
    "left on the landmark": (
        lambda s, n: ends(s, t.end(n, "ADVERSE EVENT", t.END)),
        "discontinued_before_landmark",
        "discontinued_before_landmark",
    ),
    "left the day after": (lambda s, n: ends(s, t.end(n, "ADVERSE EVENT", "2024-02-08")), None, "discontinued_before_cut"),
    "left in a month that may be later": (lambda s, n: ends(s, t.end(n, "ADVERSE EVENT", "2024-02")), None, "discontinued_before_cut"),
    "left before the cut date, collected later": (
        lambda s, n: ends(s, t.end(n, "ADVERSE EVENT", "2024-04-01", DSDTC="2024-05-02")),
        None,
        None,
    ),
    "left after the cut date": (lambda s, n: ends(s, t.end(n, "ADVERSE EVENT", "2024-05-02")), None, None),
    "completed before the landmark": (
        lambda s, n: ends(s, t.end(n, "COMPLETED", "2024-02-01")),
        "completed_before_landmark",
        "completed_before_landmark",
    ),
    "completed before the cut date": (lambda s, n: ends(s, t.end(n, "completed", "2024-04-01")), None, "completed_before_cut"),
    "stopped the drug": (
        lambda s, n: s["EX"][0].update(EXENDTC="2024-02-06"),
        "treatment_ended_before_landmark",
        "treatment_ended_before_landmark",
    ),
    "took the drug on the landmark": (lambda s, n: s["EX"][0].update(EXENDTC=t.END), None, None),
    "takes the drug without an end": (lambda s, n: s["EX"][0].update(EXENDTC=None), None, None),
    "missed a dose, which is no exposure": (
        lambda s, n: (s["EX"][0].update(EXENDTC="2024-01-20"), s["EX"].append(t.dose(n, "2024-02-20", "2024-03-01", EXOCCUR="N"))),
        "treatment_ended_before_landmark",
        "treatment_ended_before_landmark",
    ),
    "completed screening": (lambda s, n: s["DS"].append(t.end(n, "COMPLETED", "2024-01-05", EPOCH="SCREENING")), None, None),
    "left the follow-up after it completed treatment": (
        lambda s, n: ends(
            s, t.end(n, "COMPLETED", "2024-06-01", EPOCH="TREATMENT"), t.end(n, "LOST TO FOLLOW-UP", "2024-04-02", EPOCH="FOLLOW-UP")
        ),
        None,
        None,
    ),
    "had another event": (lambda s, n: s["DS"].append(t.end(n, "FINAL LAB VISIT", "2024-02-01", category="OTHER EVENT")), None, None),
    "left with two dispositions": (
        lambda s, n: ends(
            s, t.end(n, "COMPLETED", "2024-06-30", EPOCH="STUDY"), t.end(n, "LACK OF EFFICACY", "2024-02-01", EPOCH="TREATMENT")
        ),
        "discontinued_before_landmark",
        "discontinued_before_landmark",
    ),
}


@pytest.fixture(scope="module")
def reasons(_first, tmp_path_factory):
    rows, names = [], {}
    for i, (name, (change, _, _)) in enumerate(CASES.items()):
        names[name] = f"S-{i:03d}"
        own = t.subject(names[name])
        change(own, names[name])
        rows.append(own)
    folder = tmp_path_factory.mktemp("population")
    tables = t.trial(*rows)
    t.write_csv(folder / "tables", {domain: tables[domain] for domain in ("DM", "DS", "EX")})
    found = {}
    for cut in (None, t.day("2024-05-01")):
        output = folder / f"{cut}" / "cohort.jsonl"
        inside = t.run(_first, folder / "tables", output, cut=cut)
        left_out = t.excluded(output)
        assert len(inside) + len(left_out) == len(CASES)
        found[cut is not None] = {name: left_out.get(identity) for name, identity in names.items()}
    return found


def test_a_cohort_of_nobody_is_an_error_after_the_files_are_written(spark, tmp_path):
    tables = t.trial(*(t.subject(f"S-{i}") for i in range(6)))
    folder = t.write_csv(tmp_path / "tables", {domain: tables[domain] for domain in ("DM", "DS")})
    with pytest.raises(JobError) as caught:
        t.run(spark, folder, tmp_path / "out" / "cohort.jsonl", cut=t.day("2026-01-01"))
    remedy = "2026-01-01 must be the day on which the data were cut; --cut-date, or cutDate of the execution, says it"
    assert caught.value.faults == [f"nobody is in the cohort (6 completed_before_cut): {remedy}"]
    assert set(t.excluded(tmp_path / "out" / "cohort.jsonl").values()) == {"completed_before_cut"}


@pytest.mark.parametrize("case", CASES)
def test_the_reason_without_a_cut_date(reasons, case):
    assert reasons[False][case] == CASES[case][1]


@pytest.mark.parametrize("case", CASES)
def test_the_reason_with_a_cut_date(reasons, case):
    assert reasons[True][case] == CASES[case][2]
