import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from model import calibration


def simulated(slope, subjects=20_000, seed=1):
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=subjects)
    return scores, (rng.random(subjects) < calibration.logistic(0.3 + slope * scores)).astype(float)


def test_platt_finds_intercept_and_slope():
    assert calibration.platt(*simulated(0.7)) == pytest.approx((0.3, 0.7), abs=0.06)


def test_platt_agrees_with_scikit_learn():
    scores, outcomes = simulated(1.3)
    other = LogisticRegression(C=1e9, solver="newton-cg", tol=1e-10).fit(scores[:, None], outcomes)
    assert calibration.platt(scores, outcomes) == pytest.approx((other.intercept_[0], other.coef_[0, 0]), abs=2e-3)


def test_platt_never_turns_scores_around():
    scores, outcomes = simulated(-1.0)
    intercept, slope = calibration.platt(scores, outcomes)
    assert slope == 0
    assert calibration.logistic(np.array([intercept]))[0] == pytest.approx(outcomes.mean())


def test_platt_leaves_scores_without_information_nearly_as_they_are():
    rng = np.random.default_rng(2)
    _, slope = calibration.platt(rng.normal(size=60) * 1e-3, (rng.random(60) < 0.5).astype(float))
    assert slope == pytest.approx(1, abs=0.01)


def test_slope_and_intercept_of_right_extreme_and_shifted_risks():
    scores, outcomes = simulated(1.0)
    weights = np.ones(len(scores))
    for shift, spread, want in ((0.3, 1, (1, 0)), (0.6, 2, (0.5, None)), (0.8, 1, (1, -0.5))):
        slope, intercept = calibration.slope_and_intercept(calibration.logistic(shift + spread * scores), outcomes, weights)
        assert slope == pytest.approx(want[0], abs=0.05)
        assert want[1] is None or intercept == pytest.approx(want[1], abs=0.05)
    assert calibration.slope_and_intercept(np.full(10, 0.4), outcomes[:10], weights[:10]) is None


def test_curve():
    scores, outcomes = simulated(1.0, subjects=200)
    bins = calibration.curve(calibration.logistic(scores), outcomes)
    assert [group.subjects for group in bins] == [40] * 5
    assert [group.expected for group in bins] == sorted(group.expected for group in bins)
    assert all(group.low <= group.observed <= group.high for group in bins)


def test_wilson_by_table():
    # 10 of 40, Wilson 1927: 14.2% to 40.2%
    assert calibration.wilson(0.25, 40) == pytest.approx((0.1419, 0.4019), abs=1e-4)
    assert calibration.wilson(0.0, 20)[0] == 0
