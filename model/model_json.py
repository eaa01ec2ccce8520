"""Reads model.json and checks every part of it, before anything is scored. It is shipped in model.tar.gz.

A model may come from anywhere. Nothing of it is executed, and every number is finite and in bounds before it is used.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

try:
    from model.scoring import MAX_NUMBER, RESERVED_NAMES, RESERVED_WORDS, Feature, Model, Term, finite
except ImportError:  # in SageMaker's container the files are side by side
    from scoring import MAX_NUMBER, RESERVED_NAMES, RESERVED_WORDS, Feature, Model, Term, finite  # type: ignore[no-redef]

SCHEMA = "clinical-risk-model/1"
MAX_BYTES = 1 << 20
MAX_FEATURES = 500
MAX_CATEGORIES = 20
MAX_LOG_ODDS = 1e6  # what the terms of a usable model can add up to
MAX_FAULTS = 20  # that a message lists
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
CATEGORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.+/-]{0,63}")


class ModelFaultError(ValueError):
    """A model.json that cannot be used. The message lists the faults."""


def name_fault(name: str) -> str:
    """Say why a text cannot be the name of a feature, or return an empty text.

    The pipeline refuses an answer with an escape, with the word "error", or with the names of its own fields in another place.
    """
    if not NAME.fullmatch(name):
        return "must be a letter and up to 63 letters, digits, dots, underscores and hyphens"
    if name.lower() in RESERVED_NAMES or any(word in name.lower() for word in RESERVED_WORDS):
        names, words = ", ".join(RESERVED_NAMES), " or ".join(RESERVED_WORDS)
        return f"must not be {names}, and not contain {words}: the pipeline searches answers for these"
    return ""


def read(path: Path) -> Model:
    """Read and check a model.json.

    Raises:
        ModelFaultError: the file is too large, not JSON, or not a model; the message lists the faults.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return parse(file.read(MAX_BYTES + 1))


def parse(content: bytes) -> Model:
    """Parse and check the bytes of a model.json, as `read` does."""
    if len(content) > MAX_BYTES:
        raise ModelFaultError(f"model.json has more than {MAX_BYTES} bytes: a model of this package is smaller")
    try:
        document = json.loads(content.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ModelFaultError("model.json is not JSON, or has NaN or Infinity: train the model again") from error
    return _Checker().model(document)


def _no_constant(name: str) -> float:
    raise ValueError(name)


class _Checker:
    """Collects the faults of a document while it builds the model."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def model(self, document: object) -> Model:
        """Return the model, or raise with all faults."""
        if not isinstance(document, dict):
            raise ModelFaultError("model.json must be an object")
        if document.get("schema") != SCHEMA:
            raise ModelFaultError(f'model.json: schema must be "{SCHEMA}": train the model with this version of the package')
        intercept = self.number(document, "", "intercept")
        threshold = self.number(document, "", "threshold", 0, 1)
        features = [self.feature(item, f"features[{i}]") for i, item in enumerate(self.items(document, "", "features", MAX_FEATURES))]
        names = [feature.name for feature in features]
        self.faults += [f"features: {name} is in the list twice" for name in sorted({name for name in names if names.count(name) > 1})]
        calibration = self.calibration(document.get("calibration"))
        model = Model(intercept, features, calibration, threshold)
        if not self.faults and _largest(model) > MAX_LOG_ODDS:
            self.faults.append(f"the terms add up to more than {MAX_LOG_ODDS:g} in log odds")
        if self.faults:
            more = [f"and {len(self.faults) - MAX_FAULTS} more"] if len(self.faults) > MAX_FAULTS else []
            raise ModelFaultError("model.json: " + "; ".join(self.faults[:MAX_FAULTS] + more))
        return model

    def calibration(self, value: object) -> tuple[float, float]:
        """Read Platt's calibration."""
        if not isinstance(value, dict) or value.get("method") != "platt":
            self.faults.append('calibration must be an object with method "platt"')
            return 0.0, 1.0
        return self.number(value, "calibration.", "intercept"), self.number(value, "calibration.", "slope", 0)

    def feature(self, value: object, at: str) -> Feature:
        """Read one feature."""
        if not isinstance(value, dict):
            self.faults.append(f"{at} must be an object")
            value = {}
        name = value.get("name")
        if not isinstance(name, str) or name_fault(name):
            self.faults.append(f"{at}.name {name_fault(name) if isinstance(name, str) else 'must be a text'}")
            name = at
        number, categories, low, high, limits = None, None, 0.0, 0.0, (-math.inf, math.inf)
        if value.get("kind") == "number":
            number = self.term(value.get("number"), f"{at}.number")
            low, high = self.pair(value.get("range"), f"{at}.range")
            if value.get("limits") is not None:
                limits = self.pair(value["limits"], f"{at}.limits")
        elif value.get("kind") == "text":
            categories = self.categories(value, at)
        else:
            self.faults.append(f'{at}.kind must be "number" or "text"')
        missing = self.term(value.get("missing"), f"{at}.missing", optional=True)
        return Feature(name, low, high, limits, number, categories, missing)

    def categories(self, value: dict[str, Any], at: str) -> dict[str, Term | None]:
        """Read the categories of a text."""
        categories: dict[str, Term | None] = {}
        for i, item in enumerate(self.items(value, f"{at}.", "categories", MAX_CATEGORIES)):
            text = item.get("value") if isinstance(item, dict) else None
            if not isinstance(text, str) or not CATEGORY.fullmatch(text) or text in categories:
                self.faults.append(f"{at}.categories[{i}].value must be a short text that no other category has")
                continue
            categories[text] = self.term(item.get("term"), f"{at}.categories[{i}].term", optional=True)
        return categories

    def term(self, value: object, at: str, *, optional: bool = False) -> Term | None:
        """Read a term: mean, scale and coefficient."""
        if value is None and optional:
            return None
        if not isinstance(value, dict):
            self.faults.append(f"{at} must be an object")
            return None
        mean, coefficient = self.number(value, f"{at}.", "mean"), self.number(value, f"{at}.", "coefficient")
        return Term(mean, self.number(value, f"{at}.", "scale", 1 / MAX_NUMBER), coefficient)

    def pair(self, value: object, at: str) -> tuple[float, float]:
        """Read a lowest and a highest number."""
        ends = [finite(end) for end in value] if isinstance(value, list) else []
        if len(ends) != 2 or ends[0] is None or ends[1] is None or ends[0] > ends[1]:
            self.faults.append(f"{at} must be two numbers, the lower one first")
            return 0.0, 0.0
        return ends[0], ends[1]

    def number(self, owner: dict[str, Any], at: str, key: str, low: float = -MAX_NUMBER, high: float = MAX_NUMBER) -> float:
        """Read a finite number in bounds."""
        number = finite(owner.get(key))
        if number is None or not low <= number <= high:
            self.faults.append(f"{at}{key} must be a number from {low:g} to {high:g}")
            return 1.0
        return number

    def items(self, owner: dict[str, Any], at: str, key: str, most: int) -> list[Any]:
        """Read a list that is neither empty nor too long."""
        value = owner.get(key)
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            self.faults.append(f"{at}{key} must be a list of 1 to {most}")
            return []
        return value


def _largest(model: Model) -> float:
    """Return the largest log odds that the terms of a model can add up to, calibrated or not."""
    total = abs(model.intercept)
    for feature in model.features:
        ends = [feature.number.contribution(end) for end in (feature.low, feature.high)] if feature.number else [0.0]
        terms = [term for term in (feature.categories or {}).values() if term] + ([feature.missing] if feature.missing else [])
        ends += [term.contribution(value) for term in terms for value in (0.0, 1.0)]
        total += sum(map(abs, ends))
    return max(total, total * model.calibration[1] + abs(model.calibration[0]))
