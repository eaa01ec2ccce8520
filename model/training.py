"""Trains a model and evaluates it."""

from __future__ import annotations

from typing import Callable, NamedTuple

import numpy as np
from numpy.typing import NDArray

from model import evaluation, fitting
from model.data import Data

RESAMPLES = 1000
LARGE = 5000  # subjects, from which one repetition and fewer resamples are enough


class Settings(NamedTuple):
    """How to train."""

    threshold: float | None  # None to choose it by alerts
    alerts: float  # at most so many for 100 subjects
    seed: int
    folds: int
    repeats: int


class Trained(NamedTuple):
    """A model and how good it is."""

    data: Data
    fit: fitting.Fit
    predictions: evaluation.Predictions
    weights: NDArray[np.float64]  # of the resamples
    evaluation: evaluation.Evaluation
    threshold_by: str  # why the threshold is what it is


def train(data: Data, settings: Settings, progress: Callable[[str], None]) -> Trained:
    """Fit the model, and evaluate the fitting on subjects that it has not seen."""
    values, outcomes, seed = data.design.values, data.outcomes, settings.seed
    large = len(outcomes) > LARGE
    progress(f"{len(outcomes)} subjects, {len(data.design.columns)} columns")
    predictions = evaluation.predict(values, outcomes, settings.folds, 1 if large else settings.repeats, seed, progress)
    progress("intervals and the final model")
    threshold, by = settings.threshold, "given"
    if threshold is None:
        threshold = evaluation.choose_threshold(predictions, settings.alerts / 100)
        by = f"the lowest threshold with at most {settings.alerts:g} alerts for 100 subjects"
    weights = evaluation.resample(len(outcomes), RESAMPLES // 5 if large else RESAMPLES, seed)
    judged = evaluation.evaluate(predictions, threshold, weights)
    return Trained(data, fitting.fit(values, outcomes, settings.folds, seed), predictions, weights, judged, by)
