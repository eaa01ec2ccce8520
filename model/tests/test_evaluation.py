import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from model import evaluation, fitting
from model.evaluation import Predictions


def data(effect, subjects=200, columns=4, seed=5):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(subjects, columns))
    return values, (rng.random(subjects) < 1 / (1 + np.exp(-effect * values[:, 0]))).astype(float)


def test_fit_is_scikit_learns_regression_on_standardized_columns():
    values, outcomes = data(1.0)
    fit = fitting.fit(values, outcomes, 5, 1)
    standard = (values - values.mean(axis=0)) / values.std(axis=0)
    other = LogisticRegression(C=fit.strength, solver="newton-cg", tol=1e-10, max_iter=1000).fit(standard, outcomes)
    assert fit.coefficients == pytest.approx(other.coef_[0], abs=1e-5)


def test_no_information_counts_as_the_mean_and_beyond_the_range_as_its_end():
    values, outcomes = data(1.0)
    fit = fitting.fit(values, outcomes, 5, 1)
    mean = values.mean(axis=0)
    assert fit.risks(np.full((1, 4), np.nan)) == pytest.approx(fit.risks(mean[None]))
    assert fit.risks(np.where([True, False, False, False], 1e9, mean)[None]) == pytest.approx(
        fit.risks(np.where([True, False, False, False], values[:, 0].max(), mean)[None])
    )


def test_every_subject_is_predicted_by_folds_that_did_not_see_it():
    values, outcomes = data(0.0, columns=2)
    values[:, 0] = np.arange(len(outcomes))  # a model that saw a subject could know it by this
    p = evaluation.predict(values, outcomes, 5, 2, 1)
    assert p.risks.shape == p.folds.shape == (2, 200)
    for repeat in range(2):
        for fold in range(5):
            test = p.folds[repeat] == fold
            assert p.base[repeat, test] == pytest.approx(outcomes[~test].mean())
            again = fitting.fit(values[~test], outcomes[~test], 5, 1 + repeat).risks(values[test])
            assert p.risks[repeat, test] == pytest.approx(again)


def by_hand():
    risks, outcomes = np.array([[0.9, 0.6, 0.7, 0.2]]), np.array([1.0, 1.0, 0.0, 0.0])
    return Predictions(risks, np.zeros((1, 4), dtype=np.int64), np.full((1, 4), 0.5), outcomes)


def test_figures_by_hand():
    p = by_hand()
    found = evaluation.evaluate(p, 0.65, evaluation.resample(4, 50, 1))
    assert found.auc.value == 3 / 4
    assert found.brier.value == pytest.approx((0.01 + 0.16 + 0.49 + 0.04) / 4)
    assert found.brier_base == 0.25
    assert found.skill.value == pytest.approx(1 - 0.175 / 0.25)
    at = found.at
    assert (at.alerts, at.sensitivity, at.specificity, at.ppv) == (0.5, 0.5, 0.5, 0.5)
    assert at.net_benefit == pytest.approx(0.25 - 0.25 * 0.65 / 0.35)
    assert at.net_benefit_all == pytest.approx(0.5 - 0.5 * 0.65 / 0.35)
    assert found.gain.value == pytest.approx(at.net_benefit)  # alerting about nobody is better than about everybody here


def test_an_alert_is_above_the_threshold():
    assert evaluation.at_threshold(by_hand(), 0.9).alerts == 0
    assert evaluation.at_threshold(by_hand(), 0.9).ppv is None


def test_threshold_keeps_to_its_alerts():
    assert evaluation.choose_threshold(by_hand(), 0.5) == 0.6
    assert evaluation.choose_threshold(by_hand(), 0.25) == 0.7
    assert evaluation.choose_threshold(by_hand(), 0.1) == 0.9


def test_pairs_of_different_folds_do_not_count():
    p = by_hand()._replace(folds=np.array([[0, 1, 1, 0]]))  # .9 against .2 is right, .6 against .7 is wrong
    assert evaluation.evaluate(p, 0.65, evaluation.resample(4, 50, 1)).auc.value == 0.5


@pytest.mark.parametrize(("effect", "low", "high"), [(0.0, 0.35, 0.6), (2.0, 0.8, 0.95)])
def test_auc_has_an_interval_that_fits_the_data(effect, low, high):
    values, outcomes = data(effect)
    auc = evaluation.evaluate(evaluation.predict(values, outcomes, 5, 2, 1), 0.5, evaluation.resample(200, 200, 1)).auc
    assert low < auc.value < high
    assert auc.low < auc.value < auc.high
    assert (auc.low > 0.5) == (effect > 0)
