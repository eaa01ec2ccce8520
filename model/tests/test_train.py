import json

import pytest

from model import train
from model.tests import conftest, trial


def test_prints_the_verdict_and_no_subject(noise, capsys, tmp_path):
    trial.write_trial(tmp_path, effect=0.0)
    assert conftest.train(tmp_path) == 0
    text, progress = capsys.readouterr()
    assert progress.splitlines() == [
        "train: 160 subjects, 6 columns",
        "train: cross-validation 1 of 1",
        "train: intervals and the final model",
    ]
    assert text.startswith("160 subjects, of whom ")
    assert "Left out: depression_score is missing for every subject.\nDo not alert with this model.\n" in text
    assert f"Card: {tmp_path / 'out' / 'card.html'}" in text
    assert "T-0" not in text


def test_a_fault_of_the_data_ends_with_1_and_writes_nothing(tmp_path, capsys):
    trial.write_trial(tmp_path)
    (tmp_path / "outcomes.jsonl").write_text("subject,outcome\nT-0001,maybe\n")
    assert conftest.train(tmp_path) == 1
    captured = capsys.readouterr()
    assert "line 2: outcome must be 0 (completed) or 1 (discontinued)" in captured.err
    assert "maybe" not in captured.err + captured.out
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--threshold", "1"], "argument --threshold: must be between 0 and 1, both excluded, got '1'"),
        (["--threshold", "high"], "argument --threshold: must be between 0 and 1, both excluded, got 'high'"),
        (["--threshold", "nan"], "argument --threshold: must be between 0 and 1"),
        (["--alerts", "0"], "argument --alerts: must be between 0 and 100"),
        (["--threshold", "0.5", "--alerts", "10"], "not allowed with argument"),
        (["--folds", "1"], "argument --folds"),
    ],
)
def test_faults_of_the_arguments_end_with_2(tmp_path, capsys, more, message):
    with pytest.raises(SystemExit) as end:
        conftest.train(tmp_path, *more)
    assert end.value.code == 2
    assert message in capsys.readouterr().err


def test_the_folder_is_a_file(tmp_path, capsys):
    trial.write_trial(tmp_path)
    (tmp_path / "out").write_text("")
    assert conftest.train(tmp_path) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_features_of_ones_own(tmp_path):
    trial.write_trial(tmp_path, change=lambda i, subject: subject["features"].update(mmse=i % 30))
    assert conftest.train(tmp_path, "--features", "mmse,ae_count") == 0
    card = json.loads((tmp_path / "out" / "card.json").read_text())
    assert {row["name"] for row in card["features"]} == {"mmse", "ae_count"}


def test_write_leaves_no_half_file(tmp_path, monkeypatch):
    train.write(tmp_path, {"a": b"old"})

    def fail(self, content):
        self.open("wb").write(b"n")
        raise OSError(28, "no space")

    monkeypatch.setattr("pathlib.Path.write_bytes", fail)
    with pytest.raises(OSError, match="no space"):
        train.write(tmp_path, {"a": b"new"})
    assert (tmp_path / "a").read_bytes() == b"old"
