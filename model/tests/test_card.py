import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from model import page
from model.tests import conftest, trial
from model.tests.schema import violations

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "model-card.schema.json").read_text(encoding="utf-8"))


def card(folder):
    return json.loads((folder / "out" / "card.json").read_text())


def test_cards_fit_their_schema(informative, noise):
    assert list(violations(card(informative), SCHEMA, SCHEMA)) == []
    assert list(violations(card(noise), SCHEMA, SCHEMA)) == []
    assert list(violations({**card(noise), "more": 1}, SCHEMA, SCHEMA)) == ["$.more: is not in the schema"]


def test_verdict_on_noise(noise):
    found = card(noise)
    assert found["verdict"]["level"] == "unusable"
    assert found["performance"]["auc"]["low"] <= 0.5
    html = (noise / "out" / "card.html").read_text()
    assert '<h2 id="verdict">Do not alert with this model</h2>' in html
    assert "Do not alert above it." in html
    assert "Set it as the pipeline's" not in html


def test_verdict_on_data_that_can_be_learned(informative):
    found = card(informative)
    assert found["verdict"]["level"] == "promising"
    assert "Set it as the pipeline's <code>Threshold</code>." in (informative / "out" / "card.html").read_text()
    assert found["performance"]["auc"]["low"] > 0.7
    assert found["performance"]["brierSkill"]["low"] > 0.2
    assert found["features"][0]["name"] == "ae_count"
    assert found["features"][0]["oddsRatio"] > 2


def test_counts_and_digests(informative):
    facts = card(informative)["data"]
    profile = json.loads((informative / "out" / "profile.json").read_text())
    assert (facts["subjects"], facts["sites"], facts["cohortDigest"]) == (160, 7, profile["digest"])
    assert card(informative)["leftOut"] == [{"name": "depression_score", "reason": "is missing for every subject"}]


def test_threshold_and_its_alerts(informative, tmp_path):
    chosen = card(informative)["threshold"]
    assert chosen["chosenBy"] == "the lowest threshold with at most 20 alerts for 100 subjects"
    assert 15 < chosen["alertsPer100"] <= 20
    trial.write_trial(tmp_path)
    conftest.train(tmp_path, "--threshold", "0.5")
    given = card(tmp_path)["threshold"]
    assert (given["threshold"], given["chosenBy"]) == (0.5, "given")
    same = next(at for at in card(informative)["thresholds"] if at["threshold"] == 0.5)
    assert {name: given[name] for name in same} == same


def test_a_feature_that_knows_the_outcome_is_named(tmp_path):
    cohort, outcomes = trial.write_trial(tmp_path)
    for subject, outcome in zip(cohort, outcomes):
        subject["features"]["visits_late"] = outcome["outcome"] * 3 + (subject["features"]["age"] % 2)
    (tmp_path / "cohort.jsonl").write_text("".join(json.dumps(row) + "\n" for row in cohort))
    conftest.train(tmp_path)
    assert (card(tmp_path)["separating"], card(tmp_path)["verdict"]["level"]) == (["visits_late"], "suspicious")
    assert "may know them: visits_late" in (tmp_path / "out" / "card.html").read_text()


def test_small_numbers_of_missing_values_are_not_shown(tmp_path):
    trial.write_trial(tmp_path, change=lambda i, subject: subject["features"].update(visits_late=None if i < 4 else i % 5))
    conftest.train(tmp_path)
    missing = {row["name"]: row["missing"] for row in card(tmp_path)["features"]}
    assert (missing["visits_late"], missing["age"]) == (None, 0)
    assert missing["weight_change_pct"] >= 10
    assert "1 to 9" in (tmp_path / "out" / "card.html").read_text()


class Reader(HTMLParser):
    """Notes the elements of a page, and checks that they are closed."""

    VOID = ("meta", "circle", "polyline", "br")

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.ids = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.ids += [value for name, value in attributes if name == "id"]
        self.open += [] if tag in self.VOID else [tag]

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def test_page_is_whole_and_accessible(informative):
    html = (informative / "out" / "card.html").read_text()
    found = Reader(html)
    for landmark in ("header", "nav", "main", "footer", "h1"):
        assert len(found.all(landmark)) == 1, landmark
    assert len(set(found.ids)) == len(found.ids)
    for attributes in [*found.all("section"), *found.all("svg")]:
        assert set(attributes["aria-labelledby"].split()) <= set(found.ids)
    assert len(found.all("title")) == 3
    assert len(found.all("desc")) == len(found.all("svg")) == 2
    assert len(found.all("caption")) == len(found.all("table")) == len(found.all("thead"))
    assert all("scope" in attributes for attributes in found.all("th"))
    assert {attributes["href"][1:] for attributes in found.all("a")} <= set(found.ids)
    assert found.all("html") == [{"lang": "en"}]


def test_page_needs_nothing_else(informative):
    html = (informative / "out" / "card.html").read_text()
    for word in ("<script", "http://", "https://", "url(", "@import", "src="):
        assert word not in html.lower(), word
    assert not any(name.startswith("on") for _, attributes in Reader(html).elements for name in attributes)
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html


def test_page_escapes_what_comes_from_the_data(informative):
    found = card(informative)
    found["groups"][2]["groups"][0]["label"] = "<img src=x>"
    found["leftOut"][0]["name"] = "<script>"
    html = page.page(found)
    assert "<img" not in html
    assert "<script" not in html


def test_page_shows_figures_without_a_value(noise):
    found = card(noise)
    nothing = {"value": None, "low": None, "high": None}
    found["performance"] = {name: figure if isinstance(figure, float) else nothing for name, figure in found["performance"].items()}
    found["groups"][0] = {"by": "sex", "notShown": "the cohort does not say", "pooled": 0, "groups": []}
    found["threshold"]["ppv"] = None
    html = page.page(found)
    assert "None" not in html
    assert "By sex: not shown, since the cohort does not say." in html


@pytest.mark.parametrize(("change", "why"), [(None, "the cohort does not say"), ("F", "only one group has 10 subjects or more")])
def test_groups_that_cannot_be_shown(tmp_path, change, why):
    trial.write_trial(tmp_path, change=lambda i, subject: subject["features"].update(sex=change))
    conftest.train(tmp_path)
    assert card(tmp_path)["groups"][0] == {"by": "sex", "notShown": why, "pooled": 0, "groups": []}
