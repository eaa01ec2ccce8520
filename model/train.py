"""Trains a model: `python -m model.train --cohort cohort.jsonl --outcomes outcomes.jsonl --out DIR`.

DIR gets model.tar.gz, profile.json, card.html and card.json. Exit code 1 is a fault of the data, 2 one of the arguments.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any, NamedTuple, Sequence

import numpy as np
from numpy.typing import NDArray

from model import artefact, cohort, design, evaluation, features, fitting, profile
from model.cohort import DataFaultError

MIN_EVENTS = 20  # of each outcome: fewer leave nothing to choose or to validate by
MIN_MATCHED = 0.5  # share of the cohort that has an outcome; fewer point to other ids
RESAMPLES = 1000
LARGE = 5000  # subjects, from which one repetition and fewer resamples are enough


class Data(NamedTuple):
    """What a model is trained on."""

    subjects: list[cohort.Subject]  # those with an outcome, sorted by id
    outcomes: NDArray[np.float64]
    design: design.Design
    choice: features.Choice
    cohort: cohort.Cohort
    training: artefact.Training
    unknown: int  # subjects of the cohort without an outcome
    extra: int  # outcomes without a subject of the cohort


class Trained(NamedTuple):
    """A model and how good it is."""

    data: Data
    fit: fitting.Fit
    predictions: evaluation.Predictions
    evaluation: evaluation.Evaluation
    threshold_by: str  # why the threshold is what it is


def prepare(arguments: argparse.Namespace) -> Data:
    """Read and check the data.

    Raises:
        DataFaultError: with every fault of both files.
    """
    faults: list[str] = []
    subjects, outcomes = None, None
    try:
        subjects = cohort.read_cohort(arguments.cohort)
    except DataFaultError as error:
        faults.append(str(error))
    try:
        outcomes = cohort.read_outcomes(arguments.outcomes)
    except DataFaultError as error:
        faults.append(str(error))
    if subjects is None or outcomes is None:
        raise DataFaultError(faults)
    rows = sorted(subject for subject in subjects.subjects if subject.subject in outcomes.outcomes)
    labels = np.array([outcomes.outcomes[subject.subject] for subject in rows], dtype=float)
    faults += _count_faults(arguments, len(subjects.subjects), labels)
    wanted = arguments.features.split(",") if arguments.features else None
    choice, wrong = features.choose({name for subject in subjects.subjects for name in subject.features}, wanted)
    table, unusable = design.build([subject.features for subject in rows], choice.names)
    faults += wrong + [f"{arguments.cohort}: {fault}" for fault in unusable]
    if not faults and not table.fields:
        faults.append(f"{arguments.cohort}: no feature varies between the subjects: nothing can be learned")
    if faults:
        raise DataFaultError(faults)
    training = artefact.Training(len(rows), int(labels.sum()), subjects.digest, outcomes.digest, arguments.seed)
    return Data(rows, labels, table, choice, subjects, training, len(subjects.subjects) - len(rows), len(outcomes.outcomes) - len(rows))


def _count_faults(arguments: argparse.Namespace, everybody: int, labels: NDArray[np.float64]) -> list[str]:
    events, rest = int(labels.sum()), int(len(labels) - labels.sum())
    if not len(labels):
        return [f"no subject is in both {arguments.cohort} ({everybody} subjects) and {arguments.outcomes}: do they use the same ids?"]
    faults = []
    if len(labels) < MIN_MATCHED * everybody:
        faults.append(
            f"{arguments.outcomes}: has an outcome for {len(labels)} of the {everybody} subjects, want at least half: do both files use the same ids?"
        )
    if min(events, rest) < MIN_EVENTS:
        faults.append(
            f"{arguments.outcomes}: {events} of the subjects in both files discontinued and {rest} completed, want at least {MIN_EVENTS} of each: "
            "train on more subjects"
        )
    return faults


def train(data: Data, arguments: argparse.Namespace) -> Trained:
    """Fit the model, and evaluate the fitting on subjects that it has not seen."""
    values, outcomes, seed = data.design.values, data.outcomes, arguments.seed
    large = len(outcomes) > LARGE
    predictions = evaluation.predict(values, outcomes, arguments.folds, 1 if large else arguments.repeats, seed)
    threshold, by = arguments.threshold, "given"
    if threshold is None:
        threshold = evaluation.choose_threshold(predictions, arguments.alerts / 100)
        by = f"the lowest threshold with at most {arguments.alerts:g} alerts for 100 subjects"
    judged = evaluation.evaluate(predictions, threshold, RESAMPLES // 5 if large else RESAMPLES, seed)
    return Trained(data, fitting.fit(values, outcomes, arguments.folds, seed), predictions, judged, by)


def outputs(trained: Trained) -> dict[str, bytes]:
    """Return the content of each file that a training writes."""
    data = trained.data
    model = artefact.document(data.design, trained.fit, trained.evaluation.at.threshold, data.training)
    rows = [subject.features for subject in data.cohort.subjects]
    drift = profile.profile(rows, [field.name for field in data.design.fields], data.cohort.digest)
    return {"model.tar.gz": artefact.pack(model), "profile.json": artefact.to_json(drift)}


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Write files, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        part = folder / f".{name}.part"
        part.write_bytes(content)
        os.replace(part, folder / name)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="python -m model.train", description="Trains a model of the risk that a subject discontinues.")
    parser.add_argument("--cohort", type=Path, required=True, help="JSON Lines or CSV, also gzip: subject, site, features")
    parser.add_argument(
        "--outcomes", type=Path, required=True, help="JSON Lines or CSV, also gzip: subject, outcome (1 discontinued, 0 completed)"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="the folder to write model.tar.gz, profile.json, card.html and card.json to"
    )
    parser.add_argument("--features", help="features to use, with commas between them. Default: those of docs/features.md")
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--threshold", type=_between(0, 1), help="alert above this risk. Default: chosen by --alerts")
    chosen.add_argument(
        "--alerts", type=_between(0, 100), default=20, help="choose the threshold with at most so many alerts for 100 subjects. Default: 20"
    )
    parser.add_argument("--seed", type=int, default=1, help="of folds and resamples. Default: 1")
    parser.add_argument("--folds", type=int, choices=range(2, 11), default=5, help="of the cross-validation. Default: 5")
    parser.add_argument(
        "--repeats", type=int, choices=range(1, 21), default=5, help=f"of the cross-validation; 1 from {LARGE} subjects on. Default: 5"
    )
    return parser.parse_args(arguments)


def _between(low: float, high: float) -> Any:
    def number(text: str) -> float:
        value = float(text)
        if not low < value < high:
            raise argparse.ArgumentTypeError(f"must be between {low} and {high}, both excluded, got {text!r}")
        return value

    return number


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Return its exit code."""
    parsed = parse(arguments)
    try:
        data = prepare(parsed)
    except DataFaultError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    trained = train(data, parsed)
    write(parsed.out, outputs(trained))
    sys.stdout.write(f"{parsed.out}: model of {data.training.subjects} subjects, {data.training.events} of whom discontinued\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
