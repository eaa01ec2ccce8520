"""The data of a training: the subjects who have an outcome, and the columns of the model."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model import cohort, design, features
from model.artefact import Provenance
from model.rows import DataFaultError

MIN_EVENTS = 20  # of each outcome: fewer leave nothing to choose or to validate by
MIN_MATCHED = 0.5  # share of the cohort that has an outcome; fewer point to other ids


class Data(NamedTuple):
    """What a model is trained on."""

    subjects: list[cohort.Subject]  # those with an outcome, sorted by id
    outcomes: NDArray[np.float64]
    design: design.Design
    choice: features.Choice
    cohort: cohort.Cohort
    provenance: Provenance
    unknown: int  # subjects of the cohort without an outcome
    extra: int  # outcomes without a subject of the cohort


class Sources(NamedTuple):
    """What to train on."""

    cohort: Path
    outcomes: Path
    features: list[str] | None  # None for those of the data dictionary
    seed: int
    subject: str  # the column of CSV with the ids; "" for the usual ones


def prepare(sources: Sources) -> Data:
    """Read and check the data.

    Raises:
        DataFaultError: with every fault of both files.
    """
    faults: list[str] = []
    subjects, outcomes = None, None
    try:
        subjects = cohort.read_cohort(sources.cohort, sources.subject)
    except DataFaultError as error:
        faults.append(str(error))
    try:
        outcomes = cohort.read_outcomes(sources.outcomes, sources.subject)
    except DataFaultError as error:
        faults.append(str(error))
    if subjects is None or outcomes is None:
        raise DataFaultError(faults)
    rows = sorted(subject for subject in subjects.subjects if subject.subject in outcomes.outcomes)
    labels = np.array([outcomes.outcomes[subject.subject] for subject in rows], dtype=float)
    faults += _count_faults(sources, len(subjects.subjects), labels)
    choice, wrong = features.choose({name for subject in subjects.subjects for name in subject.features}, sources.features)
    table, unusable = design.build([subject.features for subject in rows], choice.names)
    faults += wrong + [f"{sources.cohort}: {fault}" for fault in unusable]
    if not faults and not table.fields:
        faults.append(f"{sources.cohort}: no feature varies between the subjects: nothing can be learned")
    if faults:
        raise DataFaultError(faults)
    provenance = Provenance(len(rows), int(labels.sum()), subjects.digest, outcomes.digest, sources.seed)
    return Data(rows, labels, table, choice, subjects, provenance, len(subjects.subjects) - len(rows), len(outcomes.outcomes) - len(rows))


def _count_faults(sources: Sources, everybody: int, labels: NDArray[np.float64]) -> list[str]:
    events, rest = int(labels.sum()), int(len(labels) - labels.sum())
    if not len(labels):
        return [f"no subject is in both {sources.cohort} ({everybody} subjects) and {sources.outcomes}: do they use the same ids?"]
    faults = []
    if len(labels) < MIN_MATCHED * everybody:
        faults.append(
            f"{sources.outcomes}: has an outcome for {len(labels)} of {everybody} subjects, "
            "want at least half: do both files use the same ids?"
        )
    if min(events, rest) < MIN_EVENTS:
        faults.append(
            f"{sources.outcomes}: {events} of the subjects in both files discontinued and {rest} completed, "
            f"want at least {MIN_EVENTS} of each: train on more subjects"
        )
    return faults
