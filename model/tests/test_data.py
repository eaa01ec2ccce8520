import gzip
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from jobs import dictionary
from model import data, design, features
from model.cohort import read_cohort, read_outcomes
from model.rows import DataFaultError
from model.tests import trial


def write(path, text):
    path.write_text(text)
    return path


def faults(call, *arguments):
    with pytest.raises(DataFaultError) as fault:
        call(*arguments)
    return str(fault.value).splitlines()


def test_formats_give_the_same_cohort(tmp_path):
    lines = '{"subject":"1","site":"A","features":{"age":70,"sex":"F"}}\n\n{"subject":"2","site":null,"features":{"age":null,"sex":"M"}}\n'
    plain = read_cohort(write(tmp_path / "c.jsonl", lines))
    packed = tmp_path / "anything"
    packed.write_bytes(gzip.compress(lines.encode()))
    table = read_cohort(write(tmp_path / "c.csv", "\ufeffUSUBJID,SITEID,age,sex\r\n1,A,70,F\r\n2,,,M\r\n"))
    assert read_cohort(packed) == plain
    assert table.subjects == plain.subjects
    assert plain.digest == hashlib.sha256(lines.encode()).hexdigest()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_is_read_as_clinicalrisk_reads_it(tmp_path, separator):
    text = "SubjID|age|a|b|c|d|e|f\n007|7e1|NA|NaN|NULL|.|007|x, y\n".replace("|", separator)
    text = text.replace("x, y", '"x, y"')
    subject = read_cohort(write(tmp_path / "c.csv", text)).subjects[0]
    assert (subject.subject, subject.features) == ("007", {"age": 70, "a": None, "b": None, "c": None, "d": None, "e": "007", "f": "x, y"})


def test_a_column_with_the_ids_of_another_name(tmp_path):
    path = write(tmp_path / "c.csv", "USUBJID,Patient,age\nS-007,007,70\n")
    assert read_cohort(path, "patient").subjects[0][::2] == ("007", {"USUBJID": "S-007", "age": 70})
    assert "no column Nobody: name it" in faults(read_cohort, path, "Nobody")[0]


def test_true_and_false_are_no_categories(tmp_path):
    subject = read_cohort(write(tmp_path / "c.csv", "subject,a\n1,true\n")).subjects[0]
    assert subject.features == {"a": True}


def test_outcomes(tmp_path):
    lines = '{"subject":"1","outcome":1,"disposition":"died"}\n{"subject":"2","outcome":0}\n'
    assert read_outcomes(write(tmp_path / "o.jsonl", lines)).outcomes == {"1": 1, "2": 0}
    assert read_outcomes(write(tmp_path / "o.csv", "outcome,subject\n1,1\n0,2\n")).outcomes == {"1": 1, "2": 0}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", ": is empty"),
        ('{"subject":"1","features":{}}\n{"subject":\n[1]\n', ": lines 2, 3: want a JSON object in each line, without NaN and Infinity"),
        ('{"subject":"1","features":{"age":NaN}}\n', ": line 1: want a JSON object in each line"),
        ('{"subject":1,"features":{}}\n', ": line 1: subject must be a text"),
        ('{"subject":"1","features":[]}\n', ": line 1: features must be an object"),
        ('{"subject":"1","site":3,"features":{}}\n', ": line 1: site must be a text or null"),
        ('{"subject":"1","features":{}}\n' * 8, ": lines 2, 3, 4, 5, 6 and 2 more: the subject is in an earlier line, too"),
        ("patient,age\n1,2\n", ": line 1: no column subject or USUBJID: name it with --subject-column"),
        ("subject,age,age\n1,2,3\n", ": line 1: the column age is there twice"),
        ("subject,age\n1\n", ": line 2: want 2 fields, as in line 1"),
        ('subject,age\n1,"2\n', "is neither JSON nor CSV"),
    ],
)
def test_faults_of_a_cohort(tmp_path, text, fault):
    found = faults(read_cohort, write(tmp_path / "c", text))
    assert len(found) == 1
    assert fault in found[0]


def test_faults_of_files(tmp_path):
    assert faults(read_cohort, tmp_path / "none") == [f"{tmp_path / 'none'}: cannot be read: No such file or directory"]
    (tmp_path / "c").write_bytes(b"\x1f\x8b broken")
    assert "cannot be read" in faults(read_cohort, tmp_path / "c")[0]
    (tmp_path / "c").write_bytes(b"\xff\xfe")
    assert "is not text in UTF-8" in faults(read_cohort, tmp_path / "c")[0]


def test_faults_of_outcomes_all_at_once(tmp_path):
    lines = '{"subject":"1","outcome":2}\n{"subject":"2","outcome":true}\n{"outcome":1}\n{"subject":"2","outcome":1}\n'
    found = faults(read_outcomes, write(tmp_path / "o", lines))
    assert [fault.split(": ", 1)[1] for fault in found] == [
        "lines 1, 2: outcome must be 0 (completed) or 1 (discontinued); null for a subject whose end is unknown",
        "line 3: subject must be a text",
        "line 4: the subject is in an earlier line, too",
    ]


def test_a_subject_whose_end_is_unknown_has_no_outcome(tmp_path):
    lines = '{"subject":"1","outcome":1}\n{"subject":"2","outcome":null}\n{"subject":"3","outcome":0}\n'
    assert read_outcomes(write(tmp_path / "o", lines)).outcomes == {"1": 1, "3": 0}
    assert read_outcomes(write(tmp_path / "c", "subject,outcome\n1,1\n2,\n")).outcomes == {"1": 1}
    assert "outcome must be" in faults(read_outcomes, write(tmp_path / "n", '{"subject":"1"}\n'))[0]


def prepare(folder, names=None):
    return data.prepare(data.Sources(folder / "cohort.jsonl", folder / "outcomes.jsonl", names, 1, ""))


def test_subjects_of_one_file_are_counted(tmp_path):
    trial.write_trial(tmp_path)
    path = tmp_path / "outcomes.jsonl"
    write(path, "".join(path.read_text().splitlines(keepends=True)[:-10]) + '{"subject":"X","outcome":1}\n')
    found = prepare(tmp_path)
    assert (len(found.subjects), found.unknown, found.extra) == (150, 10, 1)


def test_faults_of_both_files_at_once(tmp_path):
    write(tmp_path / "cohort.jsonl", "{\n")
    write(tmp_path / "outcomes.jsonl", "[\n")
    assert [Path(fault.split(":")[0]).name for fault in faults(prepare, tmp_path)] == ["cohort.jsonl", "outcomes.jsonl"]


def test_too_little_to_train_on(tmp_path):
    cohort, _ = trial.write_trial(tmp_path)
    path = tmp_path / "outcomes.jsonl"
    write(path, "".join(json.dumps({"subject": row["subject"], "outcome": 1}) + "\n" for row in cohort[:30]))
    found = faults(prepare, tmp_path, ["ae_count", "nothing", "arm"])
    assert "has an outcome for 30 of 160 subjects, want at least half: do both files use the same ids?" in found[0]
    assert "30 of the subjects in both files discontinued and 0 completed, want at least 20 of each" in found[1]
    assert found[2:] == [
        "--features: nothing is in no line of the cohort",
        "--features: arm sounds like the treatment arm: a model that knows it unblinds the trial",
    ]
    write(path, '{"subject":"X","outcome":1}\n')
    assert "no subject is in both" in faults(prepare, tmp_path)[0]


@pytest.mark.parametrize(
    "name",
    [
        "arm",
        "ARMCD",
        "actual_arm",
        "trt01p",
        "exdose",
        "isPlacebo",
        "dropout",
        "ds_disposition",
        "outcome",
        "dthfl",
        "race",
        "apoe_genotype",
        "country",
    ],
)
def test_names_that_a_model_must_not_use(name):
    assert features.refusal(name)
    assert features.choose({"age", name}, None)[0] == (["age"], {name: features.refusal(name)})
    assert features.choose({"age", name}, ["age", name])[1] == [f"--features: {name} {features.refusal(name)}"]


def test_the_dictionary_is_that_of_the_extraction():
    assert {name: entry.text for name, entry in features.DICTIONARY.items()} == {
        entry.name: entry.kind == "text" for entry in dictionary.FEATURES
    }


def test_names_of_the_dictionary_are_allowed():
    assert [name for name in features.DICTIONARY if features.refusal(name)] == []  # site_discontinued_share sounds like an outcome


def test_other_features_are_used_only_if_named():
    choice, wrong = features.choose({"age", "mmse", "bmi"}, None)
    assert (choice.names, sorted(choice.left_out), wrong) == (["age"], ["bmi", "mmse"], [])
    choice, wrong = features.choose({"age", "mmse", "bmi"}, ["mmse"])
    assert (choice.names, choice.left_out["age"], wrong) == (["mmse"], "is not named in --features", [])
    assert "the cohort has no feature of the data dictionary" in features.choose({"mmse"}, None)[1][0]


def test_design():
    rows = [
        {
            "a": i,
            "few": None if i < 3 else i,
            "many": None if i < 12 else i,
            "none": None,
            "same": 4,
            "rare": int(i < 9),
            "told": int(i < 10),
        }
        for i in range(40)
    ]
    for i, row in enumerate(rows):
        row["text"] = "x" if i < 25 else "y" if i < 38 else "rare"
    made, wrong = design.build(rows, ["a", "few", "many", "none", "rare", "same", "text", "told"])
    assert wrong == []
    same = "differs for fewer than 10 subjects"
    assert made.dropped == {"none": "is missing for every subject", "rare": same, "same": same}
    assert [tuple(column) for column in made.columns] == [
        ("a", "number", ""),
        ("few", "number", ""),
        ("many", "number", ""),
        ("many", "missing", ""),
        ("text", "category", "x"),
        ("text", "category", "y"),
        ("told", "number", ""),
    ]
    assert np.isnan(made.values[39, 4:6]).all()  # a rare category tells nothing
    assert made.values[11:13, 3].tolist() == [1, 0]
    assert np.isnan(made.values[0, 1])


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ([1, "2"], "feature a must be a number or null for every subject, or a text or null"),
        ([True, False], "feature a must be a number or null for every subject"),
        ([1, [2]], "feature a must be a number or null for every subject"),
        ([1, 1e13], "feature a must be a number or null for every subject"),
        ([f"v{i}" for i in range(21)], "feature a has 21 different texts, want at most 20: it is no category"),
        (["F", 'M"'] * 10, "feature a has a category that is not 1 to 64 letters"),
    ],
)
def test_faults_of_values(values, fault):
    made, wrong = design.build([{"a": value} for value in values * 10], ["a"])
    assert wrong[0].startswith(fault)
    assert made.columns == []


def test_text_without_a_common_category():
    assert design.build([{"a": f"v{i % 4}"} for i in range(20)], ["a"])[0].dropped == {"a": "has no category with 10 subjects"}
