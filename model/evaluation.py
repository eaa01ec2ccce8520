"""Evaluates the whole fitting procedure on subjects that it has not seen: repeated cross-validation, with bootstrap intervals.

Everything that is chosen, the scaling, the regularisation and the calibration, is chosen again in each fold. This is internal
validation: it says what to expect of subjects of the same trial, not of another one. The bootstrap draws subjects and keeps the
risks that the folds predicted, so that the intervals do not include how the model varies with its training data.
"""

from __future__ import annotations

from typing import Callable, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from model import calibration, metrics
from model.fitting import fit

Floats = NDArray[np.float64]
GRID = np.round(np.arange(0.05, 0.951, 0.05), 2)


class Estimate(NamedTuple):
    """A figure with its 95% interval. None where the data gives none."""

    value: float | None
    low: float | None
    high: float | None


class Predictions(NamedTuple):
    """Out-of-fold risks: a row for each repetition, a column for each subject."""

    risks: Floats
    folds: NDArray[np.int64]  # the fold in which a subject was not seen
    base: Floats  # the base rate of the other folds
    outcomes: Floats


class AtThreshold(NamedTuple):
    """What alerting above a threshold costs and brings. Shares are of all subjects."""

    threshold: float
    alerts: float  # share of the subjects who are alerted about
    sensitivity: float  # share of the events that are alerted about
    specificity: float  # share of the others that are not
    ppv: float | None  # share of the alerts with an event; None without an alert
    net_benefit: float
    net_benefit_all: float  # of alerting about everybody


class Evaluation(NamedTuple):
    """The figures of a model card."""

    auc: Estimate
    brier: Estimate
    brier_base: float  # of the base rate
    skill: Estimate  # 1 - brier / brier_base: above 0 if better than the base rate
    slope: Estimate
    intercept: Estimate
    curve: list[calibration.Bin]
    share: float  # of the subjects who discontinued
    gain: Estimate  # net benefit at the threshold, minus that of the better of alerting about nobody and about everybody
    at: AtThreshold
    grid: list[AtThreshold]


def predict(  # noqa: PLR0913 - what a cross-validation needs
    values: Floats, outcomes: Floats, folds: int, repeats: int, seed: int, progress: Callable[[str], None] = lambda _: None
) -> Predictions:
    """Predict every subject out of fold, in each repetition, and tell the progress."""
    shape = (repeats, len(outcomes))
    risks, base, numbers = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=np.int64)
    for repeat in range(repeats):
        progress(f"cross-validation {repeat + 1} of {repeats}")
        splitter = StratifiedKFold(folds, shuffle=True, random_state=seed + repeat)
        for number, (train, test) in enumerate(splitter.split(values, outcomes)):
            risks[repeat, test] = fit(values[train], outcomes[train], folds, seed + repeat).risks(values[test])
            base[repeat, test] = outcomes[train].mean()
            numbers[repeat, test] = number
    return Predictions(risks, numbers, base, outcomes)


def at_threshold(p: Predictions, threshold: float) -> AtThreshold:
    """Return what alerting above a threshold costs and brings, on average over the repetitions."""
    alerts = (p.risks > threshold).mean(axis=0)
    hits, false_alerts, events = (alerts * p.outcomes).mean(), (alerts * (1 - p.outcomes)).mean(), p.outcomes.mean()
    return AtThreshold(
        threshold,
        float(alerts.mean()),
        float(hits / events),
        float(1 - false_alerts / (1 - events)),
        float(hits / alerts.mean()) if alerts.any() else None,
        float(metrics.net_benefit(hits, false_alerts, threshold)),
        float(metrics.net_benefit(events, 1 - events, threshold)),
    )


def choose_threshold(p: Predictions, alerts: float) -> float:
    """Return the lowest threshold, in steps of 0.01, above which at most a share of the subjects lies."""
    steps = np.round(np.arange(0.01, 0.995, 0.01), 2)
    return float(next((step for step in steps if (p.risks > step).mean() <= alerts), steps[-1]))


def resample(subjects: int, resamples: int, seed: int) -> Floats:
    """Return the weights of bootstrap resamples: a row for each, a column for each subject. The first row is the data itself."""
    random = np.random.default_rng(seed)
    draws = random.multinomial(subjects, np.full(subjects, 1 / subjects), size=resamples)
    return np.vstack([np.ones(subjects), draws.astype(float)])


def evaluate(p: Predictions, threshold: float, weights: Floats) -> Evaluation:
    """Compute the figures of a card, with intervals by resamples."""
    subjects = len(p.outcomes)
    squares, base_squares = ((p.risks - p.outcomes) ** 2).mean(axis=0), ((p.base - p.outcomes) ** 2).mean(axis=0)
    briers, bases = weights @ squares / subjects, weights @ base_squares / subjects
    agreement = np.array([_agreement(p, row) for row in weights])
    return Evaluation(
        estimate(_aucs(p, weights)),
        estimate(briers),
        float(bases[0]),
        estimate(1 - briers / bases),
        estimate(agreement[:, 0]),
        estimate(agreement[:, 1]),
        calibration.curve(p.risks.mean(axis=0), p.outcomes),
        float(p.outcomes.mean()),
        estimate(_gain(p, weights, threshold)),
        at_threshold(p, threshold),
        [at_threshold(p, float(step)) for step in GRID],
    )


def _aucs(p: Predictions, weights: Floats) -> Floats:
    """Return the AUC of each resample, over the pairs of subjects who were in the same fold."""
    pairs, total = np.zeros(len(weights)), np.zeros(len(weights))
    for risks, folds in zip(p.risks, p.folds):
        for number in np.unique(folds):
            inside = folds == number
            found, every = metrics.concordant(risks[inside], p.outcomes[inside], weights[:, inside])
            pairs, total = pairs + found, total + every
    with np.errstate(invalid="ignore"):
        return np.asarray(pairs / total)


def _agreement(p: Predictions, weights: Floats) -> tuple[float, float]:
    repeats = len(p.risks)
    found = calibration.slope_and_intercept(p.risks.ravel(), np.tile(p.outcomes, repeats), np.tile(weights, repeats) / repeats)
    return found if found is not None else (np.nan, np.nan)


def _gain(p: Predictions, weights: Floats, threshold: float) -> Floats:
    """Return what alerting above the threshold gains against the better of nobody and everybody."""
    alerts, subjects = (p.risks > threshold).mean(axis=0), len(p.outcomes)
    hits, false_alerts = weights @ (alerts * p.outcomes) / subjects, weights @ (alerts * (1 - p.outcomes)) / subjects
    events = weights @ p.outcomes / subjects
    best = np.maximum(0.0, metrics.net_benefit(events, 1 - events, threshold))
    return np.asarray(metrics.net_benefit(hits, false_alerts, threshold) - best)


def estimate(resamples: Floats) -> Estimate:
    """Make an estimate of the data itself, the first, and its resamples."""
    value = float(resamples[0]) if np.isfinite(resamples[0]) else None
    low, high = metrics.interval(resamples[1:]) or (None, None)
    return Estimate(value, low, high)
