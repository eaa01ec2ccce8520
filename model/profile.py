"""The profile of the training data, against which the extraction compares a later cohort (`--profile`).

The profile has counts only. A count below `SMALL` of a text's value is added to the value "other", so that it tells of no one.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

SCHEMA = "clinical-risk-profile/1"
BINS = 10
SMALL = 10
OTHER = "other"


def profile(rows: list[dict[str, Any]], names: list[str], digest: str) -> dict[str, Any]:
    """Return the profile of some features of a cohort.

    A number has edges and one count more than edges: below the first edge, from each edge up to the next, and from the last edge
    on. The edges are deciles, of which equal ones are one.
    """
    features = {}
    for name in sorted(names):
        values = [row.get(name) for row in rows]
        present = [value for value in values if value is not None]
        missing = len(values) - len(present)
        if present and all(isinstance(value, str) for value in present):
            features[name] = {"kind": "text", "counts": _texts(Counter(present)), "missing": missing}
        else:
            features[name] = {"kind": "number", **_bins([float(value) for value in present]), "missing": missing}
    return {"schema": SCHEMA, "subjects": len(rows), "digest": digest, "features": features}


def _texts(counts: Counter[str]) -> dict[str, int]:
    kept = {value: count for value, count in sorted(counts.items()) if count >= SMALL}
    rest = sum(counts.values()) - sum(kept.values())
    return {**kept, OTHER: kept.get(OTHER, 0) + rest} if rest else kept


def _bins(values: list[float]) -> dict[str, list[float] | list[int]]:
    if not values:
        return {"bins": [], "counts": [0]}
    edges = np.unique(np.quantile(values, np.arange(1, BINS) / BINS, method="higher"))
    counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
    return {"bins": [float(edge) for edge in edges], "counts": [int(count) for count in counts]}
