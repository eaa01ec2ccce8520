"""Trains a model: `python -m model.train --cohort cohort.jsonl --outcomes outcomes.jsonl --out DIR`.

DIR gets model.tar.gz, profile.json, card.html and card.json. Exit code 1 is a fault of the data, 2 one of the arguments.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

from model import artefact, card, page, profile
from model.data import Sources, prepare
from model.rows import DataFaultError
from model.training import LARGE, Settings, Trained, train


def outputs(trained: Trained, content: dict[str, Any]) -> dict[str, bytes]:
    """Return the content of each file that a training writes, with a given card."""
    data = trained.data
    model = artefact.document(data.design, trained.fit, trained.evaluation.at.threshold, data.provenance)
    rows = [subject.features for subject in data.cohort.subjects]
    drift = profile.profile(rows, [field.name for field in data.design.fields], data.cohort.digest)
    return {
        "model.tar.gz": artefact.pack(model),
        "profile.json": artefact.to_json(drift),
        "card.json": artefact.to_json(content),
        "card.html": page.page(content).encode("utf-8"),
    }


def summary(folder: Path, content: dict[str, Any]) -> str:
    """Return what the command prints: the verdict, and where to read more."""
    facts, judged = content["data"], content["verdict"]
    left_out = [f"{item['name']} {item['reason']}" for item in content["leftOut"]]
    lines = [f"{facts['subjects']} subjects, of whom {facts['events']} discontinued."]
    lines += [f"{facts['withoutOutcome']} subjects of the cohort have no outcome."] if facts["withoutOutcome"] else []
    lines += [f"{facts['outcomesWithoutSubject']} outcomes have no subject in the cohort."] if facts["outcomesWithoutSubject"] else []
    lines += ["Left out: " + "; ".join(left_out) + "."] if left_out else []
    lines += [
        judged["title"] + ".",
        *judged["reasons"],
        f"Threshold: {content['threshold']['threshold']:g}",
        f"Card: {folder / 'card.html'}",
    ]
    return "\n".join(lines) + "\n"


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Write files, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        part = folder / f".{name}.part"
        part.write_bytes(content)
        part.replace(folder / name)


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
    parser.add_argument(
        "--subject-column", default="", help="the column of CSV with the ids. Default: subject, USUBJID, subject_id or SUBJID"
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


def _progress(text: str) -> None:
    sys.stderr.write(f"train: {text}\n")
    sys.stderr.flush()


def _between(low: float, high: float) -> Callable[[str], float]:
    def number(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = low
        if not low < value < high:
            raise argparse.ArgumentTypeError(f"must be between {low} and {high}, both excluded, got {text!r}")
        return value

    return number


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Return its exit code."""
    parsed = parse(arguments)
    try:
        return run(parsed)
    except KeyboardInterrupt:
        return 130


def run(parsed: argparse.Namespace) -> int:
    """Train as the arguments say. Return the exit code."""
    try:
        chosen = parsed.features.split(",") if parsed.features else None
        data = prepare(Sources(parsed.cohort, parsed.outcomes, chosen, parsed.seed, parsed.subject_column))
    except DataFaultError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    trained = train(data, Settings(parsed.threshold, parsed.alerts, parsed.seed, parsed.folds, parsed.repeats), _progress)
    content = card.card(trained)
    try:
        write(parsed.out, outputs(trained, content))
    except OSError as error:
        sys.stderr.write(f"{parsed.out}: cannot be written: {error.strerror}\n")
        return 1
    sys.stdout.write(summary(parsed.out, content))
    return 0


if __name__ == "__main__":
    sys.exit(main())
