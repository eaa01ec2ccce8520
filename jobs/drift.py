"""Drift: how far the features of a cohort are from those that the model was trained on, by the population stability index.

The index adds up (a - e) · ln(a / e) over the bins of a feature, where a is the share of the cohort in a bin and e that of the training
data. A missing value is a bin of its own. Below 0.1 a feature is stable, from 0.25 on it has shifted.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from jobs.faults import JobError
from jobs.quality import Feature

# _LEAST is the least share of a bin: an empty bin has no logarithm.
_LEAST = 1e-4


def index(actual: Sequence[int], expected: Sequence[int]) -> float:
    """Returns the population stability index of two counts of the same bins, each with one subject at least."""
    total_a, total_e = sum(actual), sum(expected)
    shares = [(max(a / total_a, _LEAST), max(e / total_e, _LEAST)) for a, e in zip(actual, expected)]
    return round(sum((a - e) * math.log(a / e) for a, e in shares), 4)


def level(value: float) -> str:
    """Returns the words for an index."""
    return "stable" if value < 0.1 else "moderate" if value < 0.25 else "shifted"


def parse(name: str, text: str) -> dict[str, Mapping[str, Any]]:
    """Returns the features of a training profile, profile.json.

    Raises:
        JobError: if it is no profile.
    """
    try:
        features = json.loads(text)["features"]
        for feature in features.values():
            counts = feature["counts"]
            values = list(counts.values()) if feature["kind"] == "text" else counts
            if feature["kind"] == "number" and len(feature["bins"]) not in (len(counts) - 1, len(counts) + 1):
                raise ValueError
            if sum(values) + feature["missing"] <= 0 or min([*values, feature["missing"]]) < 0:
                raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        raise JobError([f"{name}: is not a training profile; use the profile.json that the training of the model wrote"]) from None
    return dict(features)


def _bins(feature: Feature, trained: Mapping[str, Any]) -> tuple[list[int], list[int]]:
    """Returns the counts of the cohort and of the training data in the same bins, missing values last."""
    if trained["kind"] == "text":
        values = sorted(trained["counts"])
        unseen = sum(count for value, count in feature.texts.items() if value not in trained["counts"])
        actual = [feature.texts[value] for value in values] + [unseen, feature.missing]
        return actual, [trained["counts"][value] for value in values] + [0, trained["missing"]]
    counts = list(trained["counts"])
    edges = trained["bins"] if len(trained["bins"]) == len(counts) - 1 else trained["bins"][1:-1]
    actual = [0] * len(counts)
    for value in feature.numbers:
        actual[bisect_right(edges, value)] += 1
    return [*actual, feature.missing], [*counts, trained["missing"]]


def compare(features: Mapping[str, Feature], profile: Mapping[str, Mapping[str, Any]], subjects: int) -> dict[str, Any]:
    """Returns the drift of each feature of a cohort.

    Args:
        features: the values of the cohort.
        profile: the features of the training profile.
        subjects: the number of subjects in the cohort.
    """
    drift: dict[str, Any] = {}
    for name, trained in sorted(profile.items()):
        feature = features.get(name)
        if feature is None or feature.kind != trained["kind"]:
            drift[name] = {"level": "unknown feature"}
        elif not subjects:
            drift[name] = {"level": "no subjects"}
        else:
            value = index(*_bins(feature, trained))
            drift[name] = {"psi": value, "level": level(value)}
    for name in sorted(set(features) - set(profile)):
        drift[name] = {"level": "not in the profile"}
    return drift
