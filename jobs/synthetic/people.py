"""Who takes part: the sites and each subject's own traits. Everything follows from the seed and the subject's number."""

from __future__ import annotations

import datetime
import math
import random
from typing import NamedTuple

# COMMERCIAL is the hazard ratio of dropout at commercial sites, and DEPRESSED that of a score of DEPRESSED_FROM or more: Edland 2010,
# PMC2922976. CONDITION is the odds ratio of each comorbidity in 92 trials: Lees 2022, BMJ Medicine e000217.
COMMERCIAL = 2.2
DEPRESSED = 1.3
DEPRESSED_FROM = 6
CONDITION = 1.11

# SEVERE is the hazard ratio of an early severe adverse event: an assumption, so that early events tell something.
SEVERE = 1.8

# DAILY_HAZARD is calibrated so that 16.9% leave within the treatment, the share in 90 trials with 86,107 participants. It is EARLY times as
# high until EARLY_DAYS: the hazard is highest early.
DAILY_HAZARD = 0.00043
EARLY = 2.0
EARLY_DAYS = 56

# REASONS why subjects leave, with their shares: 43.5% for adverse events and 24.1% voluntarily in the same 90 trials. The others are
# guesses.
REASONS = (
    ("ADVERSE EVENT", 0.435),
    ("WITHDRAWAL BY SUBJECT", 0.241),
    ("LOST TO FOLLOW-UP", 0.13),
    ("LACK OF EFFICACY", 0.09),
    ("PROTOCOL DEVIATION", 0.054),
    ("PHYSICIAN DECISION", 0.05),
)

TREATMENT_DAYS = 168
SCREEN_FAILURE = 0.15
SUBJECTS_A_SITE = 25
COUNTRIES = ("USA", "DEU", "FRA", "POL", "ESP")


class Site(NamedTuple):
    """A site of the trial."""

    id: str
    country: str
    commercial: bool


class Person(NamedTuple):
    """A subject's traits.

    Attributes:
        number: the number in the order of screening, from 1.
        consent: the day of the informed consent.
        start: the day of the first dose, None for a screen failure and for a subject who was randomised and not treated.
        randomised: whether an arm was assigned.
        end: the last day of treatment.
        reason: why the treatment ended before its time, "" if it did not.
        stays: whether a subject who stopped the treatment stays in the study.
        conditions: the number of conditions of the medical history.
        depression: the score at the start, 0 to 52.
        severe: whether an early adverse event is severe.
    """

    number: int
    id: str
    site: Site
    age: int
    sex: str
    arm: str
    consent: datetime.date
    start: datetime.date | None
    randomised: bool
    end: datetime.date | None
    reason: str
    stays: bool
    conditions: int
    depression: int
    severe: bool


def source(seed: int, number: int, part: str) -> random.Random:
    """Returns the source of random numbers of one part of a subject, the same on every machine."""
    return random.Random(f"{seed}/{number}/{part}")  # noqa: S311 - reproducible on purpose


def sites(seed: int, subjects: int) -> tuple[Site, ...]:
    """Returns the sites of a trial with this many subjects, at least five."""
    rng = source(seed, 0, "sites")
    count = max(5, subjects // SUBJECTS_A_SITE)
    return tuple(Site(f"S{number:02d}", rng.choice(COUNTRIES), rng.random() < 0.3) for number in range(1, count + 1))


def _few(rng: random.Random, probability: float, most: int) -> int:
    count = 0
    while count < most and rng.random() < probability:
        count += 1
    return count


def _left(rng: random.Random, factor: float) -> int | None:
    """Returns the day on which a subject leaves the treatment, None if it completes."""
    for day in range(2, TREATMENT_DAYS):
        hazard = DAILY_HAZARD * factor * (EARLY if day <= EARLY_DAYS else 1)
        if rng.random() < -math.expm1(-hazard):
            return day
    return None


class Trial(NamedTuple):
    """A trial.

    Attributes:
        seed: what all random numbers follow from.
        study: its id.
        sites: where subjects take part.
        first_day: the first day on which somebody may be screened.
        enrolment: over how many days subjects are screened.
    """

    seed: int
    study: str
    sites: tuple[Site, ...]
    first_day: datetime.date
    enrolment: int


def person(trial: Trial, number: int) -> Person:
    """Returns the subject with this number, from 1 in the order of screening."""
    rng = source(trial.seed, number, "traits")
    site = rng.choice(trial.sites)
    consent = trial.first_day + datetime.timedelta(days=rng.randrange(trial.enrolment))
    conditions, depression = _few(rng, 0.7, 14), rng.randint(6, 18) if rng.random() < 0.2 else rng.randint(0, 5)
    severe = rng.random() < 0.08
    factor = (
        CONDITION**conditions
        * (COMMERCIAL if site.commercial else 1)
        * (DEPRESSED if depression >= DEPRESSED_FROM else 1)
        * (SEVERE if severe else 1)
    )
    fails, treated = rng.random() < SCREEN_FAILURE, rng.random() >= 0.005
    start = consent + datetime.timedelta(days=rng.randint(7, 21)) if not fails and treated else None
    left = _left(rng, factor)
    reason = rng.choices([name for name, _ in REASONS], [share for _, share in REASONS])[0]
    return Person(
        number=number,
        id=f"{trial.study}-{site.id}-{number:04d}",
        site=site,
        age=rng.randint(55, 89),
        sex=rng.choice("FM"),
        arm="" if fails else rng.choice(("PLACEBO", "ACTIVE")),
        consent=consent,
        start=start,
        randomised=not fails,
        end=start + datetime.timedelta(days=(left or TREATMENT_DAYS) - 1) if start else None,
        reason=reason if start and left else "",
        stays=rng.random() < 0.3,
        conditions=conditions,
        depression=depression,
        severe=severe,
    )
