"""How a model does in groups of subjects: by sex, by age and by site. Small groups are not shown.

Groups with fewer than `SMALL` subjects are one group. If even that is small, the smallest of the shown groups joins it, so that
nobody can find its size by subtraction from the total.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model import metrics
from model.evaluation import Estimate, Predictions, estimate

SMALL = 10  # subjects
MIN_OUTCOMES = 10  # of each kind, for the AUC of a group
MAX_NAMED = 3  # labels that the name of a common group can list
UNKNOWN = "not known"
AGE_BANDS = ((0, 65, "under 65"), (65, 75, "65 to 74"), (75, 85, "75 to 84"), (85, 1000, "85 and over"))


class Group(NamedTuple):
    """The figures of a group."""

    label: str
    subjects: int
    observed: float  # the share who discontinued
    expected: float  # the mean risk
    alerts: float  # the share with a risk above the threshold
    auc: Estimate | None  # None with fewer than MIN_OUTCOMES of either outcome


def age_band(age: float | None) -> str:
    """Return the band of an age in years."""
    if age is None:
        return UNKNOWN
    return next((label for low, high, label in AGE_BANDS if low <= age < high), UNKNOWN)


def pool(labels: Sequence[str], plural: str, first: Sequence[str] = ()) -> tuple[list[tuple[str, NDArray[np.int64]]], int]:
    """Group subjects by their label.

    Args:
        labels: of each subject.
        plural: what labels are, such as "sites".
        first: the labels to begin with, in this order; the others follow in the order of the alphabet.

    Returns:
        The groups with the places of their subjects, and the number of labels that are in the common group. No groups
        if all subjects would be in one.
    """
    places: dict[str, list[int]] = {}
    for place, label in enumerate(labels):
        places.setdefault(label, []).append(place)
    kept = {label: members for label, members in places.items() if len(members) >= SMALL}
    pooled = {label: members for label, members in places.items() if label not in kept}
    while kept and 0 < sum(map(len, pooled.values())) < SMALL:
        smallest = min(kept, key=lambda label: (len(kept[label]), label))
        pooled[smallest] = kept.pop(smallest)
    order = {label: place for place, label in enumerate(first)}
    groups = [(label, np.array(kept[label])) for label in sorted(kept, key=lambda label: (order.get(label, len(order)), label))]
    if pooled:
        name = f"{len(pooled)} other {plural}" if len(pooled) > MAX_NAMED else " and ".join(sorted(pooled))
        groups.append((name, np.array(sorted(place for members in pooled.values() for place in members))))
    return ([], 0) if len(groups) < 2 else (groups, len(pooled))


def judge(p: Predictions, members: NDArray[np.int64], label: str, threshold: float, weights: NDArray[np.float64]) -> Group:
    """Compute the figures of a group. The weights are a row for each resample of all subjects."""
    risks, outcomes = p.risks[:, members], p.outcomes[members]
    auc = None
    if min(outcomes.sum(), len(outcomes) - outcomes.sum()) >= MIN_OUTCOMES:
        counts = [metrics.concordant(row, outcomes, weights[:, members]) for row in risks]
        with np.errstate(invalid="ignore"):
            auc = estimate(np.asarray(sum(pairs for pairs, _ in counts) / sum(total for _, total in counts)))
    return Group(label, len(members), float(outcomes.mean()), float(risks.mean()), float((risks > threshold).mean()), auc)
