"""The model: scores subjects. It is shipped in model.tar.gz and needs only numpy.

The log odds of a subject are the intercept plus a contribution for each feature. A contribution is a coefficient times the
distance from the mean of the training data, in standard deviations, so that it is 0 for an average subject. Platt's calibration
then scales and shifts the log odds. A value outside the range of the training data counts as the nearest value inside. A null counts
as what the training data taught about missing values; where too few were missing to learn from, it counts as the mean. The answer
names the features of which either is true. A subject of whom more than half of the features are filled with the mean is not scored.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

MAX_REASONS = 3
MAX_NUMBER = 1e12  # no coefficient, mean or limit of a real feature is larger
RESERVED_WORDS = ("error", "risk_score")  # the pipeline searches the text of an answer for these
RESERVED_NAMES = ("id", "features", "instances", "predictions", "reasons", "feature", "contribution")


class Score(NamedTuple):
    """The answer for one subject: a risk with its contributions, or the faults of its features."""

    risk: float  # between 0 and 1; NaN with faults
    contributions: dict[str, float]  # in log odds, relative to the mean of the training data
    outside: list[str]  # the features whose values are outside the range of the training data
    filled: list[str]  # the features that are null and count as the mean
    faults: list[str]  # they name features, and no value

    def reasons(self) -> list[tuple[str, float]]:
        """Return the features that moved the score most, at most three, the largest contribution first."""
        ranked = sorted(self.contributions.items(), key=lambda item: (-abs(item[1]), item[0]))
        return [(name, value) for name, value in ranked[:MAX_REASONS] if round(value, 4) != 0]


class Term(NamedTuple):
    """A column of the model: a number, a category, or the fact that a value is missing."""

    mean: float
    scale: float  # above 0
    coefficient: float

    def contribution(self, value: float) -> float:
        """Return what a value adds to the log odds, before calibration."""
        return self.coefficient * (value - self.mean) / self.scale


class Feature(NamedTuple):
    """A feature that the model uses."""

    name: str
    low: float  # the range of the training data; numbers only
    high: float
    limits: tuple[float, float]  # the possible values: others are refused
    number: Term | None  # None for a text
    categories: dict[str, Term | None] | None  # None for a number; a category without a term was too rare to learn from
    missing: Term | None  # None where too few values were missing to learn from

    def rule(self) -> str:
        """Say which values the model accepts."""
        if self.categories is not None:
            kind = "one of " + ", ".join(self.categories)
        else:
            low, high = self.limits
            kind = "a number" if math.isinf(low) or math.isinf(high) else f"a number from {low:g} to {high:g}"
        return kind + " or null"

    def judge(self, value: object) -> tuple[float, bool, str]:
        """Return the contribution of a value, whether it is outside the training range, and its fault or an empty text."""
        if value is None:
            return self._absence(1.0), False, ""
        if self.categories is not None:
            if not isinstance(value, str) or value not in self.categories:
                return 0.0, False, f"feature {self.name} must be {self.rule()}"
            return self._category(value) + self._absence(0.0), False, ""
        number = finite(value)
        if number is None or not self.limits[0] <= number <= self.limits[1] or self.number is None:
            return 0.0, False, f"feature {self.name} must be {self.rule()}"
        inside = min(max(number, self.low), self.high)
        return self.number.contribution(inside) + self._absence(0.0), inside != number, ""

    def _category(self, value: str) -> float:
        terms = self.categories or {}
        if terms[value] is None:
            return 0.0
        return sum(term.contribution(float(name == value)) for name, term in terms.items() if term is not None)

    def _absence(self, missing: float) -> float:
        return self.missing.contribution(missing) if self.missing else 0.0


class Model(NamedTuple):
    """A checked model."""

    intercept: float
    features: list[Feature]
    calibration: tuple[float, float]  # intercept and slope of Platt's calibration
    threshold: float

    def score(self, features: object) -> Score:
        """Score one subject. Other features than the model's are ignored; a missing one is a fault."""
        if not isinstance(features, dict):
            return Score(math.nan, {}, [], [], ["features must be an object"])
        contributions, outside, faults = {}, [], []
        for feature in self.features:
            if feature.name not in features:
                faults.append(f"feature {feature.name} is missing")
                continue
            amount, beyond, fault = feature.judge(features[feature.name])
            contributions[feature.name] = amount * self.calibration[1]
            outside += [feature.name] if beyond else []
            faults += [fault] if fault else []
        filled = [feature.name for feature in self.features if features.get(feature.name, 0) is None and feature.missing is None]
        if len(filled) > len(self.features) / 2:
            faults.append("more than half of the features are null: too little is known")
        if faults:
            return Score(math.nan, {}, [], [], faults)
        return Score(sigmoid(self.base() + math.fsum(contributions.values())), contributions, outside, filled, [])

    def base(self) -> float:
        """Return the calibrated log odds of a subject whose every feature is the mean of the training data."""
        return self.calibration[0] + self.calibration[1] * self.intercept


def sigmoid(log_odds: float) -> float:
    """Return the probability of log odds, without overflow."""
    return float(np.exp(-np.logaddexp(0.0, -log_odds)))


def finite(value: object) -> float | None:
    """Return a number of JSON as a float, or None if it is another type, not finite or too large."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
