import numpy as np
import pytest

from model import groups
from model.evaluation import Predictions, resample


def sizes(labels, **more):
    found, pooled = groups.pool(labels, "sites", **more)
    return [(label, len(places)) for label, places in found], pooled


def test_small_groups_are_one_group():
    labels = ["a"] * 30 + ["b"] * 12 + [f"c{i}" for i in range(5) for _ in range(4)]
    assert sizes(labels) == ([("a", 30), ("b", 12), ("5 other sites", 20)], 5)


def test_a_small_rest_takes_the_smallest_shown_group_with_it():
    # 42 - 30 - 10 would tell of the 2 subjects of c
    assert sizes(["a"] * 30 + ["b"] * 10 + ["c"] * 2) == ([("a", 30), ("b and c", 12)], 2)


def test_nothing_is_shown_if_a_small_group_could_be_found():
    assert sizes(["F"] * 50 + ["M"] * 3) == ([], 0)
    assert sizes(["F"] * 50) == ([], 0)


def test_order():
    assert [label for label, _ in sizes(["b"] * 10 + ["a"] * 10 + ["z"] * 10, first=["z"])[0]] == ["z", "a", "b"]


@pytest.mark.parametrize(
    ("age", "band"), [(64.9, "under 65"), (65, "65 to 74"), (75, "75 to 84"), (85, "85 and over"), (None, "not known")]
)
def test_age_bands(age, band):
    assert groups.age_band(age) == band


def test_figures_of_a_group_are_its_own():
    outcomes = np.array([1.0, 0.0] * 20)
    risks = np.where(outcomes == 1, 0.8, 0.4)[None]
    risks[:, 20:] = 0.6
    p = Predictions(risks, np.zeros_like(risks, dtype=np.int64), np.full_like(risks, 0.5), outcomes)
    weights = resample(40, 20, 1)
    first = groups.judge(p, np.arange(20), "first", 0.7, weights)
    assert (first.subjects, first.observed, first.expected, first.alerts, first.auc.value) == (20, 0.5, pytest.approx(0.6), 0.5, 1.0)
    second = groups.judge(p, np.arange(20, 40), "second", 0.7, weights)
    assert (second.alerts, second.auc.value) == (0, 0.5)
    assert groups.judge(p, np.arange(18), "small", 0.7, weights).auc is None
