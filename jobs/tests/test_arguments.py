"""The arguments of both scripts."""

from __future__ import annotations

import datetime

import pytest

from jobs import arguments, extraction
from jobs.faults import JobError

GIVEN = ["--trial-id", "T-1", "--input", "s3://tables/t/", "--output", "s3://out/a/cohort.jsonl", "--landmark", "28"]


def test_the_arguments_of_a_step():
    found = arguments.parse(
        [*GIVEN, "--run-id", "cohort-T-1", "--cut-date", "2026-01-31", "--blinded", "false", "--profile", "s3://m/profile.json"]
    )
    assert found == arguments.Arguments(
        "T-1", "cohort-T-1", "s3://tables/t/", "s3://out/a/cohort.jsonl", 28, datetime.date(2026, 1, 31), False, "s3://m/profile.json", ""
    )


def test_defaults():
    found = arguments.parse(GIVEN)
    assert (found.run, found.cut, found.blinded, found.profile, found.subject) == ("", None, True, "", "")


def test_the_arguments_of_a_glue_job():
    glue = ["--JOB_NAME", "features", "--job-bookmark-option", "job-bookmark-disable", "--enable-metrics", "--TempDir", "s3://tmp/"]
    words = ["--trial_id=T-1", "--input=s3://t/x", "--output", "s3://o/c.jsonl", "--landmark", "28", "--cut_date", "2026-01-31"]
    assert arguments.parse([*glue, *words]).cut == datetime.date(2026, 1, 31)


def test_every_fault_at_once():
    words = [
        "stray",
        "--trial-id",
        "a b",
        "--landmark",
        "0",
        "--cut-date",
        "2026-02-30",
        "--blinded",
        "no",
        "--input",
        "--seed",
        "1",
        "--output",
        "s3://b",
    ]
    with pytest.raises(JobError) as caught:
        arguments.parse([*words, "--landmark", "0"])
    assert caught.value.code == 2
    assert [fault.split(";")[0] for fault in caught.value.faults] == [
        'argument "stray": is no option',
        "--input: has no value",
        "--seed: is no option",
        "--landmark: is given twice",
        "--trial-id: must have 1 to 64 letters, digits, '.', '_' and '-', got \"a b\"",
        '--output: must be an S3 URI such as s3://bucket/key, got "s3://b"',
        '--landmark: must be a whole number of days from 1 to 3650, got "0"',
        '--cut-date: must be a day of the calendar, YYYY-MM-DD, got "2026-02-30"',
        '--blinded: must be true or false, got "no"',
    ]


@pytest.mark.parametrize("missing", ["trial-id", "input", "landmark"])
def test_a_required_option_that_is_missing(missing):
    words = [word for pair in zip(GIVEN[::2], GIVEN[1::2]) if pair[0] != f"--{missing}" for word in pair]
    with pytest.raises(JobError, match=f"^--{missing}: is missing; the required options are --trial-id, --input, --landmark$"):
        arguments.parse(words)


def test_the_arguments_of_the_outcomes():
    found = arguments.parse_outcomes(["--input", "tables", "--output", "o.jsonl", "--landmark", "28"])
    assert found == arguments.OutcomeArguments("tables", "o.jsonl", 28, None)
    with pytest.raises(JobError, match="--trial-id: is no option; the options are --input, --output, --landmark, --cut-date"):
        arguments.parse_outcomes(["--input", "tables", "--output", "o.jsonl", "--landmark", "28", "--trial-id", "T"])


def test_a_run_whose_output_nobody_reads_extracts_nothing(capsys):
    assert (
        extraction.main(["--trial-id", "SMOKE-TEST", "--run-id", "smoke-1", "--input", "s3://tables/SMOKE-TEST/", "--landmark", "28"]) == 0
    )
    assert capsys.readouterr().out == "etl: Nothing is extracted: no --output says where to.\n"
    with pytest.raises(JobError) as caught:
        arguments.parse(["--trial-id", "T", "--input", "s3://tables/T/", "--landmark", "28", "--subject", "S-1"])
    assert caught.value.faults == ["--output: is missing; --subject needs the object to write"]
