import copy
import json

import pytest

from model import model_json
from model.model_json import ModelFaultError, name_fault
from model.tests import trial


def parse(document):
    return model_json.parse(json.dumps(document).encode())


def edited(*path, value):
    document = copy.deepcopy(trial.DOCUMENT)
    at = document
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return document


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "model.json must be an object"),
        ({}, 'schema must be "clinical-risk-model/1"'),
        (trial.document(intercept=None), "intercept must be a number from"),
        (trial.document(threshold=2), "threshold must be a number from 0 to 1"),
        (trial.document(features=[]), "features must be a list of 1 to 500"),
        (trial.document(features=[{}] * 501), "features must be a list of 1 to 500"),
        (trial.document(features=[3]), "features[0] must be an object"),
        (trial.document(features=trial.DOCUMENT["features"] * 2), "features: age is in the list twice; features: sex"),
        (trial.document(calibration={"method": "isotonic"}), 'calibration must be an object with method "platt"'),
        (edited("calibration", "slope", value=-1), "calibration.slope must be a number from 0"),
        (edited("features", 0, "name", value='a"b'), "features[0].name must be a letter and up to 63 letters"),
        (edited("features", 0, "name", value="last_error"), "features[0].name must not be id"),
        (edited("features", 0, "name", value=7), "features[0].name must be a text"),
        (edited("features", 0, "kind", value="pickle"), 'features[0].kind must be "number" or "text"'),
        (edited("features", 0, "number", value=None), "features[0].number must be an object"),
        (edited("features", 0, "number", "scale", value=0), "features[0].number.scale must be a number from"),
        (edited("features", 0, "number", "mean", value="70"), "features[0].number.mean must be a number"),
        (edited("features", 0, "number", "coefficient", value=True), "features[0].number.coefficient must be a number"),
        (edited("features", 0, "number", "coefficient", value=10**400), "features[0].number.coefficient must be a number"),
        (edited("features", 0, "number", "coefficient", value=1e11), "the terms add up to more than 1e+06 in log odds"),
        (edited("features", 0, "range", value=[3, 1]), "features[0].range must be two numbers, the lower one first"),
        (edited("features", 0, "range", value=[1, 2, 3]), "features[0].range must be two numbers"),
        (edited("features", 0, "limits", value="all"), "features[0].limits must be two numbers"),
        (edited("features", 1, "missing", value=3), "features[1].missing must be an object"),
        (edited("features", 2, "categories", value={}), "features[2].categories must be a list of 1 to 20"),
        (edited("features", 2, "categories", 0, value=5), "features[2].categories[0].value must be a short text"),
        (edited("features", 2, "categories", 1, "value", value="F"), "features[2].categories[1].value must be a short text that no other"),
    ],
)
def test_hostile_models_are_refused(document, message):
    with pytest.raises(ModelFaultError) as fault:
        parse(document)
    assert message in str(fault.value)


@pytest.mark.parametrize("content", [b"", b"\x80\x04pickle", b"{", b'{"intercept": NaN}', b"[" * 100_000])
def test_content_that_is_not_json(content):
    with pytest.raises(ModelFaultError, match=r"model\.json is not JSON, or has NaN or Infinity"):
        model_json.parse(content)


def test_huge_content():
    with pytest.raises(ModelFaultError, match="more than 1048576 bytes"):
        model_json.parse(b" " * (model_json.MAX_BYTES + 1))


def test_every_fault_at_once_and_not_a_thousand():
    with pytest.raises(ModelFaultError) as fault:
        parse(trial.document(intercept="x", threshold="y", features=[{}] * 100))
    text = str(fault.value)
    assert text.startswith("model.json: intercept must")
    assert "threshold must" in text
    assert text.count(";") == model_json.MAX_FAULTS
    assert "more" in text.rsplit(";", 1)[1]


def test_names_that_would_break_an_answer():
    assert name_fault("ae_count") == ""
    for name in ("id", "risk_score", "my_risk_score", "errors", "1st", "a b", "ä", "x" * 65, ""):
        assert name_fault(name), name
