"""Says in words what the figures of an evaluation mean. The words follow from the figures alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from model.evaluation import Estimate, Evaluation

WEAK_AUC = 0.7  # below it, discrimination is commonly called poor (Hosmer, Lemeshow and Sturdivant 2013)
SUSPICIOUS_AUC = 0.9
EVENTS_PER_COLUMN = 10

SUSPICIOUS, UNUSABLE, NO_GAIN, WEAK, PROMISING = "suspicious", "unusable", "no gain", "weak", "promising"
NOT_TO_ALERT = (SUSPICIOUS, UNUSABLE, NO_GAIN)
TITLES = {
    SUSPICIOUS: "Do not alert with this model: it may know the outcome",
    UNUSABLE: "Do not alert with this model",
    NO_GAIN: "Do not alert with this model at this threshold",
    WEAK: "Weak: at most a help to those who know the subjects",
    PROMISING: "Promising inside this trial, not validated outside it",
}


class Verdict(NamedTuple):
    """A verdict with its reasons."""

    level: str  # suspicious, unusable, no gain, weak or promising
    title: str
    reasons: list[str]  # a sentence or two each


def judge(e: Evaluation, events: int, columns: int, separating: Sequence[str]) -> Verdict:
    """Judge a model by its evaluation.

    Args:
        e: the evaluation.
        events: the subjects of the rarer outcome.
        columns: of the design.
        separating: the features that alone tell the outcomes apart better than trials show.
    """
    reasons = [_order(e), _base_rate(e), _agreement(e), _threshold(e)]
    if separating:
        reasons.insert(0, f"These features tell the outcomes apart alone, and may know them: {', '.join(separating)}.")
    elif _known(e):
        reasons.insert(0, f"An AUC above {SUSPICIOUS_AUC} is more than trials show: look for a feature that knows the outcome.")
    if events < EVENTS_PER_COLUMN * columns:
        reasons.append(f"The data is small: {events} subjects of the rarer outcome for {columns} columns, {events / columns:.1f} for each.")
    level = SUSPICIOUS if separating or _known(e) else _level(e)
    return Verdict(level, TITLES[level], reasons)


def _known(e: Evaluation) -> bool:
    return e.auc.value is not None and e.auc.value > SUSPICIOUS_AUC


def _level(e: Evaluation) -> str:
    if not _above(e.auc, 0.5) or not _above(e.skill, 0.0):
        return UNUSABLE
    if e.gain.value is None or e.gain.value <= 0:
        return NO_GAIN
    right = _includes(e.slope, 1.0) and _includes(e.intercept, 0.0)
    return PROMISING if right and e.auc.value is not None and e.auc.value >= WEAK_AUC else WEAK


def _above(figure: Estimate, value: float) -> bool:
    return figure.low is not None and figure.low > value


def _includes(figure: Estimate, value: float) -> bool:
    return figure.low is not None and figure.high is not None and figure.low <= value <= figure.high


def _range(figure: Estimate, digits: int, factor: float = 1.0) -> str:
    if figure.low is None or figure.high is None:
        return "interval not estimable"
    return f"95% interval {figure.low * factor:.{digits}f} to {figure.high * factor:.{digits}f}"


def _order(e: Evaluation) -> str:
    if e.auc.value is None:
        return "Whether it orders subjects better than chance cannot be said."
    pairs = f"{e.auc.value * 100:.0f} of 100 pairs ({_range(e.auc, 0, 100)})"
    text = f"It gives the higher risk to the one who discontinues in {pairs}; chance does in 50."
    return text if _above(e.auc, 0.5) else text + " It may order subjects no better than chance."


def _base_rate(e: Evaluation) -> str:
    if e.brier.value is None or e.skill.value is None:
        return "Whether its risks are closer to what happened than the base rate cannot be said."
    text = f"The error of its risks (Brier score) is {e.brier.value:.4f}, that of always saying the base rate {e.brier_base:.4f}"
    if e.skill.value <= 0:
        return text + ": it is no better than the base rate."
    text += f": {e.skill.value * 100:.1f}% smaller ({_range(e.skill, 1, 100)})."
    return text if _above(e.skill, 0.0) else text + " It may be no better than the base rate."


def _agreement(e: Evaluation) -> str:
    if e.slope.value is None:
        return "Every subject gets the same risk, so that nothing can be said about calibration."
    text = f"The calibration slope is {e.slope.value:.2f} ({_range(e.slope, 2)}); 1 is right."
    if e.slope.high is not None and e.slope.high < 1:
        return text + " The risks are too extreme."
    if e.slope.low is not None and e.slope.low > 1:
        return text + " The risks are too close together."
    return text


def _threshold(e: Evaluation) -> str:
    at = e.at
    if at.ppv is None:
        return f"At the threshold of {at.threshold:g} it alerts about nobody."
    text = (
        f"Above the threshold of {at.threshold:g} it alerts about {at.alerts * 100:.0f} of 100 subjects. {at.ppv * 100:.0f} of 100 alerts "
        f"are about a subject who discontinues, as are {e.share * 100:.0f} of 100 subjects anyway; it finds {at.sensitivity * 100:.0f} of "
        "100 who discontinue."
    )
    if _above(e.gain, 0.0):
        return text
    return text + " Alerting about nobody, or about everybody, may serve as well (net benefit)."
