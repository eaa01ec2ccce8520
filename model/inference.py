"""Answers requests, in the functions that SageMaker's scikit-learn container calls. It is shipped in model.tar.gz.

    {"features": {…}}                             → {"risk_score": 0.41, "reasons": [{"feature": "age", "contribution": 0.2}]}
    {"instances": [{"id": "0", "features": {…}}]} → {"predictions": [{"id": "0", "risk_score": 0.41, "reasons": […]}]}

Instances that are features alone get predictions without ids, in the same order. An instance that cannot be scored gets
{"id": "0", "error": "…"}, and the others keep their scores. A prediction names the features that are "outside_training_range" and
those "filled_with_mean", if there are any; scoring.py says what that means. text/csv is rows under a row of names, of which one may
be id. An answer as text/csv is a score for each row. No message repeats a value.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any, NamedTuple

try:
    from model import model_json
    from model.scoring import Model, Score, finite
except ImportError:  # in SageMaker's container the files are side by side
    import model_json  # type: ignore[no-redef]
    from scoring import Model, Score, finite  # type: ignore[no-redef]

JSON, CSV = "application/json", "text/csv"
WANTED = 'want {"features": {…}} or {"instances": [{"id": "…", "features": {…}}, …]}'


class RequestFaultError(ValueError):
    """A request that cannot be answered."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status  # of HTTP


class Request(NamedTuple):
    """Subjects to score."""

    subjects: list[Any]  # the features of each
    ids: list[str] | None  # None for instances without ids
    single: bool  # whether the request was {"features": …}


class Prediction(NamedTuple):
    """The scores of a request."""

    request: Request
    scores: list[Score]


def model_fn(model_dir: str) -> Model:
    """Load the model of a folder with a model.json.

    Raises:
        ModelFaultError: the file is not a model of this version; the message lists the faults.
    """
    return model_json.read(Path(model_dir) / "model.json")


def input_fn(body: str | bytes, content_type: str | None) -> Request | RequestFaultError:
    """Read a request. A fault is returned and not raised, since the container makes a status 500 of an exception."""
    try:
        return _read(body, content_type)
    except RequestFaultError as fault:
        return fault


def predict_fn(request: Request | RequestFaultError, model: Model) -> Prediction | RequestFaultError:
    """Score the subjects of a request. The answer to a single subject without a score is a fault."""
    if isinstance(request, RequestFaultError):
        return request
    scores = [model.score(subject) for subject in request.subjects]
    if request.single and scores[0].faults:
        return RequestFaultError("; ".join(scores[0].faults))
    return Prediction(request, scores)


def output_fn(prediction: Prediction | RequestFaultError, accept: str | None) -> object:
    """Return the body of the answer and its content type, or for a fault the container's response with its status."""
    status, body, content_type = render(prediction, accept)
    if status == 200:
        return body, content_type
    from flask import Response  # noqa: PLC0415 - only the container has it, and only a fault needs it

    return Response(body, status=status, mimetype=content_type)


def answer(model: Model, body: bytes, content_type: str | None, accept: str | None) -> tuple[int, str, str]:
    """Answer a request: the status of HTTP, the body and its content type."""
    return render(predict_fn(input_fn(body, content_type), model), accept)


def render(prediction: Prediction | RequestFaultError, accept: str | None) -> tuple[int, str, str]:
    """Return the status of HTTP, the body and the content type of an answer."""
    try:
        if isinstance(prediction, RequestFaultError):
            raise prediction
        kind = _accepted(accept)
        return 200, _csv(prediction) if kind == CSV else _text(_document(prediction)), kind
    except RequestFaultError as fault:
        return fault.status, _text({"error": str(fault)}), JSON


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _accepted(accept: str | None) -> str:
    kinds = [kind.split(";")[0].strip().lower() for kind in (accept or JSON).split(",")]
    for kind in kinds:
        if kind in (JSON, CSV):
            return kind
    if any(kind in ("*/*", "application/*") for kind in kinds):
        return JSON
    raise RequestFaultError(f"Accept must be {JSON} or {CSV}", 406)


def _document(prediction: Prediction) -> dict[str, Any]:
    entries = [_entry(score) for score in prediction.scores]
    if prediction.request.single:
        return entries[0]
    if prediction.request.ids is not None:
        entries = [{"id": name, **entry} for name, entry in zip(prediction.request.ids, entries)]
    return {"predictions": entries}


def _entry(score: Score) -> dict[str, Any]:
    if score.faults:
        return {"error": "; ".join(score.faults)}
    entry: dict[str, Any] = {
        "risk_score": round(score.risk, 6),
        "reasons": [{"feature": name, "contribution": round(value, 4)} for name, value in score.reasons()],
    }
    marks = {"outside_training_range": score.outside, "filled_with_mean": score.filled}
    return {**entry, **{name: features for name, features in marks.items() if features}}


def _csv(prediction: Prediction) -> str:
    faults = [f"row {i + 1}: {'; '.join(score.faults)}" for i, score in enumerate(prediction.scores) if score.faults]
    if faults:
        more = f", and {len(faults) - 5} rows more" if len(faults) > 5 else ""
        raise RequestFaultError("an answer as text/csv has no place for a subject without a score: " + ". ".join(faults[:5]) + more)
    return "".join(f"{round(score.risk, 6)}\n" for score in prediction.scores)


def _read(body: str | bytes, content_type: str | None) -> Request:
    kind = (content_type or JSON).split(";")[0].strip().lower()
    if kind not in (JSON, CSV):
        raise RequestFaultError(f"Content-Type must be {JSON} or {CSV}", 415)
    try:
        text = body if isinstance(body, str) else body.decode("utf-8-sig")
        text.encode("utf-8")
    except UnicodeError as error:
        raise RequestFaultError("the request is not text in UTF-8") from error
    return _read_csv(text) if kind == CSV else _read_json(text)


def _read_json(text: str) -> Request:
    try:
        document = json.loads(text, parse_constant=_not_json, object_pairs_hook=_once)
    except RecursionError as error:
        raise RequestFaultError(f"the request is nested too deeply: {WANTED}") from error
    except RequestFaultError:
        raise
    except ValueError as error:
        raise RequestFaultError(f"the request is not JSON (NaN and Infinity are not, either): {WANTED}") from error
    if not isinstance(document, dict) or ("features" in document) == ("instances" in document):
        raise RequestFaultError(f"the request has no features and no instances, or both: {WANTED}")
    if "features" in document:
        if not isinstance(document["features"], dict):
            raise RequestFaultError(f"features must be an object: {WANTED}")
        return Request([document["features"]], None, True)
    if not isinstance(document["instances"], list):
        raise RequestFaultError(f"instances must be an array: {WANTED}")
    return _read_instances(document["instances"])


def _not_json(name: str) -> float:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise RequestFaultError("a name appears twice in an object of the request")
    return members


def _read_instances(instances: list[Any]) -> Request:
    faults = [f"instances[{i}] must be an object" for i, instance in enumerate(instances) if not isinstance(instance, dict)]
    if not faults and not any("id" in instance for instance in instances):
        wrapped = any(isinstance(instance.get("features"), dict) for instance in instances)
        return Request([instance.get("features") for instance in instances] if wrapped else instances, None, False)
    ids: list[Any] = [instance.get("id") for instance in instances if isinstance(instance, dict)]
    faults += [f"instances[{i}].id must be a text" for i, name in enumerate(ids) if not isinstance(name, str) or not _is_text(name)]
    if faults:
        raise RequestFaultError("; ".join(faults[:5]))
    return Request([instance.get("features") for instance in instances], _distinct(ids), False)


def _is_text(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in value)  # half a character cannot be sent back


def _distinct(ids: list[str]) -> list[str]:
    if len(set(ids)) != len(ids):
        raise RequestFaultError("two instances have the same id")
    return ids


def _read_csv(text: str) -> Request:
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error as error:
        raise RequestFaultError("the request is not CSV") from error
    names = [name.strip() for name in rows[0]] if rows else []
    if len(rows) < 2 or len(set(names)) != len(names) or not all(names) or any(finite(_value(name)) is not None for name in names):
        raise RequestFaultError("want CSV with a row of distinct names of features, and a row for each subject")
    if any(len(row) != len(names) for row in rows):
        raise RequestFaultError("the rows of the CSV have different numbers of fields")
    subjects = [dict(zip(names, map(_value, row))) for row in rows[1:]]
    ids = _distinct([row[names.index("id")] for row in rows[1:]]) if "id" in names else None
    return Request(subjects, ids, False)


def _value(field: str) -> str | float | None:
    """Return a field of CSV: a number if it reads as one, null if it is empty, else a text."""
    field = field.strip()
    try:
        return float(field) if field else None
    except ValueError:
        return field
