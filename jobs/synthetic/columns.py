"""The columns of the tables: SDTM names, labels and types. The order is that of the SDTM Implementation Guide 3.4."""

from __future__ import annotations

from typing import NamedTuple


class Column(NamedTuple):
    """A column of a table.

    Attributes:
        name: the SDTM variable, 8 characters at most.
        label: what it is, 40 characters at most.
        number: whether its values are numbers; otherwise they are texts.
    """

    name: str
    label: str
    number: bool = False


TITLES = {
    "DM": "Demographics",
    "DS": "Disposition",
    "AE": "Adverse Events",
    "SV": "Subject Visits",
    "EX": "Exposure",
    "VS": "Vital Signs",
    "MH": "Medical History",
    "CM": "Concomitant Medications",
    "QS": "Questionnaires",
    "TS": "Trial Summary",
}


def _columns(domain: str, *more: str) -> tuple[Column, ...]:
    """Returns the columns: the identifiers, and those of "NAME label" or "NAME# label" for a number."""
    subject = () if domain == "TS" else ("USUBJID Unique Subject Identifier",)
    sequence = () if domain in ("DM", "SV") else (f"{domain}SEQ# Sequence Number",)
    all_ = ("STUDYID Study Identifier", "DOMAIN Domain Abbreviation", *subject, *sequence, *more)
    columns = []
    for text in all_:
        name, label = text.split(" ", 1)
        columns.append(Column(name.rstrip("#"), label, name.endswith("#")))
    return tuple(columns)


COLUMNS: dict[str, tuple[Column, ...]] = {
    "DM": _columns(
        "DM",
        "SUBJID Subject Identifier for the Study",
        "RFSTDTC Subject Reference Start Date/Time",
        "RFENDTC Subject Reference End Date/Time",
        "RFXSTDTC Date/Time of First Study Treatment",
        "RFXENDTC Date/Time of Last Study Treatment",
        "RFICDTC Date/Time of Informed Consent",
        "DTHDTC Date/Time of Death",
        "DTHFL Subject Death Flag",
        "SITEID Study Site Identifier",
        "AGE# Age",
        "AGEU Age Units",
        "SEX Sex",
        "ARMCD Planned Arm Code",
        "ARM Description of Planned Arm",
        "ACTARMCD Actual Arm Code",
        "ACTARM Description of Actual Arm",
        "ARMNRS Reason Arm and/or Actual Arm is Null",
        "COUNTRY Country",
    ),
    "DS": _columns(
        "DS",
        "DSTERM Reported Term for the Disposition Event",
        "DSDECOD Standardized Disposition Term",
        "DSCAT Category for Disposition Event",
        "DSSCAT Subcategory for Disposition Event",
        "EPOCH Epoch",
        "DSDTC Date/Time of Collection",
        "DSSTDTC Start Date/Time of Disposition Event",
    ),
    "AE": _columns(
        "AE",
        "AETERM Reported Term for the Adverse Event",
        "AEDECOD Dictionary-Derived Term",
        "AESEV Severity/Intensity",
        "AESER Serious Event",
        "AEACN Action Taken with Study Treatment",
        "AEREL Causality",
        "AEOUT Outcome of Adverse Event",
        "AEDTC Date/Time of Collection",
        "AESTDTC Start Date/Time of Adverse Event",
        "AEENDTC End Date/Time of Adverse Event",
    ),
    "SV": _columns(
        "SV", "VISITNUM# Visit Number", "VISIT Visit Name", "VISITDY# Planned Study Day of Visit", "SVSTDTC Start Date/Time of Visit"
    ),
    "EX": _columns(
        "EX",
        "EXTRT Name of Treatment",
        "EXDOSE# Dose",
        "EXDOSU Dose Units",
        "EXDOSFRQ Dosing Frequency per Interval",
        "EXROUTE Route of Administration",
        "EXSTDTC Start Date/Time of Treatment",
        "EXENDTC End Date/Time of Treatment",
    ),
    "VS": _columns(
        "VS",
        "VSTESTCD Vital Signs Test Short Name",
        "VSTEST Vital Signs Test Name",
        "VSORRES Result or Finding in Original Units",
        "VSORRESU Original Units",
        "VSSTRESC Character Result/Finding in Std Format",
        "VSSTRESN# Numeric Result/Finding in Standard Units",
        "VSSTRESU Standard Units",
        "VSSTAT Completion Status",
        "VISITNUM# Visit Number",
        "VISIT Visit Name",
        "VSDTC Date/Time of Measurements",
    ),
    "MH": _columns(
        "MH",
        "MHTERM Reported Term for the Medical History",
        "MHDECOD Dictionary-Derived Term",
        "MHDTC Date/Time of Collection",
        "MHSTDTC Start Date/Time of History Event",
    ),
    "CM": _columns(
        "CM",
        "CMTRT Reported Name of Drug, Med, or Therapy",
        "CMDECOD Standardized Medication Name",
        "CMSTDTC Start Date/Time of Medication",
        "CMENDTC End Date/Time of Medication",
    ),
    "QS": _columns(
        "QS",
        "QSTESTCD Question Short Name",
        "QSTEST Question Name",
        "QSCAT Category of Question",
        "QSORRES Finding in Original Units",
        "QSSTRESC Character Result/Finding in Std Format",
        "QSSTRESN# Numeric Finding in Standard Units",
        "QSSTAT Completion Status",
        "VISITNUM# Visit Number",
        "VISIT Visit Name",
        "QSDTC Date/Time of Finding",
    ),
    "TS": _columns("TS", "TSPARMCD Trial Summary Parameter Short Name", "TSPARM Trial Summary Parameter", "TSVAL Parameter Value"),
}
