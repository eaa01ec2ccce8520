"""Fits a model: regularisation and calibration are chosen inside the data that it gets, so that an evaluation can repeat it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from model.calibration import logistic, platt

Floats = NDArray[np.float64]
STRENGTHS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 10.0)  # scikit-learn's C: the smaller, the closer to the base rate


class Scaling(NamedTuple):
    """Means, scales and ranges of the columns of some subjects."""

    means: Floats
    scales: Floats  # standard deviations; 1 for a column that does not vary
    lows: Floats
    highs: Floats

    def apply(self, values: Floats) -> Floats:
        """Standardize columns. A value outside the range counts as the nearest inside, no information (NaN) as the mean."""
        return np.nan_to_num((np.clip(values, self.lows, self.highs) - self.means) / self.scales)


class Fit(NamedTuple):
    """A fitted model."""

    scaling: Scaling
    coefficients: Floats  # of the standardized columns
    strength: float  # the chosen C
    calibration: tuple[float, float]  # intercept and slope, on the sum of the contributions

    def risks(self, values: Floats) -> Floats:
        """Return the calibrated risks of subjects, between 0 and 1."""
        return logistic(self.calibration[0] + self.calibration[1] * (self.scaling.apply(values) @ self.coefficients))


def scale(values: Floats) -> Scaling:
    """Return the scaling of some subjects. A column without any value gets the mean 0."""
    known = ~np.isnan(values)
    empty = ~known.any(axis=0)
    values = np.where(empty, 0.0, values)
    scales = np.nanstd(values, axis=0)
    scales[scales < 1e-9] = 1.0
    return Scaling(np.nanmean(values, axis=0), scales, np.nanmin(values, axis=0), np.nanmax(values, axis=0))


def fit(values: Floats, outcomes: Floats, folds: int, seed: int) -> Fit:
    """Fit a model to subjects. Cross-validation chooses C by the log loss, and gives the scores for the calibration.

    Args:
        values: a row for each subject, a column for each of the design; NaN where there is no information.
        outcomes: 0 or 1 for each subject.
        folds: of the cross-validation; each outcome needs as many subjects.
        seed: of the folds.
    """
    scores = np.zeros((len(STRENGTHS), len(outcomes)))
    for train, test in StratifiedKFold(folds, shuffle=True, random_state=seed).split(values, outcomes):
        scaling = scale(values[train])
        inside, outside = scaling.apply(values[train]), scaling.apply(values[test])
        for i, strength in enumerate(STRENGTHS):
            scores[i, test] = outside @ coefficients(inside, outcomes[train], strength)
    base = np.log(outcomes.mean() / (1 - outcomes.mean()))
    losses = [np.mean(np.logaddexp(0.0, base + row) - outcomes * (base + row)) for row in scores]
    best = int(np.argmin(losses))
    scaling = scale(values)
    weights = coefficients(scaling.apply(values), outcomes, STRENGTHS[best])
    return Fit(scaling, weights, STRENGTHS[best], platt(scores[best], outcomes))


def coefficients(columns: Floats, outcomes: Floats, strength: float) -> Floats:
    """Return the coefficients of a logistic regression with a ridge penalty on standardized columns."""
    regression = LogisticRegression(C=strength, solver="newton-cholesky", max_iter=200, tol=1e-8)
    weights: Floats = regression.fit(columns, outcomes).coef_[0]
    return weights
