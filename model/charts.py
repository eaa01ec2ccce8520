"""Charts of a model card as SVG. Each has a title and a description for people who do not see it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

WIDTH, HEIGHT = 340, 250
LEFT, TOP, RIGHT, BOTTOM = 52, 12, 10, 40


class _Plot:
    """A plot with linear axes. The marks are added in the order in which they are drawn."""

    def __init__(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        self.x, self.y = x, y
        self.marks: list[str] = []

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of a point, cut at the edges of the plot."""
        share = [(min(max(value, low), high) - low) / (high - low) for value, (low, high) in ((x, self.x), (y, self.y))]
        return LEFT + share[0] * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - share[1] * (HEIGHT - TOP - BOTTOM)

    def line(self, points: Sequence[tuple[float, float]], kind: str) -> None:
        """Draw a line through points. The kind is a class of the page's style."""
        places = " ".join(f"{x:.1f},{y:.1f}" for x, y in (self.at(*point) for point in points))
        self.marks.append(f'<polyline class="{kind}" points="{places}"/>')

    def dot(self, x: float, y: float) -> None:
        """Draw a dot."""
        left, top = self.at(x, y)
        self.marks.append(f'<circle class="dot" cx="{left:.1f}" cy="{top:.1f}" r="4"/>')

    def text(self, x: float, y: float, words: str, anchor: str = "start", shift: tuple[float, float] = (0, 0)) -> None:
        """Write words at a point."""
        left, top = self.at(x, y)
        self.marks.append(f'<text x="{left + shift[0]:.1f}" y="{top + shift[1]:.1f}" text-anchor="{anchor}">{escape(words)}</text>')

    def axes(self, names: tuple[str, str], ticks: tuple[Sequence[float], Sequence[float]], formats: tuple[str, str]) -> None:
        """Draw the axes with their ticks."""
        for value in ticks[1]:
            self.line([(self.x[0], value), (self.x[1], value)], "grid")
            self.text(self.x[0], value, format(value, formats[1]), "end", (-6, 4))
        for value in ticks[0]:
            self.text(value, self.y[0], format(value, formats[0]), "middle", (0, 16))
        self.text(sum(self.x) / 2, self.y[0], names[0], "middle", (0, 34))
        self.marks.append(
            f'<text transform="translate(11 {(HEIGHT - BOTTOM + TOP) / 2}) rotate(-90)" text-anchor="middle">{escape(names[1])}</text>'
        )

    def svg(self, name: str, title: str, description: str) -> str:
        """Return the chart. The name makes its ids distinct in the page."""
        return (
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{name}-title {name}-text">'
            f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-text">{escape(description)}</desc>'
            f"{''.join(self.marks)}</svg>"
        )


def calibration(curve: list[dict[str, Any]]) -> str:
    """Draw the calibration curve with its intervals."""
    plot = _Plot((0, 1), (0, 1))
    quarters = [0, 0.25, 0.5, 0.75, 1]
    plot.axes(("risk of the model", "share who discontinued"), (quarters, quarters), ("g", "g"))
    plot.line([(0, 0), (1, 1)], "ideal")
    for group in curve:
        plot.line([(group["expected"], group["low"]), (group["expected"], group["high"])], "range")
    plot.line([(group["expected"], group["observed"]) for group in curve], "model")
    for group in curve:
        plot.dot(group["expected"], group["observed"])
    words = "; ".join(
        f"risk {g['expected']:.2f}: {g['observed'] * 100:.0f}% discontinued ({g['low'] * 100:.0f} to {g['high'] * 100:.0f}%)" for g in curve
    )
    return plot.svg("calibration", "Calibration curve", f"Groups of subjects by their risk. {words}. A right model lies on the diagonal.")


def decision(thresholds: list[dict[str, Any]], chosen: dict[str, Any], share: float) -> str:
    """Draw the decision curve: the net benefit of the model, of alerting about everybody and about nobody."""
    low, high = -0.1, max(0.1, share * 1.05)
    plot = _Plot((0, 1), (low, high))
    steps = [-0.1, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    shown = [step for step in steps if step <= high]
    plot.axes(("threshold", "net benefit"), ([0, 0.25, 0.5, 0.75, 1], shown if len(shown) < 7 else shown[1::2]), ("g", ".1f"))
    end = (share - low) / (1 - low)  # where alerting about everybody leaves the plot
    plot.line([(step / 100 * end, _all(share, step / 100 * end)) for step in range(101)], "all")
    plot.line([(0, 0), (1, 0)], "nobody")
    plot.line([(at["threshold"], at["netBenefit"]) for at in thresholds if at["netBenefit"] >= low], "model")
    mark = chosen["threshold"]
    plot.line([(mark, low), (mark, high)], "mark")
    left = mark > 0.6
    plot.text(mark, high, f"threshold {mark:g}", "end" if left else "start", (-5 if left else 5, 10))
    plot.dot(mark, chosen["netBenefit"])
    words = (
        f"At the threshold of {mark:g} the net benefit is {chosen['netBenefit']:.3f}, that of alerting about everybody "
        f"{chosen['netBenefitOfAll']:.3f}, about nobody 0. The table of thresholds has the other figures."
    )
    return plot.svg("decision", "Decision curve", words)


def _all(share: float, threshold: float) -> float:
    return share - (1 - share) * threshold / (1 - threshold)
