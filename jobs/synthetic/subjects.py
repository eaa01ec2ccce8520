"""The rows of one subject in every table, as a site would have collected them."""

from __future__ import annotations

import datetime

from jobs.synthetic.course import events, visits
from jobs.synthetic.people import TREATMENT_DAYS, Person, Trial
from jobs.synthetic.tables import Rows, Tables, iso, on, partial, plus

CONDITIONS = (
    "HYPERTENSION",
    "ARTHRITIS",
    "TYPE 2 DIABETES MELLITUS",
    "HYPERCHOLESTEROLAEMIA",
    "HYPOTHYROIDISM",
    "ASTHMA",
    "CATARACT",
    "ATRIAL FIBRILLATION",
    "ANAEMIA",
    "DEPRESSION",
    "OSTEOPOROSIS",
    "MIGRAINE",
    "HEARING IMPAIRED",
    "GOUT",
)
DRUGS = (
    "ACETYLSALICYLIC ACID",
    "METFORMIN",
    "ATORVASTATIN",
    "AMLODIPINE",
    "PARACETAMOL",
    "LEVOTHYROXINE",
    "OMEPRAZOLE",
    "RAMIPRIL",
    "VITAMIN D",
)


def rows(trial: Trial, who: Person) -> Rows:
    """Returns the rows of a subject, by domain."""
    tables = Tables(trial, who)
    died = _demography(tables)
    _history(tables)
    if who.start is not None and who.end is not None:
        last = min(on(who.start, TREATMENT_DAYS), died or datetime.date.max) if not who.reason or who.stays else plus(who.end, 7)
        visits(tables, who.start, last)
        events(tables, who.start, last)
        _exposure(tables, who.start, who.end)
    _duplicates(tables)
    return tables.rows


def _demography(tables: Tables) -> datetime.date | None:
    """Adds DM and DS. Returns the day of death, if the subject died."""
    who, rng = tables.who, tables.source("dm")
    start, end = who.start, who.end
    died = plus(end, 1) if end is not None and who.reason == "ADVERSE EVENT" and rng.random() < 0.05 else None
    arm = {"": "Screen Failure", "PLACEBO": "Placebo", "ACTIVE": "Active 10 mg"}[who.arm]
    failed = not who.randomised
    at = start.isoformat() + ("T09:30" if rng.random() < 0.05 else "") if start else None
    tables.add(
        "DM",
        SUBJID=f"{who.number:04d}",
        RFSTDTC=at,
        RFENDTC=iso(end),
        RFXSTDTC=at,
        RFXENDTC=iso(end),
        RFICDTC=who.consent.isoformat(),
        DTHDTC=iso(died),
        DTHFL="Y" if died else None,
        SITEID=who.site.id,
        AGE=None if rng.random() < 0.01 else float(who.age),
        AGEU="YEARS",
        SEX="U" if rng.random() < 0.005 else who.sex,
        ARMCD="SCRNFAIL" if failed else who.arm[:3],
        ARM=arm,
        ACTARMCD="SCRNFAIL" if failed else who.arm[:3] if start else "NOTTRT",
        ACTARM=arm if start or failed else "Not Treated",
        ARMNRS="SCREEN FAILURE" if failed else None if start else "ASSIGNED, NOT TREATED",
        COUNTRY=who.site.country,
    )

    def ended(code: str, epoch: str, day: datetime.date, part: str = "STUDY PARTICIPATION") -> None:
        tables.add(
            "DS",
            DSTERM=code.capitalize(),
            DSDECOD=code,
            DSCAT="DISPOSITION EVENT",
            DSSCAT=part,
            EPOCH=epoch,
            DSDTC=plus(day, rng.randint(0, 4)).isoformat(),
            DSSTDTC=day.isoformat(),
        )

    for code, epoch, day in (
        ("INFORMED CONSENT OBTAINED", "SCREENING", who.consent),
        ("RANDOMIZED", "TREATMENT", start or plus(who.consent, 10)),
    ):
        if code != "RANDOMIZED" or not failed:
            tables.add(
                "DS",
                DSTERM=code.capitalize(),
                DSDECOD=code,
                DSCAT="PROTOCOL MILESTONE",
                DSSCAT=None,
                EPOCH=epoch,
                DSDTC=day.isoformat(),
                DSSTDTC=day.isoformat(),
            )
    if failed:
        ended("SCREEN FAILURE", "SCREENING", plus(who.consent, rng.randint(3, 14)))
    elif start is None or end is None:
        ended("WITHDRAWAL BY SUBJECT", "TREATMENT", plus(who.consent, 12))
    else:
        ended("DEATH" if died else who.reason or "COMPLETED", "TREATMENT", died or end, "STUDY TREATMENT")
        if died is None:
            ended(
                who.reason if who.reason and not who.stays else "COMPLETED",
                "FOLLOW-UP",
                on(start, TREATMENT_DAYS + 14) if not who.reason or who.stays else plus(end, 7),
            )
    return died


def _history(tables: Tables) -> None:
    """Adds MH and CM: what was before the trial, with dates that people remember by year or month."""
    who, rng = tables.who, tables.source("history")
    for condition in rng.sample(CONDITIONS, min(who.conditions, len(CONDITIONS))):
        since = plus(who.consent, -rng.randint(200, 9000))
        tables.add("MH", MHTERM=condition.capitalize(), MHDECOD=condition, MHDTC=who.consent.isoformat(), MHSTDTC=partial(rng, since, 0.7))
    for drug in rng.sample(DRUGS, rng.randint(0, min(len(DRUGS), 1 + who.conditions))):
        begun = plus(who.consent, -rng.randint(-40, 2500))
        ended = None if rng.random() < 0.8 else plus(begun, rng.randint(5, 300)).isoformat()
        tables.add("CM", CMTRT=drug.capitalize(), CMDECOD=drug, CMSTDTC=partial(rng, begun, 0.5), CMENDTC=ended)


def _exposure(tables: Tables, start: datetime.date, end: datetime.date) -> None:
    """Adds EX: one period, or two with a gap between them."""
    who, rng = tables.who, tables.source("exposure")
    periods = [(start, end)]
    if rng.random() < 0.12 and (end - start).days > 30:
        pause = plus(start, rng.randint(8, (end - start).days - 14))
        periods = [(start, pause), (plus(pause, rng.randint(2, 9)), end)]
    for begun, ended in periods:
        tables.add(
            "EX",
            EXTRT="PLACEBO" if who.arm == "PLACEBO" else "SYNTHETINE",
            EXDOSE=0.0 if who.arm == "PLACEBO" else 10.0,
            EXDOSU="mg",
            EXDOSFRQ="QD",
            EXROUTE="ORAL",
            EXSTDTC=begun.isoformat(),
            EXENDTC=ended.isoformat(),
        )


def _duplicates(tables: Tables) -> None:
    """Repeats a row in some tables, as an export that ran twice does."""
    rng = tables.source("duplicates")
    for domain in ("AE", "VS", "CM"):
        if tables.rows[domain] and rng.random() < 0.03:
            tables.rows[domain].append(dict(rng.choice(tables.rows[domain])))
