import math

import pytest

from model.scoring import finite, sigmoid
from model.tests.trial import SUBJECT


def test_score_is_the_logistic_worked_by_hand(model):
    # contributions before calibration: 0.3*(80-70)/10 = 0.3; -0.2*(1+1)/2 + 0.6*(0-0.1)/0.3 = -0.4;
    # M: -0.1*(0-0.5)/0.5 + 0.1*(1-0.5)/0.5 = 0.2. Sum 0.1, calibrated -0.5 + 2*0.1 = -0.3.
    score = model.score(SUBJECT)
    assert score.risk == pytest.approx(1 / (1 + math.exp(0.3)), abs=1e-12)
    assert score.contributions == pytest.approx({"age": 0.6, "weight_change_pct": -0.8, "sex": 0.4})
    assert score.faults == []


def test_reasons_are_ranked_and_add_up(model):
    score = model.score(SUBJECT)
    assert score.reasons() == [("weight_change_pct", pytest.approx(-0.8)), ("age", pytest.approx(0.6)), ("sex", pytest.approx(0.4))]
    log_odds = math.log(score.risk / (1 - score.risk))
    assert model.base() + sum(value for _, value in score.reasons()) == pytest.approx(log_odds)


def test_average_subject_gets_no_reasons(model):
    score = model.score({"age": 70, "weight_change_pct": -1.0, "sex": "U"})
    assert "age" not in dict(score.reasons())
    assert "sex" not in dict(score.reasons())


def test_null_is_learned_or_filled_with_the_mean(model):
    # missing: 0.6*(1-0.1)/0.3 = 1.8, calibrated 3.6, and nothing for the number itself
    learned, filled = model.score({**SUBJECT, "weight_change_pct": None}), model.score({**SUBJECT, "sex": None})
    assert (learned.contributions["weight_change_pct"], learned.filled) == (pytest.approx(3.6), [])
    assert (filled.contributions["sex"], filled.filled) == (0, ["sex"])


def test_a_subject_of_whom_little_is_known_is_not_scored(model):
    assert model.score({**SUBJECT, "age": None, "sex": None}).faults == ["more than half of the features are null: too little is known"]
    assert model.score({**SUBJECT, "age": None, "weight_change_pct": None}).faults == []  # one of them was learned


def test_value_outside_the_training_range_counts_as_the_nearest(model):
    beyond, edge = model.score({**SUBJECT, "age": 120}), model.score({**SUBJECT, "age": 90})
    assert beyond.risk == edge.risk
    assert (beyond.outside, edge.outside) == (["age"], [])


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"age": "80"}, "feature age must be a number from 0 to 130 or null"),
        ({"age": True}, "feature age must be a number from 0 to 130 or null"),
        ({"age": -1}, "feature age must be a number from 0 to 130 or null"),
        ({"age": float("nan")}, "feature age must be a number from 0 to 130 or null"),
        ({"age": 10**400}, "feature age must be a number from 0 to 130 or null"),
        ({"weight_change_pct": []}, "feature weight_change_pct must be a number or null"),
        ({"sex": "female"}, "feature sex must be one of F, M, U or null"),
        ({"sex": 1}, "feature sex must be one of F, M, U or null"),
    ],
)
def test_refused_values(model, change, fault):
    score = model.score({**SUBJECT, **change})
    assert score.faults == [fault]
    assert math.isnan(score.risk)


def test_every_fault_at_once_and_other_features_ignored(model):
    assert model.score({"age": "x", "shoe_size": 44}).faults == [
        "feature age must be a number from 0 to 130 or null",
        "feature weight_change_pct is missing",
        "feature sex is missing",
    ]
    assert model.score({**SUBJECT, "shoe_size": "x"}).faults == []
    assert model.score([1]).faults == ["features must be an object"]


def test_sigmoid_does_not_overflow():
    assert (sigmoid(-1e5), sigmoid(0), sigmoid(1e5)) == (0, 0.5, 1)
    assert finite(float("inf")) is None
