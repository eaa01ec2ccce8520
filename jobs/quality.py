"""The quality report: aggregates only, from which nobody can tell a subject.

A figure is about 5 subjects or more. "low" and "high" are the fifth lowest and fifth highest values. Counts below 5 are added up under
"other", with the next larger count if they are still fewer than 5, so that no subtraction gives them away.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping
from typing import Any

from jobs.dictionary import FEATURES

SMALLEST = 5

SCHEMA = "clinical-risk-quality/1"

OTHER = "other"

# MISSING is the key of missing values among the counts of a text.
MISSING = "missing"


def coarse(counts: Mapping[str, int]) -> dict[str, int]:
    """Returns counts without those that are about fewer than 5 subjects."""
    kept = dict(sorted((name, count) for name, count in counts.items() if count))
    small = [name for name, count in kept.items() if count < SMALLEST]
    hidden = sum(kept.pop(name) for name in small)
    while small and hidden < SMALLEST and kept:
        hidden += kept.pop(min(kept, key=lambda name: (kept[name], name)))
    if hidden:
        kept[OTHER] = hidden
    return kept


class Feature:
    """The values of one feature."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.missing = 0
        self.numbers = array("d")
        self.texts: Counter[str] = Counter()

    def add(self, value: Any) -> None:  # noqa: ANN401
        """Adds the value of a subject."""
        if value is None:
            self.missing += 1
        elif self.kind == "number":
            self.numbers.append(value)
        else:
            self.texts[value] += 1

    def summary(self) -> dict[str, Any]:
        """Returns what the report says of the feature."""
        if self.kind == "text":
            return {"kind": "text", "counts": coarse({**self.texts, MISSING: self.missing})}
        known = coarse({"known": len(self.numbers), MISSING: self.missing})
        summary: dict[str, Any] = {"kind": "number", "subjects": known}
        if len(self.numbers) >= 2 * SMALLEST:
            ordered = sorted(self.numbers)
            middle = ordered[(len(ordered) - 1) // 2]
            mean = round(sum(ordered) / len(ordered), 4)
            summary.update(low=ordered[SMALLEST - 1], median=middle, mean=mean, high=ordered[-SMALLEST])
        return summary


class Quality:
    """Collects what the report says of the subjects."""

    def __init__(self) -> None:
        self.subjects = 0
        self.features = {feature.name: Feature(feature.kind) for feature in FEATURES}
        self.reasons: Counter[str] = Counter()
        self.sites: Counter[str] = Counter()

    def add(self, site: str | None, values: Mapping[str, Any]) -> None:
        """Adds a subject of the cohort."""
        self.subjects += 1
        self.sites[site or MISSING] += 1
        for name, feature in self.features.items():
            feature.add(values[name])

    def report(self) -> dict[str, Any]:
        """Returns the part of the report about subjects."""
        return {
            "subjects": {"cohort": self.subjects, "excluded": sum(self.reasons.values()), "reasons": coarse(self.reasons)},
            "sites": {"number": len(self.sites), "fewest_subjects": max(SMALLEST, min(self.sites.values(), default=0))},
            "features": {name: feature.summary() for name, feature in self.features.items()},
        }
