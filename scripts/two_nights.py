"""Two nights of a registered trial, and what became of them: the second half of `make trial`.

The first data cut opens alerts, and somebody acknowledges one. The second one, a month later, opens three more: a person approves two of
them, and downstream systems hear of those two. Then the outcomes of the subjects are imported, and all records are exported and verified.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, NamedTuple

from steps import ROOT, StepError, run, spark, step

FIRST_CUT, SECOND_CUT = "2026-06-01", "2026-07-01"

# REJECTED is one of the three subjects whose alerts the second cut opens: the trials are synthetic, and the same each time.
REJECTED = "SYN-AD-402-S07-0030"


class Trial(NamedTuple):
    """A registered trial on this machine."""

    trial: str
    landmark: int  # in days
    as_of: str  # the day up to which the tables are known
    endpoint: str  # the URL of the model server
    out: Path  # the folder that has the tables and gets the results


def two_nights(t: Trial) -> str:
    """Plays both nights, and returns a line about each thing that is worth a look.

    Raises:
        StepError: if a command fails, or if the records do not say what was decided.
    """
    out = t.out
    for name in ("registry", "night-1", "night-2", "outcomes", "export"):
        shutil.rmtree(out / name, ignore_errors=True)
    registry, trial_file = str(out / "registry"), str(ROOT / "trials" / f"{t.trial}.yaml")
    with step(f"the first night of the registered trial, data cut {FIRST_CUT}"):
        night(t, FIRST_CUT, "all", "night-1")
    with step("somebody acknowledges an alert"):
        alert = alerts(registry)[0]["alert"]
        run(["bin/clinicalrisk", "alerts", "--registry", registry, "acknowledge", alert])
    with step(f"the second night, data cut {SECOND_CUT}: two of three subjects are approved"):
        decisions = out / "decisions.jsonl"
        decisions.write_text(
            json.dumps({"trialId": t.trial, "decision": "approve", "code": "confirmed", "reason": "The site is called."})
            + "\n"
            + json.dumps({"subject": REJECTED, "decision": "reject", "code": "known-to-site", "reason": "The site acts already."})
            + "\n",
            encoding="utf-8",
        )
        night(t, SECOND_CUT, str(decisions), "night-2")
        check(out / "night-2", registry, alert)
    with step("Spark: what became of the subjects; a page compares it with the scores"):
        tables = ("--input", str(out / "tables" / "xpt"), "--landmark", str(t.landmark), "--cut-date", t.as_of)
        spark("outcomes.py", *tables, "--output", str(out / "outcomes.jsonl"))
        place = ("--trial-file", trial_file, "--registry", registry)
        limits = 1  # the exit code where a limit of the trial's file is broken
        run(["bin/clinicalrisk", "outcomes", "import", str(out / "outcomes.jsonl"), *place, "--as-of", t.as_of], accepted=(0, limits))
        run(["bin/clinicalrisk", "outcomes", "page", *place, "--out", str(out / "outcomes")], accepted=(0, limits))
    with step("all records are exported and verified"):
        run(["bin/clinicalrisk", "records", "export", "--registry", registry, "--trial", t.trial, "--out", str(out / "export")])
        run(["bin/clinicalrisk", "records", "verify", str(out / "export")])
    worklist = run(["bin/clinicalrisk", "alerts", "--registry", registry, "open"]).strip()
    return (
        "Two nights: 2 of 3 new alerts approved, 2 downstream calls, 1 alert acknowledged\n"
        f"Worklist: {worklist}\nOutcomes: {out / 'outcomes' / 'index.html'}\nRecords, verified: {out / 'export' / 'index.html'}\n"
    )


def night(t: Trial, cut: str, approve: str, name: str) -> None:
    """Extracts and scores the trial as of a data cut, and updates its alerts."""
    words = [
        "bin/clinicalrisk",
        "run",
        "--registry",
        str(t.out / "registry"),
        "--trial",
        t.trial,
        "--tables",
        str(t.out / "tables" / "xpt"),
    ]
    card = str(t.out / "model" / "card.html")
    run([*words, "--cut-date", cut, "--endpoint", t.endpoint, "--card", card, "--approve", approve, "--out", str(t.out / name)])


def alerts(registry: str) -> list[dict[str, Any]]:
    """Returns the alerts that are open."""
    listed = json.loads(run(["bin/clinicalrisk", "alerts", "--registry", registry, "--json", "list"]))
    return list(listed["alerts"])


def check(night: Path, registry: str, acknowledged: str) -> None:
    """Compares the results of the second night with what was decided.

    Raises:
        StepError: if they differ.
    """
    decided = lines(night / "approvals.jsonl")
    counts = [(d["approved"], d["rejected"]) for d in decided]
    if counts != [(2, 1)]:
        raise StepError(f"the second night has the decisions {counts}, want one with two subjects approved and {REJECTED} rejected")
    called = {call["request"]["alert"] for call in lines(night / "downstream.jsonl")}
    known = {a["alert"]: a for a in alerts(registry)}
    told = {known[alert]["subject"] for alert in called if alert in known}
    if len(called) != 2 or len(told) != 2 or REJECTED in told:
        raise StepError(f"downstream systems were called {len(called)} times, want once for each of the two approved subjects")
    if known[acknowledged]["status"] != "acknowledged":
        raise StepError(f"the alert {acknowledged} is {known[acknowledged]['status']}, and somebody acknowledged it")


def lines(file: Path) -> list[dict[str, Any]]:
    """Reads a file of JSON lines."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
