import numpy as np
import pytest

from model import metrics


def test_auc_by_hand():
    # events at .9 and .4, others at .4 and .1: pairs .9>.4, .9>.1, .4=.4 (half), .4>.1
    risks, outcomes = np.array([0.9, 0.4, 0.4, 0.1]), np.array([1.0, 1.0, 0.0, 0.0])
    assert metrics.auc(risks, outcomes) == 3.5 / 4
    assert metrics.auc(risks, np.ones(4)) is None


def test_weights_count_subjects_as_often():
    risks, outcomes = np.array([0.8, 0.6, 0.3]), np.array([1.0, 0.0, 1.0])
    pairs, total = metrics.concordant(risks, outcomes, np.array([[1.0, 1.0, 1.0], [2.0, 1.0, 0.0], [1.0, 3.0, 2.0]]))
    assert (pairs.tolist(), total.tolist()) == ([1, 2, 3], [2, 2, 9])


def test_net_benefit_by_hand():
    # of 100 subjects 20 right and 10 false alerts; at 0.25 a false alert costs a third of a hit
    assert float(metrics.net_benefit(0.2, 0.1, 0.25)) == pytest.approx(0.2 - 0.1 / 3)


def test_interval():
    assert metrics.interval(np.arange(1001.0)) == (25.0, 975.0)
    assert metrics.interval(np.array([1.0] * 8 + [np.nan] * 2)) is None
