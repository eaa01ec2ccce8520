"""Measures of predicted risks, for many resamples at once.

A resample is a row of weights: how often each subject was drawn. The first row of a caller is all ones, the data itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def concordant(risks: Floats, outcomes: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Count the pairs of a subject with the event and one without, and those in which the first has the higher risk.

    Equal risks count as half. The area under the ROC curve (AUC) is the share of concordant pairs (Hanley and McNeil 1982).

    Args:
        risks: of the subjects.
        outcomes: 0 or 1 of the subjects.
        weights: a row for each resample, a column for each subject.

    Returns:
        The concordant pairs and all pairs, for each resample.
    """
    order = np.argsort(risks, kind="stable")
    starts = np.flatnonzero(np.concatenate([[True], np.diff(risks[order]) > 0]))
    events = np.add.reduceat(weights[:, order] * outcomes[order], starts, axis=1)
    others = np.add.reduceat(weights[:, order] * (1 - outcomes[order]), starts, axis=1)
    below = np.cumsum(others, axis=1) - others
    return (events * (below + others / 2)).sum(axis=1), events.sum(axis=1) * others.sum(axis=1)


def auc(risks: Floats, outcomes: Floats) -> float | None:
    """Return the AUC of the data itself, None without an event or without a subject who has none."""
    pairs, total = concordant(risks, outcomes, np.ones((1, len(risks))))
    return float(pairs[0] / total[0]) if total[0] else None


def net_benefit(hits: Floats, false_alerts: Floats, threshold: Floats | float) -> Floats:
    """Return the net benefit of alerting above a threshold (Vickers and Elkin 2006).

    Args:
        hits: the share of all subjects who are alerted about and have the event.
        false_alerts: the share of all subjects who are alerted about and do not.
        threshold: the risk above which one alerts; threshold / (1 - threshold) is what a false alert costs in hits.
    """
    return np.asarray(hits - false_alerts * threshold / (1 - threshold))


def interval(resamples: Floats) -> tuple[float, float] | None:
    """Return the 95% interval of resamples: the percentiles 2.5 and 97.5. None if a tenth of them has no value."""
    known = resamples[np.isfinite(resamples)]
    if len(known) < 0.9 * len(resamples) or not len(known):
        return None
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)
