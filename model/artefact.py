"""Writes model.tar.gz: model.json and the code that SageMaker's scikit-learn container runs.

The same model gives the same bytes: names are sorted, and times, owners and modes are constant.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path
from typing import Any, NamedTuple

from model import model_json
from model.design import Column, Design
from model.features import DICTIONARY
from model.fitting import Fit

SHIPPED = ("inference.py", "model_json.py", "scoring.py")


class Provenance(NamedTuple):
    """Where a model comes from."""

    subjects: int
    events: int
    cohort: str  # digest of the cohort
    outcomes: str  # digest of the outcomes
    seed: int


def document(design: Design, fit: Fit, threshold: float, provenance: Provenance) -> dict[str, Any]:
    """Return the content of model.json. Numbers have ten digits, so that they do not depend on the processor."""
    return {
        "schema": model_json.SCHEMA,
        "training": {**provenance._asdict(), "strength": fit.strength},
        "intercept": 0.0,
        "threshold": threshold,
        "calibration": {"method": "platt", "intercept": _digits(fit.calibration[0]), "slope": _digits(fit.calibration[1])},
        "features": [_feature(design, fit, i) for i in range(len(design.fields))],
    }


def _feature(design: Design, fit: Fit, index: int) -> dict[str, Any]:
    field = design.fields[index]
    missing = _term(design, fit, Column(field.name, "missing"))
    if field.text:
        categories = [{"value": c, "term": _term(design, fit, Column(field.name, "category", c))} for c in field.categories]
        return {"name": field.name, "kind": "text", "categories": categories, "missing": missing}
    column = design.columns.index(Column(field.name, "number"))
    entry = DICTIONARY.get(field.name)
    limits = [entry.low, entry.high] if entry and entry.low is not None and entry.high is not None else None
    ends = [float(fit.scaling.lows[column]), float(fit.scaling.highs[column])]
    number = _term(design, fit, design.columns[column])
    return {"name": field.name, "kind": "number", "range": ends, "limits": limits, "number": number, "missing": missing}


def _term(design: Design, fit: Fit, column: Column) -> dict[str, float] | None:
    if column not in design.columns:
        return None
    at = design.columns.index(column)
    values = (fit.scaling.means[at], fit.scaling.scales[at], fit.coefficients[at])
    return dict(zip(("mean", "scale", "coefficient"), map(_digits, values)))


def _digits(number: float) -> float:
    return float(f"{number:.10g}")


def to_json(content: dict[str, Any]) -> bytes:
    """Write an object as JSON, in lines, without NaN."""
    return (json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode("utf-8")


def pack(content: dict[str, Any]) -> bytes:
    """Return the bytes of a model.tar.gz with a model.json and the shipped code. The model is checked first."""
    model = to_json(content)
    model_json.parse(model)
    files = {"model.json": model, **{f"code/{name}": (Path(__file__).parent / name).read_bytes() for name in SHIPPED}}
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = len(files[name]), 0o644, 0
            tar.addfile(entry, io.BytesIO(files[name]))
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=packed, mode="wb", mtime=0) as file:
        file.write(plain.getvalue())
    return packed.getvalue()
