"""What happens to a subject between the first dose and the end: visits with their findings, and adverse events."""

from __future__ import annotations

import datetime
import random

from jobs.synthetic.people import TREATMENT_DAYS
from jobs.synthetic.tables import Tables, Value, iso, on, partial, plus

# VISITS are the planned visits: number, name, planned day. The first day of treatment is day 1; there is no day 0.
VISITS = (
    (1, "SCREENING", -14),
    (2, "BASELINE", 1),
    (3, "WEEK 2", 14),
    (4, "WEEK 4", 28),
    (5, "WEEK 6", 42),
    (6, "WEEK 8", 56),
    (7, "WEEK 12", 84),
    (8, "WEEK 16", 112),
    (9, "WEEK 20", 140),
    (10, "WEEK 24", 168),
)

# EVENTS are adverse events: as reported, as coded, and whether sites often relate them to the treatment.
EVENTS = (
    ("Headache", "HEADACHE", False),
    ("Nausea", "NAUSEA", True),
    ("Itching at patch", "APPLICATION SITE PRURITUS", True),
    ("Dizzy", "DIZZINESS", True),
    ("Loose stools", "DIARRHOEA", True),
    ("Fall at home", "FALL", False),
    ("Cold", "NASOPHARYNGITIS", False),
    ("Tired", "FATIGUE", True),
    ("Cannot sleep", "INSOMNIA", False),
    ("Confusion", "CONFUSIONAL STATE", False),
    ("UTI", "URINARY TRACT INFECTION", False),
    ("Vomiting", "VOMITING", True),
)

VITALS = (
    ("WEIGHT", "Weight", "kg", 72.0, 12.0, 1.2),
    ("SYSBP", "Systolic Blood Pressure", "mmHg", 134.0, 15.0, 9.0),
    ("DIABP", "Diastolic Blood Pressure", "mmHg", 78.0, 9.0, 6.0),
    ("PULSE", "Pulse Rate", "beats/min", 72.0, 9.0, 6.0),
)
POUNDS = 2.2046


def visits(tables: Tables, start: datetime.date, last: datetime.date) -> None:
    """Adds SV, with VS and QS of each visit. Some visits are missed, late or unscheduled."""
    who, rng = tables.who, tables.source("visits")
    means = {test: rng.gauss(mean, spread) for test, _, _, mean, spread, _ in VITALS}
    for number, name, planned in VISITS:
        shift = 0 if planned == 1 else round(rng.gauss(0, 1.2)) + (rng.randint(4, 8) if rng.random() < 0.05 else 0)
        day = who.consent if number == 1 else plus(on(start, planned), shift)
        missed, extra = number > 2 and rng.random() < 0.05, number > 2 and rng.random() < 0.04
        if day > last:
            continue
        if not missed:
            tables.add("SV", VISITNUM=float(number), VISIT=name, VISITDY=float(planned), SVSTDTC=day.isoformat())
            _findings(tables, rng, (float(number), name), day, means)
        if extra and plus(day, 3) <= last:
            tables.add("SV", VISITNUM=number + 0.1, VISIT=f"UNSCHEDULED {number}.1", VISITDY=None, SVSTDTC=plus(day, 3).isoformat())
    tables.rows["SV"].sort(key=lambda row: str(row["SVSTDTC"]))


def _findings(tables: Tables, rng: random.Random, visit: tuple[float, str], day: datetime.date, means: dict[str, float]) -> None:
    """Adds the vital signs of a visit, and the questionnaire of some."""
    (number, name), who = visit, tables.who
    for test, label, unit, _, _, noise in VITALS:
        value = round(rng.gauss(means[test], noise), 1)
        about: dict[str, Value] = {"VSTESTCD": test, "VSTEST": label, "VISITNUM": number, "VISIT": name, "VSDTC": day.isoformat()}
        if rng.random() < 0.03:
            tables.add("VS", **about, VSSTAT="NOT DONE")
        elif test == "WEIGHT" and who.site.country == "USA":
            tables.add("VS", **about, VSORRES=f"{value * POUNDS:.1f}", VSORRESU="LB", VSSTRESC=str(value), VSSTRESN=value, VSSTRESU=unit)
        else:
            tables.add("VS", **about, VSORRES=str(value), VSORRESU=unit, VSSTRESC=str(value), VSSTRESN=value, VSSTRESU=unit)
    if number in (2, 4, 7, 10):
        scale: dict[str, Value] = {
            "QSTESTCD": "HAMDTOT",
            "QSTEST": "HAMD Total Score",
            "QSCAT": "HAMILTON DEPRESSION RATING SCALE",
            "VISITNUM": number,
            "VISIT": name,
            "QSDTC": day.isoformat(),
        }
        if rng.random() < 0.04:
            tables.add("QS", **scale, QSSTAT="NOT DONE")
        else:
            total = max(0, who.depression + (0 if number == 2 else rng.randint(-2, 2)))
            tables.add("QS", **scale, QSORRES=str(total), QSSTRESC=str(total), QSSTRESN=float(total))


def events(tables: Tables, start: datetime.date, last: datetime.date) -> None:
    """Adds AE. An event that ended the treatment says so, as the outcome does."""
    who, rng = tables.who, tables.source("events")
    days = sorted(rng.randint(1, TREATMENT_DAYS) for _ in range(min(12, int(rng.expovariate(1 / 3.5)))))
    if who.severe:
        days = [rng.randint(2, 24), *days]
    if who.reason == "ADVERSE EVENT" and who.end is not None:
        days.append((who.end - start).days + 1)
    for i, day in enumerate(days):
        begun = on(start, day)
        if begun > last:
            continue
        term, code, related = rng.choice(EVENTS)
        stopped = who.reason == "ADVERSE EVENT" and i == len(days) - 1
        severe = (who.severe and i == 0) or stopped or rng.random() < 0.04
        serious = severe and rng.random() < 0.4
        ended = None if rng.random() < 0.2 else plus(begun, rng.randint(1, 20))
        tables.add(
            "AE",
            AETERM=term,
            AEDECOD=code,
            AESEV=None if rng.random() < 0.02 else "SEVERE" if severe else rng.choice(("MILD", "MILD", "MODERATE")),
            AESER="Y" if serious else "N",
            AEACN="DRUG WITHDRAWN" if stopped else "DOSE NOT CHANGED",
            AEREL=rng.choice(("POSSIBLE", "PROBABLE") if related else ("NONE", "REMOTE")),
            AEOUT="NOT RECOVERED/NOT RESOLVED" if ended is None else "RECOVERED/RESOLVED",
            AEDTC=plus(begun, rng.randint(0, 9)).isoformat(),
            AESTDTC=partial(rng, begun, 0.03),
            AEENDTC=iso(ended),
        )
