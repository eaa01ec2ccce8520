import json
import subprocess
import sys
import tarfile
import types

import pytest

from model import inference
from model.tests.trial import SUBJECT

RISK = 0.425557  # 1 / (1 + exp(0.3)), see test_scoring.py
JSON, CSV = "application/json", "text/csv"


def ask(model, body, content_type=JSON, accept=JSON):
    body = body if isinstance(body, (bytes, str)) else json.dumps(body)
    status, text, kind = inference.answer(model, body, content_type, accept)
    return status, json.loads(text) if kind == JSON else text


def test_one_subject(model):
    reasons = [{"feature": name, "contribution": value} for name, value in (("weight_change_pct", -0.8), ("age", 0.6), ("sex", 0.4))]
    assert ask(model, {"features": SUBJECT}) == (200, {"risk_score": RISK, "reasons": reasons})


def test_batch_echoes_ids_and_a_bad_subject_does_not_sink_it(model):
    bodies = [("7", SUBJECT), ("a b", {**SUBJECT, "age": "x"}), ("", None), ("8", {**SUBJECT, "age": 99, "sex": None})]
    status, answer = ask(model, {"instances": [{"id": name, "features": features} for name, features in bodies]})
    first, second, third, fourth = answer["predictions"]
    assert status == 200
    assert (first["id"], first["risk_score"], len(first["reasons"])) == ("7", RISK, 3)
    assert (second["id"], set(second)) == ("a b", {"id", "error"})
    assert third == {"id": "", "error": "features must be an object"}
    assert (fourth["outside_training_range"], fourth["filled_with_mean"]) == (["age"], ["sex"])


def test_instances_without_ids_keep_their_order(model):
    for instances in ([SUBJECT, {}], [{"features": SUBJECT}, {"features": {}}]):
        status, answer = ask(model, {"instances": instances})
        assert (status, answer["predictions"][0]["risk_score"], list(answer["predictions"][1])) == (200, RISK, ["error"])
    assert ask(model, {"instances": []}) == (200, {"predictions": []})


# The state machine looks for these in the text of an answer: see constructs/risk/score_batch.go.
def test_answers_have_what_the_pipeline_searches_for(model):
    faulty = {"age": "x", "weight_change_pct": "\\", "sex": '"'}
    instances = [{"id": str(i), "features": faulty if i % 2 else SUBJECT} for i in range(4)]
    _, text, _ = inference.answer(model, json.dumps({"instances": instances}).encode(), JSON, JSON)
    predictions = json.dumps(json.loads(text)["predictions"])
    assert "\\" not in text
    assert (text.count('"risk_score"'), text.count('"id"'), text.count('"predictions"')) == (2, 4, 1)
    assert text.lower().count("error") == predictions.lower().count("error") == 2


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "the request is not JSON"),
        ("{", "the request is not JSON"),
        ('{"features": {"age": NaN}}', "the request is not JSON (NaN and Infinity are not, either)"),
        ("[" * 100_000, "the request is"),
        (b"\xff", "the request is not text in UTF-8"),
        ([], "the request has no features and no instances, or both"),
        ({"features": {}, "instances": []}, "the request has no features and no instances, or both"),
        ({"features": [1]}, "features must be an object"),
        ({"instances": {}}, "instances must be an array"),
        ({"instances": [3, SUBJECT, None]}, "instances[0] must be an object; instances[2] must be an object"),
        ({"instances": [{"id": 3, "features": {}}]}, "instances[0].id must be a text"),
        ({"instances": [{"id": "1", "features": {}}, {"features": {}}]}, "instances[1].id must be a text"),
        ({"instances": [{"id": "\ud800", "features": {}}]}, "instances[0].id must be a text"),
        ({"instances": [{"id": "1", "features": {}}] * 2}, "two instances have the same id"),
        ('{"features": {"age": 1, "age": 2}}', "a name appears twice in an object of the request"),
        ({"features": {"age": "SECRET"}}, "feature age must be a number from 0 to 130 or null; feature weight_change_pct is missing"),
    ],
)
def test_refused_requests(model, body, message):
    status, answer = ask(model, body)
    assert status == 400
    assert answer["error"].startswith(message)
    assert "SECRET" not in answer["error"]


def test_csv_in_and_out(model):
    body = "id,age,weight_change_pct,sex,extra\n7,80,1,M,x\n8,80,,F,\n"
    status, answer = ask(model, body, CSV)
    assert (status, [p["id"] for p in answer["predictions"]], answer["predictions"][0]["risk_score"]) == (200, ["7", "8"], RISK)
    status, text = ask(model, body, "text/csv; charset=utf-8", CSV)
    assert (status, text.splitlines()[0], len(text.splitlines())) == (200, str(RISK), 2)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("80,1,M\n81,1,F\n", "want CSV with a row of distinct names of features"),
        ("age,weight_change_pct,sex\n", "want CSV with a row of distinct names of features"),
        ("age,age\n1,2\n", "want CSV with a row of distinct names of features"),
        ("age,sex\n1\n", "the rows of the CSV have different numbers of fields"),
        ('age\n"1', "the request is not CSV"),
        (
            "age,weight_change_pct,sex\n80,1,SECRET\n",
            "an answer as text/csv has no place for a subject without a score: row 1: feature sex must",
        ),
    ],
)
def test_refused_csv(model, body, message):
    status, answer = ask(model, body, CSV, CSV)
    assert status == 400
    assert answer["error"].startswith(message)
    assert "SECRET" not in answer["error"]


def test_content_types(model):
    assert ask(model, {"features": SUBJECT}, None, None)[0] == 200
    assert ask(model, {"features": SUBJECT}, JSON, "text/html, */*;q=0.8")[0] == 200
    assert ask(model, {"features": SUBJECT}, "application/x-npy") == (415, {"error": "Content-Type must be application/json or text/csv"})
    assert ask(model, {"features": SUBJECT}, JSON, "text/html") == (406, {"error": "Accept must be application/json or text/csv"})


def test_functions_of_the_container(model, monkeypatch):
    good = inference.predict_fn(inference.input_fn(json.dumps({"features": SUBJECT}), JSON), model)
    body, kind = inference.output_fn(good, JSON)
    assert (json.loads(body)["risk_score"], kind) == (RISK, JSON)

    class Response:  # the container has Flask, and this project has not
        def __init__(self, body, status, mimetype):
            self.body, self.status, self.mimetype = body, status, mimetype

    monkeypatch.setitem(sys.modules, "flask", types.SimpleNamespace(Response=Response))
    bad = inference.output_fn(inference.predict_fn(inference.input_fn("{", JSON), model), JSON)
    assert (bad.status, bad.mimetype, "error" in json.loads(bad.body)) == (400, JSON, True)


def test_shipped_code_runs_with_numpy_alone(informative, tmp_path):
    with tarfile.open(informative / "out" / "model.tar.gz") as tar:
        for entry in tar:
            (tmp_path / entry.name).parent.mkdir(exist_ok=True)
            (tmp_path / entry.name).write_bytes(tar.extractfile(entry).read())
    program = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("sklearn", "scipy", "pandas", "model", "jobs", "flask"):
            raise ImportError(name)
sys.meta_path.insert(0, Refuse())
sys.path.insert(0, "code")
import inference
model = inference.model_fn(".")
body = '{"instances": [{"id": "0", "features": {"age": 70, "ae_count": 3, "weight_change_pct": null, "sex": "F"}}]}'
print(inference.output_fn(inference.predict_fn(inference.input_fn(body, "application/json"), model), "application/json")[0])
"""
    done = subprocess.run([sys.executable, "-I", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert 0 < json.loads(done.stdout)["predictions"][0]["risk_score"] < 1
