"""The model card as a page, card.html: one file, without scripts, made of the data of card.json alone."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from model import charts
from model import verdict as verdicts

TEMPLATE = Path(__file__).parent / "card_template.html"
NONE = "–"


def page(card: dict[str, Any]) -> str:
    """Return the page of a card."""
    data, verdict, chosen = card["data"], card["verdict"], card["threshold"]
    share = data["events"] / data["subjects"]
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=escape(verdict["title"]),
        level=verdict["level"].replace(" ", "-"),
        reasons="".join(f"<li>{escape(reason)}</li>" for reason in verdict["reasons"]),
        subjects=data["subjects"],
        events=data["events"],
        share=_percent(share),
        figures=_figures(card["performance"]),
        calibration=charts.calibration(card["calibrationCurve"]),
        decision=charts.decision(card["thresholds"], chosen, share),
        curve=_curve(card["calibrationCurve"]),
        advice=_advice(verdict["level"], chosen),
        thresholds=_thresholds(card["thresholds"], chosen),
        groups="".join(map(_group, card["groups"])),
        features=_features(card["features"]),
        left_out=_left_out(card),
        data=_data(data),
        method=_method(card["method"]),
        digest=data["cohortDigest"],
    )


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], marked: int = -1) -> str:
    """Return a table whose first column names the rows. It scrolls sideways where the page is narrow."""
    heads = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(
        f"<tr{' class=chosen' if i == marked else ''}>"
        f'<th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}</tr>'
        for i, row in enumerate(rows)
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table><caption>{escape(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _percent(share: float | None, digits: int = 0) -> str:
    return NONE if share is None else f"{share * 100:.{digits}f}%"


def _number(value: float | None, digits: int) -> str:
    return NONE if value is None else f"{round(value, digits) + 0.0:.{digits}f}"  # + 0.0 turns -0.0 into 0.0


def _range(figure: dict[str, Any], digits: int) -> str:
    return "no interval" if figure["low"] is None else f"{figure['low']:.{digits}f} to {figure['high']:.{digits}f}"


def _figures(performance: dict[str, Any]) -> str:
    shown = (
        ("AUC", "auc", 3, "0.5 is chance"),
        ("Brier score", "brier", 4, f"the base rate has {performance['brierOfBaseRate']:.4f}"),
        ("Skill against the base rate", "brierSkill", 3, "0 is no better"),
        ("Calibration slope", "calibrationSlope", 2, "1 is right"),
        ("Calibration intercept", "calibrationIntercept", 2, "0 is right"),
    )
    return "".join(
        f"<div><dt>{name}</dt><dd><strong>{_number(performance[key]['value'], digits)}</strong>{_range(performance[key], digits)}<br>"
        f'<span class="faint">{note}</span></dd></div>'
        for name, key, digits, note in shown
    )


def _curve(curve: list[dict[str, Any]]) -> str:
    rows = [
        [f"{g['expected']:.3f}", str(g["subjects"]), _percent(g["observed"]), f"{_percent(g['low'])} to {_percent(g['high'])}"]
        for g in curve
    ]
    return table("Calibration by groups of risk", ("mean risk", "subjects", "discontinued", "95% interval"), rows)


def _advice(level: str, chosen: dict[str, Any]) -> str:
    threshold = f"<strong>{chosen['threshold']:g}</strong> ({escape(chosen['chosenBy'])})"
    if level in verdicts.NOT_TO_ALERT:
        return f"The figures of the verdict are for the threshold {threshold}. Do not alert above it."
    return f"Alert above {threshold}. Set it as the pipeline's <code>Threshold</code>."


def _thresholds(grid: list[dict[str, Any]], chosen: dict[str, Any]) -> str:
    every = sorted([at for at in grid if at["threshold"] != chosen["threshold"]] + [chosen], key=lambda at: float(at["threshold"]))
    rows = [
        [
            f"{at['threshold']:.2f}" + (" (chosen)" if at is chosen else ""),
            f"{at['alertsPer100']:.0f}",
            _percent(at["ppv"]),
            _percent(at["sensitivity"]),
            _percent(at["specificity"]),
            f"{at['netBenefit']:.3f}",
            f"{at['netBenefitOfAll']:.3f}",
        ]
        for at in every
    ]
    head = ("threshold", "alerts per 100", "right alerts", "found", "spared", "net benefit", "of all")
    note = (
        "What each threshold costs: alerts for 100 subjects; the share of alerts that are right (PPV); the shares of those who discontinue "
        "that are found (sensitivity), and of the others that are spared (specificity); the net benefit, and that of alerting about all"
    )
    return table(note, head, rows, every.index(chosen))


def _group(by: dict[str, Any]) -> str:
    if by["notShown"]:
        return f"<p>By {escape(by['by'])}: not shown, since {escape(by['notShown'])}.</p>"
    rows = []
    for group in by["groups"]:
        area = group["auc"]
        auc = f"{_number(area['value'], 2)} ({_range(area, 2)})" if area else NONE
        rows.append(
            [
                group["label"],
                str(group["subjects"]),
                _percent(group["observed"]),
                _percent(group["expected"]),
                f"{group['alertsPer100']:.0f}",
                auc,
            ]
        )
    head = (by["by"], "subjects", "discontinued", "mean risk", "alerts per 100", "AUC")
    return table(f"By {by['by']}", head, rows)


def _features(features: list[dict[str, Any]]) -> str:
    rows = [
        [
            f"{row['name']} {row['column']}".strip(),
            f"{row['oddsRatio']:.2f}",
            f"{row['mean']:.4g}",
            f"{row['deviation']:.4g}",
            "1 to 9" if row["missing"] is None else str(row["missing"]),
        ]
        for row in features
    ]
    return table("Columns of the model, the strongest first", ("column", "odds ratio", "mean", "standard deviation", "missing"), rows)


def _left_out(card: dict[str, Any]) -> str:
    parts = []
    if card["leftOut"]:
        items = "".join(f"<li><code>{escape(item['name'])}</code> {escape(item['reason'])}</li>" for item in card["leftOut"])
        parts.append(f"<h3>Features of the cohort that the model does not use</h3><ul>{items}</ul>")
    return "".join(parts)


def _data(data: dict[str, Any]) -> str:
    rows = [
        ["subjects with an outcome", str(data["subjects"])],
        ["who discontinued", str(data["events"])],
        ["sites", str(data["sites"])],
        ["subjects of the cohort without an outcome", str(data["withoutOutcome"])],
        ["outcomes without a subject of the cohort", str(data["outcomesWithoutSubject"])],
    ]
    digests = [
        f"<p>SHA-256 of the {what}, unpacked: <code>{data[key]}</code></p>"
        for what, key in (("cohort", "cohortDigest"), ("outcomes", "outcomesDigest"))
    ]
    return table("Counts", ("what", "number"), rows) + "".join(digests)


def _method(method: dict[str, Any]) -> str:
    return (
        f"{method['folds']}-fold cross-validation, repeated {method['repeats']} times, and {method['resamples']} bootstrap resamples of "
        f"subjects; seed {method['seed']}. Scaling, regularisation (C, in the final model {method['strength']:g}) and Platt's calibration "
        "are chosen again within each fold."
    )
