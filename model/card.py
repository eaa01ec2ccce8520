"""The model card as data, card.json. docs/model-card.schema.json describes it; page.py makes card.html of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from model import groups, metrics, verdict
from model.data import Data
from model.design import MIN_SUBJECTS
from model.evaluation import AtThreshold, Estimate
from model.training import Trained

SCHEMA = "clinical-risk-card/1"


def card(trained: Trained) -> dict[str, Any]:
    """Return the card of a model: figures rounded to six digits, and no group of fewer than ten subjects."""
    data, e = trained.data, trained.evaluation
    rarer = min(data.provenance.events, data.provenance.subjects - data.provenance.events)
    separating = _separating(data)
    judged = verdict.judge(e, rarer, len(data.design.columns), separating)
    content = {
        "schema": SCHEMA,
        "verdict": {"level": judged.level, "title": judged.title, "reasons": judged.reasons},
        "data": _data(data),
        "method": {
            "validation": "internal",
            "folds": int(trained.predictions.folds.max()) + 1,
            "repeats": len(trained.predictions.risks),
            "resamples": len(trained.weights) - 1,
            "seed": data.provenance.seed,
            "strength": trained.fit.strength,
        },
        "performance": {
            "auc": _figure(e.auc),
            "brier": _figure(e.brier),
            "brierOfBaseRate": e.brier_base,
            "brierSkill": _figure(e.skill),
            "calibrationSlope": _figure(e.slope),
            "calibrationIntercept": _figure(e.intercept),
        },
        "calibrationCurve": [bin_._asdict() for bin_ in e.curve],
        "threshold": {**_costs(e.at), "chosenBy": trained.threshold_by, "gain": _figure(e.gain)},
        "thresholds": [_costs(at) for at in e.grid],
        "groups": _groups(trained),
        "features": _features(trained),
        "leftOut": [{"name": name, "reason": why} for name, why in sorted({**data.choice.left_out, **data.design.dropped}.items())],
        "separating": separating,
    }
    return dict(_rounded(content))


def _rounded(value: Any) -> Any:  # noqa: ANN401 - a tree of JSON
    if isinstance(value, dict):
        return {key: _rounded(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(member) for member in value]
    return round(value, 6) if isinstance(value, float) else value


def _figure(figure: Estimate) -> dict[str, float | None]:
    return figure._asdict()


def _data(data: Data) -> dict[str, Any]:
    return {
        "subjects": data.provenance.subjects,
        "events": data.provenance.events,
        "withoutOutcome": data.unknown,
        "outcomesWithoutSubject": data.extra,
        "sites": len({subject.site for subject in data.subjects if subject.site}),
        "cohortDigest": data.provenance.cohort,
        "outcomesDigest": data.provenance.outcomes,
    }


def _costs(at: AtThreshold) -> dict[str, float | None]:
    return {
        "threshold": at.threshold,
        "alertsPer100": at.alerts * 100,
        "ppv": at.ppv,
        "sensitivity": at.sensitivity,
        "specificity": at.specificity,
        "netBenefit": at.net_benefit,
        "netBenefitOfAll": at.net_benefit_all,
    }


def _groups(trained: Trained) -> list[dict[str, Any]]:
    rows = trained.data.subjects
    by: list[tuple[str, str, list[str]]] = [
        ("sex", "sexes", [_text(subject.features.get("sex")) for subject in rows]),
        ("age", "age bands", [groups.age_band(_number(subject.features.get("age"))) for subject in rows]),
        ("site", "sites", [_text(subject.site) for subject in rows]),
    ]
    return [_group(trained, title, plural, labels) for title, plural, labels in by]


def _group(trained: Trained, title: str, plural: str, labels: Sequence[str]) -> dict[str, Any]:
    found, pooled = groups.pool(labels, plural, [label for _, _, label in groups.AGE_BANDS])
    judged = [groups.judge(trained.predictions, places, label, trained.evaluation.at.threshold, trained.weights) for label, places in found]
    why = ""
    if not found:
        why = "the cohort does not say" if set(labels) == {groups.UNKNOWN} else f"only one group has {groups.SMALL} subjects or more"
    return {
        "by": title,
        "notShown": why,
        "pooled": pooled,
        "groups": [
            {
                "label": group.label,
                "subjects": group.subjects,
                "observed": group.observed,
                "expected": group.expected,
                "alertsPer100": group.alerts * 100,
                "auc": _figure(group.auc) if group.auc else None,
            }
            for group in judged
        ],
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else groups.UNKNOWN


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None


def _features(trained: Trained) -> list[dict[str, Any]]:
    """Return what each column of the model does, the strongest first."""
    fit, design = trained.fit, trained.data.design
    missing = {field.name: field.missing for field in design.fields}
    rows = []
    for i, column in enumerate(design.columns):
        rows.append(
            {
                "name": column.feature,
                "column": column.category if column.role == "category" else "" if column.role == "number" else "missing",
                "mean": float(fit.scaling.means[i]),
                "deviation": float(fit.scaling.scales[i]),
                "missing": missing[column.feature] if not 0 < missing[column.feature] < MIN_SUBJECTS else None,
                "oddsRatio": float(np.exp(fit.coefficients[i] * fit.calibration[1])),
            }
        )
    return sorted(rows, key=lambda row: (-abs(np.log(row["oddsRatio"])), row["name"], row["column"]))


def _separating(data: Data) -> list[str]:
    """Return the features that alone tell the outcomes apart better than trials show."""
    found = set()
    for column, values in zip(data.design.columns, data.design.values.T):
        known = ~np.isnan(values)
        area = metrics.auc(values[known], data.outcomes[known])
        if area is not None and known.sum() >= MIN_SUBJECTS and max(area, 1 - area) > verdict.SUSPICIOUS_AUC:
            found.add(column.feature)
    return sorted(found)
