"""Small random trials to train on, and the parts of a model.json."""

import copy
import json
import math
import random


def write_trial(folder, subjects=160, effect=1.0, seed=3, change=None):
    """Write cohort.jsonl and outcomes.jsonl of a random trial. An effect of 0 is pure noise."""
    rng = random.Random(seed)
    cohort, outcomes = [], []
    for i in range(subjects):
        count = rng.randint(0, 8)
        weight = None if rng.random() < 0.15 else round(rng.gauss(-1, 3), 2)
        features = {
            "age": rng.randint(50, 90),
            "ae_count": count,
            "weight_change_pct": weight,
            "sex": rng.choice("FM"),
            "depression_score": None,
        }
        odds = effect * (0.6 * (count - 4) + (1.0 if features["sex"] == "M" else -1.0))
        subject = {"subject": f"T-{i:04d}", "site": f"S{i % 7}", "features": features}
        if change:
            change(i, subject)
        cohort.append(subject)
        outcomes.append({"subject": subject["subject"], "outcome": int(rng.random() < 1 / (1 + math.exp(-odds)))})
    for name, rows in (("cohort.jsonl", cohort), ("outcomes.jsonl", outcomes)):
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return cohort, outcomes


DOCUMENT = {
    "schema": "clinical-risk-model/1",
    "intercept": 0.0,
    "threshold": 0.6,
    "calibration": {"method": "platt", "intercept": -0.5, "slope": 2.0},
    "features": [
        {
            "name": "age",
            "kind": "number",
            "range": [50, 90],
            "limits": [0, 130],
            "number": {"mean": 70.0, "scale": 10.0, "coefficient": 0.3},
            "missing": None,
        },
        {
            "name": "weight_change_pct",
            "kind": "number",
            "range": [-10, 10],
            "limits": None,
            "number": {"mean": -1.0, "scale": 2.0, "coefficient": -0.2},
            "missing": {"mean": 0.1, "scale": 0.3, "coefficient": 0.6},
        },
        {
            "name": "sex",
            "kind": "text",
            "categories": [
                {"value": "F", "term": {"mean": 0.5, "scale": 0.5, "coefficient": -0.1}},
                {"value": "M", "term": {"mean": 0.5, "scale": 0.5, "coefficient": 0.1}},
                {"value": "U", "term": None},
            ],
            "missing": None,
        },
    ],
}

SUBJECT = {"age": 80, "weight_change_pct": 1.0, "sex": "M"}


def document(**changes):
    """Return a copy of DOCUMENT with other members."""
    return {**copy.deepcopy(DOCUMENT), **changes}
