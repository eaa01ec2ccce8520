"""Which features of a cohort a model may use: those of the data dictionary, or those that the user names.

A name that sounds like the treatment arm, the outcome, or an origin that must not decide how people are treated, is refused.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from model.model_json import name_fault


class Entry(NamedTuple):
    """What the data dictionary says about a feature."""

    low: float | None  # possible values: others are refused when a subject is scored
    high: float | None
    text: bool = False


COUNT = Entry(0, 10_000)
CHANGE = Entry(-500, 500)
DICTIONARY = {
    "age": Entry(0, 130),
    "sex": Entry(None, None, text=True),
    "ae_count": COUNT,
    "ae_serious_count": COUNT,
    "ae_severe_count": COUNT,
    "ae_related_count": COUNT,
    "visits_missed": COUNT,
    "visits_late": COUNT,
    "dose_gap_days": COUNT,
    "weight_change_pct": Entry(-100, 500),
    "systolic_bp_change": CHANGE,
    "diastolic_bp_change": CHANGE,
    "pulse_change": CHANGE,
    "medication_count": COUNT,
    "medical_history_count": COUNT,
    "depression_score": Entry(0, 1000),
    "site_discontinued_share": Entry(0, 1),
}

ARM = (
    "arm armcd actarm actarmcd arms treatment treat trt trta trtp trt01a trt01p dose exdose exdosu extrt placebo drug active "
    "randomized randomised randomization randomisation allocation unblinded group"
)
OUTCOME = (
    "outcome label target dsdecod dsterm dsstdtc disposition discontinued discontinuation discontinue withdrew withdrawal "
    "withdrawn withdraw dropout dropped completed completion complete completer death died dthfl dthdtc eos status"
)
ORIGIN = "race ethnic ethnicity country genotype apoe origin"
REFUSED = {
    **dict.fromkeys(ARM.split(), "sounds like the treatment arm: a model that knows it unblinds the trial"),
    **dict.fromkeys(OUTCOME.split(), "sounds like the outcome, which a model must not see"),
    **dict.fromkeys(ORIGIN.split(), "is an origin, which must not decide how people are treated"),
}


def refusal(name: str) -> str:
    """Say why a model must not use a feature, or return an empty text."""
    if name in DICTIONARY:
        return ""
    fault = name_fault(name)
    if fault:
        return "the name " + fault
    words = re.split(r"[_.\-]|(?<=[a-z])(?=[A-Z])", name)
    return next((REFUSED[word] for word in map(str.lower, [*words, name]) if word in REFUSED), "")


class Choice(NamedTuple):
    """The features that a model is offered, and those that it is not, with the reason for each."""

    names: list[str]  # sorted
    left_out: dict[str, str]


def choose(present: set[str], wanted: list[str] | None) -> tuple[Choice, list[str]]:
    """Choose features of those that the cohort has. Return the choice and the faults of the user's own list."""
    left_out: dict[str, str] = {}
    for name in sorted(present):
        why = refusal(name)
        if not why and wanted is None and name not in DICTIONARY:
            why = "is not in the data dictionary: name it in --features to use it"
        elif not why and wanted is not None and name not in wanted:
            why = "is not named in --features"
        if why:
            left_out[name] = why
    faults = []
    for name in wanted or []:
        if refusal(name):
            faults.append(f"--features: {name} {refusal(name)}")
        elif name not in present:
            faults.append(f"--features: {name} is in no line of the cohort")
    names = [name for name in sorted(present) if name not in left_out]
    if not names and not faults:
        faults.append("the cohort has no feature of the data dictionary (docs/features.md): name the features to use in --features a,b,c")
    return Choice(names, left_out), faults
