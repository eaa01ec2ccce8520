"""The data dictionary: which variables the job reads, and which features it writes.

docs/features.md describes the same, and a test compares the two. Reading drops every variable that is not in VARIABLES. A
variable that is not read cannot reach a feature.
"""

from __future__ import annotations

from typing import NamedTuple

# VARIABLES are the variables of each domain that the job reads. Those in POPULATION_ONLY say who belongs to the cohort and never reach a
# feature.
VARIABLES: dict[str, tuple[str, ...]] = {
    "DM": ("USUBJID", "SITEID", "RFSTDTC", "RFXSTDTC", "BRTHDTC", "AGE", "AGEU", "SEX", "ARMCD", "ARM", "ARMNRS", "DTHDTC"),
    "DS": ("USUBJID", "DSCAT", "DSSCAT", "DSDECOD", "DSTERM", "EPOCH", "DSSTDTC", "DSDTC"),
    "AE": ("USUBJID", "AESEQ", "AETERM", "AEDECOD", "AESTDTC", "AEENDTC", "AEDTC", "AESER", "AESEV", "AETOXGR", "AEREL", "AEOCCUR"),
    "SV": ("USUBJID", "VISITNUM", "VISIT", "VISITDY", "SVSTDTC", "SVOCCUR"),
    "EX": ("USUBJID", "EXSTDTC", "EXENDTC", "EXOCCUR"),
    "VS": ("USUBJID", "VSTESTCD", "VSSTRESN", "VSSTRESU", "VSORRES", "VSORRESU", "VSSTAT", "VSDTC"),
    "CM": ("USUBJID", "CMTRT", "CMDECOD", "CMSTDTC", "CMENDTC", "CMDTC", "CMSTRF", "CMSTRTPT", "CMOCCUR", "CMSTAT"),
    "MH": ("USUBJID", "MHTERM", "MHDECOD", "MHSTDTC", "MHDTC", "MHOCCUR", "MHSTAT"),
    "QS": ("USUBJID", "QSTESTCD", "QSTEST", "QSCAT", "QSSTRESN", "QSORRES", "QSSTAT", "QSDTC"),
}

# REQUIRED_DOMAINS must be there: without DM nobody is known, without DS nobody knows who left.
REQUIRED_DOMAINS = ("DM", "DS")

# REQUIRED_VARIABLES must be there in a table that is read. Each group needs one of its members.
REQUIRED_VARIABLES: dict[str, tuple[tuple[str, ...], ...]] = {
    "DM": (("USUBJID",), ("SITEID",), ("RFSTDTC", "RFXSTDTC")),
    "DS": (("USUBJID",), ("DSDECOD", "DSTERM"), ("DSSTDTC", "DSDTC")),
    "AE": (("USUBJID",), ("AESTDTC", "AEDTC")),
    "SV": (("USUBJID",), ("VISITNUM",), ("SVSTDTC",)),
    "EX": (("USUBJID",), ("EXSTDTC",)),
    "VS": (("USUBJID",), ("VSTESTCD",), ("VSSTRESN", "VSORRES"), ("VSDTC",)),
    "CM": (("USUBJID",), ("CMTRT", "CMDECOD")),
    "MH": (("USUBJID",), ("MHTERM", "MHDECOD")),
    "QS": (("USUBJID",), ("QSTESTCD",), ("QSSTRESN", "QSORRES"), ("QSDTC",)),
}

# POPULATION_ONLY are variables that decide who belongs to the cohort, and that no feature may use: they name the arm or the outcome.
POPULATION_ONLY = frozenset({"ARMCD", "ARM", "ARMNRS", "DTHDTC", "DSCAT", "DSSCAT", "DSDECOD", "DSTERM", "EPOCH"})


class Feature(NamedTuple):
    """One feature of a subject.

    Attributes:
        name: its name in the cohort.
        kind: "number" or "text".
        unit: the unit of a number, or the values of a text.
        variables: the SDTM variables that it comes from.
        derivation: how, in one sentence.
        window: the days that it looks at. "Start" is the subject's first day, "end" the last day of its window.
    """

    name: str
    kind: str
    unit: str
    variables: tuple[str, ...]
    derivation: str
    window: str


_EARLY = "start to end"
_KNOWN = "up to end"

FEATURES: tuple[Feature, ...] = (
    Feature(
        "ae_count",
        "number",
        "events",
        ("AE.AEDECOD", "AE.AETERM", "AE.AESTDTC", "AE.AEDTC"),
        "Adverse events, each term and start date once.",
        _EARLY,
    ),
    Feature(
        "ae_related_count", "number", "events", ("AE.AEREL",), "Those of ae_count that the investigator relates to the treatment.", _EARLY
    ),
    Feature(
        "ae_serious_count",
        "number",
        "events",
        ("AE.AESER", "AE.AEENDTC"),
        "Those of ae_count that are serious and had ended by the end.",
        _EARLY,
    ),
    Feature(
        "ae_severe_count",
        "number",
        "events",
        ("AE.AESEV", "AE.AETOXGR", "AE.AEENDTC"),
        "Those of ae_count that are severe and had ended by the end.",
        _EARLY,
    ),
    Feature("age", "number", "years", ("DM.AGE", "DM.AGEU", "DM.BRTHDTC"), "The age at the start.", "start"),
    Feature(
        "depression_score",
        "number",
        "points of the questionnaire",
        ("QS.QSTESTCD", "QS.QSTEST", "QS.QSCAT", "QS.QSSTRESN", "QS.QSORRES", "QS.QSDTC"),
        "The last total of the trial's depression questionnaire.",
        _KNOWN,
    ),
    Feature(
        "diastolic_bp_change",
        "number",
        "mmHg",
        ("VS.VSTESTCD", "VS.VSSTRESN", "VS.VSSTRESU", "VS.VSDTC"),
        "DIABP: the last day's mean minus the baseline's.",
        _EARLY,
    ),
    Feature(
        "dose_gap_days",
        "number",
        "days",
        ("EX.EXSTDTC", "EX.EXENDTC", "EX.EXOCCUR"),
        "Days between the first dose and the end that lie between two periods of dosing.",
        _EARLY,
    ),
    Feature(
        "medical_history_count",
        "number",
        "conditions",
        ("MH.MHDECOD", "MH.MHTERM", "MH.MHSTDTC", "MH.MHDTC"),
        "Conditions of the history, each term once.",
        _KNOWN,
    ),
    Feature(
        "medication_count",
        "number",
        "medications",
        ("CM.CMDECOD", "CM.CMTRT", "CM.CMSTDTC", "CM.CMENDTC", "CM.CMDTC"),
        "Medications that did not end before the start, each name once.",
        _KNOWN,
    ),
    Feature(
        "pulse_change",
        "number",
        "beats/min",
        ("VS.VSTESTCD", "VS.VSSTRESN", "VS.VSSTRESU", "VS.VSDTC"),
        "PULSE: the last day's mean minus the baseline's.",
        _EARLY,
    ),
    Feature("sex", "text", "F or M", ("DM.SEX",), "The sex; null where it is neither.", "start"),
    Feature(
        "site_discontinued_share",
        "number",
        "0 to 1",
        ("DM.SITEID", "DS.DSSTDTC", "DS.DSDTC"),
        "The share of the other randomised subjects of the site that had discontinued.",
        _KNOWN,
    ),
    Feature(
        "systolic_bp_change",
        "number",
        "mmHg",
        ("VS.VSTESTCD", "VS.VSSTRESN", "VS.VSSTRESU", "VS.VSDTC"),
        "SYSBP: the last day's mean minus the baseline's.",
        _EARLY,
    ),
    Feature(
        "visits_late",
        "number",
        "visits",
        ("SV.VISITNUM", "SV.VISITDY", "SV.SVSTDTC"),
        "Planned visits that began more than 3 days after their planned day.",
        _EARLY,
    ),
    Feature(
        "visits_missed",
        "number",
        "visits",
        ("SV.VISITNUM", "SV.VISITDY", "SV.SVSTDTC"),
        "Planned visits that had not begun 7 days or more after their planned day.",
        _EARLY,
    ),
    Feature(
        "weight_change_pct",
        "number",
        "percent",
        ("VS.VSTESTCD", "VS.VSSTRESN", "VS.VSSTRESU", "VS.VSDTC"),
        "WEIGHT: the last day's mean minus the baseline's, in percent of the baseline.",
        _EARLY,
    ),
)

NAMES = tuple(feature.name for feature in FEATURES)
NUMBERS = tuple(feature.name for feature in FEATURES if feature.kind == "number")
