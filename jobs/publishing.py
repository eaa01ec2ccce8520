"""Writes what a run found: the cohort or one subject, the quality report and those who are left out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Callable, NamedTuple

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as sf

from jobs import drift, guards
from jobs.arguments import Arguments
from jobs.dictionary import NAMES
from jobs.faults import JobError
from jobs.population import REASONS
from jobs.quality import SCHEMA, Quality, coarse
from jobs.storage import Storage
from jobs.tables import Tables
from jobs.writing import Outputs, line

# LARGEST_REPORT is the size in bytes that the report may have.
LARGEST_REPORT = 100_000

# _NAMED is the number of names that the report lists; more are counted.
_NAMED = 40


class Result(NamedTuple):
    """What a run found: the features of the cohort's subjects (jobs.features.assembly.build), and all subjects (jobs.population.judged)."""

    features: DataFrame
    everyone: DataFrame


def _ordered(rows: DataFrame) -> Iterator[Row]:
    """Yields rows by subject, one partition at a time."""
    yield from rows.orderBy("subject").toLocalIterator()


def _values(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in NAMES}


def publish_cohort(storage: Storage, options: Arguments, tables: Tables, result: Result, log: Callable[[str], None]) -> None:
    """Writes the cohort, quality.json and excluded.jsonl, all of them or none.

    Raises:
        JobError: if a feature tells the arm of a blinded trial, or the profile is none. After the files are written, if nobody is in the
            cohort.
    """
    profile = _profile(storage, options)
    quality, arms, outputs = Quality(), guards.ArmCheck(), Outputs(storage, options.output)
    try:
        with outputs.open(options.output) as file:
            for row in _ordered(result.features):
                values = _values(row)
                quality.add(row["site"], values)
                arms.add(row["arm"], {"site": row["site"], **values})
                file.write(line({"subject": row["subject"], "site": row["site"], "features": values}) + "\n")
        if options.blinded:
            arms.check()
        with outputs.open(storage.sibling(options.output, "excluded.jsonl")) as file:
            excluded = result.everyone.filter(sf.col("reason").isNotNull()).select("subject", "site", "reason")
            for row in _ordered(excluded):
                quality.reasons[row["reason"]] += 1
                file.write(line({**row.asDict(), "detail": REASONS[row["reason"]]}) + "\n")
        report = _report(options, tables, quality)
        if profile is not None:
            report["drift"] = drift.compare(quality.features, profile, quality.subjects)
        with outputs.open(storage.sibling(options.output, "quality.json")) as file:
            file.write(_bounded(report))
        outputs.publish()
    finally:
        outputs.discard()
    left_out = sum(quality.reasons.values())
    log(f"Wrote the cohort of {quality.subjects} subjects to {options.output}; {left_out} are left out.")
    if not quality.subjects:
        raise JobError([_nobody(options, quality)])


def _nobody(options: Arguments, quality: Quality) -> str:
    """Returns what to do about a cohort without subjects."""
    why = ", ".join(f"{count} {reason}" for reason, count in coarse(quality.reasons).items())
    remedy = "read excluded.jsonl"
    if options.cut and any(reason.endswith("_before_cut") for reason in quality.reasons):
        remedy = f"{options.cut} must be the day on which the data were cut; --cut-date, or cutDate of the execution, says it"
    return f"nobody is in the cohort ({why}): {remedy}"


def publish_subject(storage: Storage, options: Arguments, result: Result, log: Callable[[str], None]) -> None:
    """Writes the features of one subject.

    Raises:
        JobError: if the subject is not in the cohort. The message does not say why: that is health data.
    """
    rows = result.features.filter(sf.col("subject") == options.subject).collect()
    if not rows:
        raise JobError(["--subject: the subject is not in the cohort; extract the whole cohort, and read why in its excluded.jsonl"])
    if options.blinded:
        arms = guards.ArmCheck()
        for row in result.features.toLocalIterator():
            arms.add(row["arm"], {"site": row["site"], **_values(row)})
        arms.check()
    outputs = Outputs(storage, options.output)
    try:
        with outputs.open(options.output) as file:
            file.write(line({"subject": options.subject, "site": rows[0]["site"], "features": _values(rows[0])}) + "\n")
        outputs.publish()
    finally:
        outputs.discard()
    log(f"Wrote the features of one subject to {options.output}.")


def _profile(storage: Storage, options: Arguments) -> Any:  # noqa: ANN401
    if not options.profile:
        return None
    return drift.parse(options.profile, storage.head(options.profile, 1 << 24).decode("utf-8", errors="replace"))


def _names(names: Any) -> dict[str, Any]:  # noqa: ANN401
    """Returns the number of names and the first ones."""
    return {"number": len(names), "names": list(names)[:_NAMED]}


def _report(options: Arguments, tables: Tables, quality: Quality) -> dict[str, Any]:
    domains = {
        domain: {
            "rows": tables.counts[domain],
            "files": [
                {"name": i.name, "format": i.format, "sha256": i.sha256, "bytes": i.size} for i in tables.inputs if i.domain == domain
            ][:_NAMED],
            "variables_not_read": _names(tables.dropped[domain]),
        }
        for domain in tables.rows
    }
    return {
        "schema": SCHEMA,
        "trial": options.trial,
        "run": options.run,
        "landmark_days": options.landmark,
        "cut_date": options.cut.isoformat() if options.cut else None,
        "blinded": options.blinded,
        "domains": domains,
        "files_not_read": _names(tables.ignored),
        **quality.report(),
        "warnings": _warnings(options, tables, quality),
    }


def _warnings(options: Arguments, tables: Tables, quality: Quality) -> list[str]:
    """Returns what a reader of the report must know, in words."""
    warnings = [
        f"The trial has no table {domain}: what comes from it is missing."
        for domain in ("AE", "SV", "EX", "VS", "CM", "MH", "QS")
        if domain not in tables.rows
    ]
    warnings += [f"The table {domain} is there and has no rows." for domain, count in tables.counts.items() if not count]
    warnings += [
        f"{domain}: {number} rows have a date that is not ISO 8601 and tells nothing."
        for domain, number in tables.unreadable.items()
        if number
    ]
    if not options.blinded:
        warnings.append("The run took the trial for unblinded: nobody checked whether a feature tells the arm.")
    return warnings


def _bounded(report: Mapping[str, Any]) -> str:
    text = json.dumps(report, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    if len(text.encode("utf-8")) > LARGEST_REPORT:
        raise JobError(
            [f"quality.json would have more than {LARGEST_REPORT} bytes; read fewer files from the input, or shorten their names"]
        )
    return text
