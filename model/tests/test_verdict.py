import pytest

from model.evaluation import AtThreshold, Estimate, Evaluation
from model.verdict import judge

GOOD = Evaluation(
    auc=Estimate(0.78, 0.71, 0.84),
    brier=Estimate(0.19, 0.17, 0.21),
    brier_base=0.25,
    skill=Estimate(0.24, 0.14, 0.32),
    slope=Estimate(1.0, 0.8, 1.3),
    intercept=Estimate(0.0, -0.3, 0.3),
    curve=[],
    share=0.5,
    gain=Estimate(0.1, 0.05, 0.15),
    at=AtThreshold(0.7, 0.2, 0.35, 0.95, 0.87, 0.1, -0.7),
    grid=[],
)


@pytest.mark.parametrize(
    ("change", "level", "reason"),
    [
        ({}, "promising", "in 78 of 100 pairs (95% interval 71 to 84)"),
        ({"auc": Estimate(0.57, 0.49, 0.65)}, "unusable", "It may order subjects no better than chance."),
        ({"auc": Estimate(0.6, 0.5, 0.7)}, "unusable", "It may order subjects no better than chance."),
        ({"auc": Estimate(0.57, None, None)}, "unusable", "interval not estimable"),
        ({"skill": Estimate(-0.01, -0.1, 0.1)}, "unusable", "it is no better than the base rate."),
        ({"skill": Estimate(0.02, -0.01, 0.1)}, "unusable", "It may be no better than the base rate."),
        ({"gain": Estimate(-0.01, -0.1, 0.1)}, "no gain", "Alerting about nobody, or about everybody, may serve as well"),
        ({"gain": Estimate(0.01, -0.1, 0.1)}, "promising", "Alerting about nobody, or about everybody, may serve as well"),
        ({"at": GOOD.at._replace(ppv=None, alerts=0.0), "gain": Estimate(0.0, 0.0, 0.0)}, "no gain", "it alerts about nobody."),
        ({"auc": Estimate(0.65, 0.55, 0.75)}, "weak", "in 65 of 100 pairs"),
        ({"slope": Estimate(0.5, 0.3, 0.9)}, "weak", "The risks are too extreme."),
        ({"slope": Estimate(1.8, 1.2, 2.4)}, "weak", "The risks are too close together."),
        ({"slope": Estimate(None, None, None)}, "weak", "Every subject gets the same risk"),
        ({"intercept": Estimate(0.5, 0.2, 0.9)}, "weak", "95% interval"),
        ({"auc": Estimate(0.95, 0.9, 0.99)}, "suspicious", "look for a feature that knows the outcome"),
    ],
)
def test_verdict_follows_from_the_figures(change, level, reason):
    found = judge(GOOD._replace(**change), events=100, columns=5, separating=[])
    assert found.level == level
    assert reason in " ".join(found.reasons)
    assert found.title.startswith("Do not alert") == (level in ("suspicious", "unusable", "no gain"))


def test_small_data_is_named():
    assert "25 subjects of the rarer outcome for 5 columns, 5.0 for each" in judge(GOOD, events=25, columns=5, separating=[]).reasons[-1]
    assert "small" not in judge(GOOD, events=50, columns=5, separating=[]).reasons[-1]


def test_a_feature_that_knows_the_outcome_outweighs_the_figures():
    found = judge(GOOD, events=100, columns=5, separating=["visits_late"])
    assert (found.level, found.title) == ("suspicious", "Do not alert with this model: it may know the outcome")
    assert found.reasons[0] == "These features tell the outcomes apart alone, and may know them: visits_late."
