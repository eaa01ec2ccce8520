"""Code lists: which texts mean the same. Comparisons ignore case."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as sf

# MISSING are texts that say that a value is missing.
MISSING = ("", ".", "NA", "N/A", "NAN", "NULL")

YES = ("Y", "YES", "1", "TRUE", "T")
NO = ("N", "NO", "0", "FALSE", "F")
FEMALE = ("F", "FEMALE", "WOMAN", "W")
MALE = ("M", "MALE", "MAN")

# SEVERE are severities and toxicity grades of severe events.
SEVERE = ("SEVERE", "LIFE THREATENING", "LIFE-THREATENING", "FATAL", "DEATH", "3", "4", "5", "GRADE 3", "GRADE 4", "GRADE 5")

# RELATED are the relations to the treatment that count as related.
RELATED = (
    "RELATED", "POSSIBLE", "PROBABLE", "DEFINITE", "CERTAIN", "LIKELY", "PROBABLE/LIKELY",
    "POSSIBLY RELATED", "PROBABLY RELATED", "DEFINITELY RELATED", "SUSPECTED", "REASONABLE POSSIBILITY", *YES,
)  # fmt: skip

# SCREEN_FAILURES and NOT_ASSIGNED are codes and names of arms that say that a subject was not randomised.
SCREEN_FAILURES = ("SCRNFAIL", "SCREENFAIL", "SCREEN FAIL", "SCREEN FAILURE", "SCREENING FAILURE", "SCRFAIL", "SCRNFL", "SCRF", "SF")
NOT_ASSIGNED = ("NOTASSGN", "NOTASSN", "NOT ASSIGNED", "NOTASGN", "NOTRAND", "NOT RANDOMIZED", "NOT RANDOMISED")
NOT_TREATED = ("NOTTRT", "NOT TREATED", "ASSIGNED, NOT TREATED", "ASSIGNED BUT NOT TREATED", "RANDOMIZED, NOT TREATED")

RANDOMISED = ("RANDOMIZED", "RANDOMISED", "RANDOMIZATION", "RANDOMISATION")
COMPLETED = ("COMPLETED", "COMPLETE", "COMPLETER", "PROTOCOL COMPLETED", "STUDY COMPLETED", "COMPLETED STUDY")
DEATHS = ("DEATH", "DIED", "DEAD")

# MILESTONES are no end of a participation, where DSCAT does not say so.
MILESTONES = (
    *RANDOMISED, "INFORMED CONSENT OBTAINED", "INFORMED CONSENT", "ELIGIBILITY CRITERIA MET", "ENROLLED", "ENTERED INTO TRIAL",
    "ENTERED TREATMENT", "TREATMENT STARTED", "TREATMENT UNBLINDED", "FINAL LAB VISIT", "FINAL RETRIEVAL VISIT",
)  # fmt: skip

# NOT_CODED are codes of what nobody has found in a dictionary.
NOT_CODED = ("UNCODED", "NOT CODED", "UNCODABLE", "NOT CODABLE", "TO BE CODED")

# BEFORE_TREATMENT and AFTER_TREATMENT are epochs, as regular expressions.
BEFORE_TREATMENT = r"SCREEN|RUN-?IN|LEAD-?IN|WASH-?OUT|BASELINE|PRE-?TREATMENT"
AFTER_TREATMENT = r"FOLLOW|POST-?TREATMENT|LONG-?TERM SURVIVAL"

# OF_TREATMENT and OF_STUDY are subcategories of dispositions, as regular expressions: what a subject left. OF_TREATMENT is tried first.
OF_TREATMENT = r"TREATMENT|DRUG|MEDICATION|PRODUCT|DOSING"
OF_STUDY = r"STUDY|TRIAL|PARTICIPATION|FOLLOW"

# WITHDRAWN and LOST are reasons with which a subject leaves the study, as regular expressions.
WITHDRAWN = r"WITHDR|CONSENT"
LOST = r"LOST TO FOLLOW"


def one_of(text: Column, values: tuple[str, ...]) -> Column:
    """Says whether a text is one of the values, which are capital letters; false if it is missing."""
    return sf.coalesce(sf.upper(text).isin(*values), sf.lit(False))


def coded(code: str, reported: str) -> Column:
    """Returns the code of a term in capital letters; the reported term where there is none."""
    return sf.upper(sf.coalesce(sf.when(~one_of(sf.col(code), NOT_CODED), sf.col(code)), sf.col(reported)))


def sex(text: Column) -> Column:
    """Returns F, M or null."""
    return sf.when(one_of(text, FEMALE), "F").when(one_of(text, MALE), "M")


def done(occurred: Column, status: Column) -> Column:
    """Says whether what a row tells happened: neither --OCCUR is no, nor --STAT says that it was not done."""
    return ~one_of(occurred, NO) & ~one_of(status, ("NOT DONE",))
