"""Calibration: Platt's method, and how well risks agree with what happened.

Platt (1999) fits a logistic regression of the outcome on the score. Here its slope has a normal prior with mean 1 and standard
deviation `PRIOR_SD` and is never below 0: where scores carry little information, they stay nearly as they are, and are not turned
around. Slope and intercept of the evaluation follow Cox (1958) and Van Calster et al. (2019, BMC Medicine 17:230), without a prior.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
PRIOR_SD = 0.5
STEPS = 50
EDGE = 1e-6  # risks are moved this far from 0 and 1 before their log odds are taken


def log_odds(risks: Floats) -> Floats:
    """Return the log odds of risks between 0 and 1."""
    inside = np.clip(risks, EDGE, 1 - EDGE)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def logistic(values: Floats) -> Floats:
    """Return the probabilities of log odds, without overflow."""
    return np.asarray(np.exp(-np.logaddexp(0.0, -values)))


def platt(scores: Floats, outcomes: Floats) -> tuple[float, float]:
    """Fit intercept and slope of Platt's calibration to out-of-fold scores in log odds."""
    intercept, slope = _newton(scores, outcomes, np.ones_like(scores), 1 / PRIOR_SD**2)
    if slope < 0:
        return float(log_odds(np.array([outcomes.mean()]))[0]), 0.0
    return intercept, slope


def slope_and_intercept(risks: Floats, outcomes: Floats, weights: Floats) -> tuple[float, float] | None:
    """Return the calibration slope and the calibration in the large, or None if all risks are equal.

    The slope is 1 if risks are neither too extreme nor too close together. The calibration in the large is the intercept at slope 1, 0
    if the risks are right on average.
    """
    scores = log_odds(risks)
    if np.ptp(scores) < EDGE or not 0 < np.average(outcomes, weights=weights) < 1:
        return None
    slope = _newton(scores, outcomes, weights, 0.0)[1]
    shift = 0.0
    for _ in range(STEPS):
        expected = logistic(scores + shift)
        step = float(weights @ (outcomes - expected) / (weights @ (expected * (1 - expected))))
        shift += step
        if abs(step) < 1e-9:
            break
    return slope, shift


def _newton(scores: Floats, outcomes: Floats, weights: Floats, precision: float) -> tuple[float, float]:
    """Fit a logistic regression with one covariate. The precision is that of a prior of the slope, with mean 1."""
    shift, spread = scores.mean(), max(float(scores.std()), 1e-9)
    x = (scores - shift) / spread
    precision /= spread**2  # of the slope per standard deviation
    prior = spread
    a, b = 0.0, 0.0
    for _ in range(STEPS):
        expected = logistic(a + b * x)
        variance = weights * expected * (1 - expected)
        residual = weights * (outcomes - expected)
        gradient = np.array([residual.sum(), residual @ x - precision * (b - prior)])
        cross = variance @ x
        hessian = np.array([[variance.sum() + 1e-12, cross], [cross, variance @ (x * x) + precision + 1e-12]])
        step = np.clip(np.linalg.solve(hessian, gradient), -5, 5)
        a, b = a + step[0], b + step[1]
        if np.abs(step).max() < 1e-10:
            break
    return float(a - b * shift / spread), float(b / spread)


class Bin(NamedTuple):
    """A group of subjects with similar risks."""

    subjects: int
    expected: float  # the mean of the risks
    observed: float  # the share who discontinued
    low: float  # 95% interval of the share, Wilson (1927)
    high: float


def curve(risks: Floats, outcomes: Floats) -> list[Bin]:
    """Return the calibration curve: groups of at least 40 subjects, at most ten, by their risk."""
    bins = []
    for group in np.array_split(np.argsort(risks, kind="stable"), max(1, min(10, len(risks) // 40))):
        share = float(outcomes[group].mean())
        bins.append(Bin(len(group), float(risks[group].mean()), share, *wilson(share, len(group))))
    return bins


def wilson(share: float, subjects: int) -> tuple[float, float]:
    """Return the 95% interval of a share (Wilson 1927)."""
    z = 1.959963984540054
    centre = (share + z * z / (2 * subjects)) / (1 + z * z / subjects)
    half = z / (1 + z * z / subjects) * float(np.sqrt(share * (1 - share) / subjects + z * z / (4 * subjects**2)))
    return max(0.0, centre - half), min(1.0, centre + half)
