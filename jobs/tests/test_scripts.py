"""The scripts as processes, one subject, and the outcomes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from types import SimpleNamespace

import pytest

from jobs import extraction, labelling
from jobs.dictionary import FEATURES, VARIABLES
from jobs.faults import JobError
from jobs.population import REASONS
from jobs.tests import trial as t


def test_faults_of_the_arguments_end_with_2_and_without_a_stack_trace(root):
    done = subprocess.run([sys.executable, root / "jobs" / "etl.py", "--landmark", "x"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 3
    assert all(line.startswith("etl: --") for line in done.stderr.splitlines())


def test_a_script_without_its_package_says_what_to_ship(root, tmp_path):
    for name in ("etl.py", "outcomes.py"):
        (tmp_path / name).write_bytes((root / "jobs" / name).read_bytes())
        done = subprocess.run(
            [sys.executable, tmp_path / name], capture_output=True, text=True, check=False, cwd=tmp_path, env={"PATH": os.environ["PATH"]}
        )
        assert "the package jobs is missing: ship it with --py-files s3://…/jobs.zip" in done.stderr
        assert "Traceback" not in done.stderr


def test_the_package_in_a_zip_file(root, tmp_path):
    with zipfile.ZipFile(tmp_path / "jobs.zip", "w") as packed:
        for file in (root / "jobs").rglob("*.py"):
            packed.write(file, file.relative_to(root))
    (tmp_path / "etl.py").write_bytes((root / "jobs" / "etl.py").read_bytes())
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "jobs.zip")}
    done = subprocess.run([sys.executable, tmp_path / "etl.py"], capture_output=True, text=True, check=False, cwd=tmp_path, env=env)
    assert done.returncode == 2
    assert done.stderr.startswith("etl: --trial-id: is missing")


def test_one_subject(spark, tmp_path):
    folder = t.write_csv(tmp_path / "tables", t.only(t.trial(*(t.subject(f"S-{i}", age=60 + i) for i in range(3))), "DM", "DS"))
    output = tmp_path / "attempt" / "features.json"
    extraction.extract(spark, t.options(folder, output, subject="S-1"))
    [line] = t.lines(output)
    assert line["subject"] == "S-1"
    assert line["features"]["age"] == 61
    assert [path.name for path in output.parent.iterdir()] == ["features.json"]
    with pytest.raises(JobError, match=r"^--subject: the subject is not in the cohort; extract the whole cohort"):
        extraction.extract(spark, t.options(folder, tmp_path / "none.json", subject="S-9"))
    assert not (tmp_path / "none.json").exists()


def test_the_outcomes(spark, tmp_path, capsys):
    ends = {
        "S-0": [],
        "S-1": [("ADVERSE EVENT", "2024-03-01")],
        "S-2": [("WITHDRAWAL BY SUBJECT", "2024-03-01")],
        "S-3": [("DEATH", "2024-03-01")],
        "S-4": [("ADVERSE EVENT", "2024-02-07")],
        "S-5": None,
        "S-6": [("LOST TO FOLLOW-UP", "2024-07-01")],
    }
    rows = []
    for name, left in ends.items():
        own = t.subject(name)
        if left or left is None:
            own["DS"][1:] = [t.end(name, code, day) for code, day in left or []]
        rows.append(own)
    folder = t.write_csv(tmp_path / "tables", t.only(t.trial(*rows), "DM", "DS", "EX"))
    words = ["--input", str(folder), "--output", str(tmp_path / "o.jsonl"), "--landmark", "28"]
    assert labelling.main([*words, "--cut-date", "2024-06-30"]) == 0
    assert [(o["subject"], o["outcome"], o["disposition"], o["reason"], o["date"]) for o in t.lines(tmp_path / "o.jsonl")] == [
        ("S-0", 0, "completed", "COMPLETED", "2024-06-30"),
        ("S-1", 1, "discontinued_treatment", "ADVERSE EVENT", "2024-03-01"),
        ("S-2", 1, "withdrew_from_study", "WITHDRAWAL BY SUBJECT", "2024-03-01"),
        ("S-3", 1, "died", "DEATH", "2024-03-01"),
        ("S-5", None, None, None, None),
        ("S-6", None, None, None, None),
    ]
    printed = capsys.readouterr().out
    assert "6 subjects" in printed
    assert "3 discontinued, 1 completed, 2 not known yet" in printed
    assert "S-1" not in printed


def test_discontinuing_the_treatment_and_leaving_the_study_are_two_outcomes(spark, tmp_path):
    treatment, study = {"DSSCAT": "STUDY TREATMENT", "EPOCH": "TREATMENT"}, {"DSSCAT": "STUDY PARTICIPATION", "EPOCH": "FOLLOW-UP"}
    ends = {
        "S-0": [("COMPLETED", "2024-06-01", treatment), ("COMPLETED", "2024-06-20", study)],
        "S-1": [("ADVERSE EVENT", "2024-03-01", treatment), ("COMPLETED", "2024-06-20", study)],
        "S-2": [("ADVERSE EVENT", "2024-03-01", treatment), ("WITHDRAWAL BY SUBJECT", "2024-04-01", study)],
        "S-3": [("COMPLETED", "2024-06-01", treatment), ("LOST TO FOLLOW-UP", "2024-06-10", study)],
        "S-4": [("WITHDRAWAL BY SUBJECT", "2024-03-01", treatment)],
        "S-5": [("WITHDRAWAL BY SUBJECT", "2024-03-01", {})],
        "S-6": [("DEATH", "2024-03-01", treatment)],
        "S-7": [],
        "S-8": [("LOST TO FOLLOW-UP", "2024-04-01", treatment), ("LOST TO FOLLOW-UP", "2024-05-01", study)],
        "S-9": [("COMPLETED", "2024-06-01", treatment)],
    }
    rows = []
    for name, left in ends.items():
        own = t.subject(name)
        own["DS"][1:] = [t.end(name, code, day, **more) for code, day, more in left]
        if name == "S-9":
            own["DM"][0]["DTHDTC"] = "2024-06-15"
        rows.append(own)
    folder = t.write_csv(tmp_path / "tables", t.only(t.trial(*rows), "DM", "DS", "EX"))
    words = ["--input", str(folder), "--output", str(tmp_path / "o.jsonl"), "--landmark", "28", "--cut-date", "2024-06-30"]
    assert labelling.main(words) == 0
    found = t.lines(tmp_path / "o.jsonl")
    names = [f"{part}_{field}" for part in ("treatment", "study") for field in ("status", "reason", "date")]
    assert {o["subject"]: tuple(o[name] for name in names) for o in found} == {
        "S-0": ("completed", None, "2024-06-01", "completed", None, "2024-06-20"),
        "S-1": ("discontinued", "ADVERSE EVENT", "2024-03-01", "completed", None, "2024-06-20"),
        "S-2": ("discontinued", "ADVERSE EVENT", "2024-03-01", "withdrew", "WITHDRAWAL BY SUBJECT", "2024-04-01"),
        "S-3": ("completed", None, "2024-06-01", "withdrew", "LOST TO FOLLOW-UP", "2024-06-10"),
        "S-4": ("discontinued", "WITHDRAWAL BY SUBJECT", "2024-03-01", "ongoing", None, None),
        "S-5": ("discontinued", "WITHDRAWAL BY SUBJECT", "2024-03-01", "withdrew", "WITHDRAWAL BY SUBJECT", "2024-03-01"),
        "S-6": ("discontinued", "DEATH", "2024-03-01", "withdrew", "DEATH", "2024-03-01"),
        "S-7": ("ongoing", None, None, "ongoing", None, None),
        "S-8": ("discontinued", "LOST TO FOLLOW-UP", "2024-04-01", "withdrew", "LOST TO FOLLOW-UP", "2024-04-01"),
        "S-9": ("completed", None, "2024-06-01", "withdrew", "DEATH", "2024-06-15"),
    }
    assert {o["site"] for o in found} == {"101"}


def test_without_ends_of_the_study_a_completion_is_of_both(spark, tmp_path):
    left = t.subject("S-1")
    left["DS"][1:] = [t.end("S-1", "ADVERSE EVENT", "2024-03-01")]
    folder = t.write_csv(tmp_path / "tables", t.only(t.trial(t.subject("S-0"), left), "DM", "DS", "EX"))
    assert labelling.main(["--input", str(folder), "--output", str(tmp_path / "o.jsonl"), "--landmark", "28"]) == 0
    assert [(o["treatment_status"], o["study_status"], o["study_date"]) for o in t.lines(tmp_path / "o.jsonl")] == [
        ("completed", "completed", "2024-06-30"),
        ("discontinued", "ongoing", None),
    ]


def test_what_is_printed_holds_no_value_of_the_tables(spark, tmp_path, capsys):
    folder = t.write_csv(tmp_path / "tables", t.only(t.trial(t.subject("SECRET-1")), "DM", "DS", "AE"))
    t.run(spark, folder, tmp_path / "cohort.jsonl")

    def broken():
        raise ValueError("SECRET-1")

    assert extraction.ended(broken) == 1
    printed = capsys.readouterr()
    assert "SECRET" not in printed.out + printed.err
    assert "etl: the job failed with ValueError; nothing was written" in printed.err


def test_errors_of_java_tell_places_and_no_values():
    def error(kind, message):
        cause = SimpleNamespace(getCause=lambda: None, getClass=lambda: SimpleNamespace(getName=lambda: kind), getMessage=lambda: message)
        return SimpleNamespace(java_exception=SimpleNamespace(getCause=lambda: cause))

    told = extraction.about(error("java.nio.file.AccessDeniedException", "s3://b/k: 403\nmore"))
    assert (
        told == "a place cannot be read or written (java.nio.file.AccessDeniedException: s3://b/k: 403); check the path and the permissions"
    )
    assert "secret" not in extraction.about(error("org.apache.spark.SparkException", "secret"))


def test_the_page_about_the_features_says_what_the_code_does(root):
    page = (root / "docs" / "features.md").read_text(encoding="utf-8")
    rows = {
        cells[0].strip("`"): cells[1:]
        for cells in ([c.strip() for c in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("| `"))
    }
    for feature in FEATURES:
        variables = ", ".join(feature.variables)
        assert rows[feature.name] == [feature.unit, variables, feature.derivation, feature.window], feature.name
    for domain, variables in VARIABLES.items():
        assert rows[domain] == [", ".join(variables)], domain
    for reason, words in REASONS.items():
        assert rows[reason] == [words], reason
    assert set(rows) == {f.name for f in FEATURES} | set(VARIABLES) | set(REASONS)


def test_a_feature_reads_variables_that_are_read():
    for feature in FEATURES:
        for variable in feature.variables:
            domain, _, name = variable.partition(".")
            assert re.fullmatch("[A-Z]{2}", domain)
            assert name in VARIABLES[domain]
