import gzip
import io
import json
import tarfile

import numpy as np
import pytest

from model import archive, data, fitting
from model.model_json import ModelFaultError
from model.tests import conftest, trial


def test_same_data_and_seed_give_the_same_bytes(informative, tmp_path):
    trial.write_trial(tmp_path)
    conftest.train(tmp_path)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["card.html", "card.json", "model.tar.gz", "profile.json"]
    for name in names:
        assert (tmp_path / "out" / name).read_bytes() == (informative / "out" / name).read_bytes(), name


def test_another_seed_gives_another_evaluation(informative, tmp_path):
    trial.write_trial(tmp_path)
    conftest.train(tmp_path, "--seed", "2")
    assert (tmp_path / "out" / "card.json").read_bytes() != (informative / "out" / "card.json").read_bytes()


def test_order_of_lines_does_not_matter(informative, tmp_path):
    trial.write_trial(tmp_path)
    path = tmp_path / "outcomes.jsonl"
    path.write_text("".join(reversed(path.read_text().splitlines(keepends=True))))
    conftest.train(tmp_path)
    old, new = (json.loads((folder / "out" / "card.json").read_text()) for folder in (informative, tmp_path))
    assert new["performance"] == old["performance"]


def test_served_scores_are_those_of_the_training(informative):
    made = data.prepare(data.Sources(informative / "cohort.jsonl", informative / "outcomes.jsonl", None, 1, ""))
    fit = fitting.fit(made.design.values, made.outcomes, 3, 1)
    model = archive.load(informative / "out" / "model.tar.gz")
    served = [model.score(subject.features).risk for subject in made.subjects]
    assert np.isfinite(served).all()
    assert served == pytest.approx(fit.risks(made.design.values), abs=1e-9)
    assert any(subject.features["weight_change_pct"] is None for subject in made.subjects)


def test_the_artefact_is_data_and_code(informative):
    with tarfile.open(informative / "out" / "model.tar.gz") as tar:
        entries = {entry.name: (entry.mtime, entry.uid, entry.mode) for entry in tar}
    assert list(entries) == ["code/inference.py", "code/model_json.py", "code/scoring.py", "model.json"]
    assert set(entries.values()) == {(0, 0, 0o644)}
    assert (informative / "out" / "model.tar.gz").read_bytes()[3:8] == bytes(5)  # gzip's flags and time
    assert archive.load(informative / "out" / "model.tar.gz").features[0].name == "ae_count"


def test_a_folder_and_a_model_json_load_too(tmp_path):
    (tmp_path / "model.json").write_text(json.dumps(trial.DOCUMENT))
    assert archive.load(tmp_path) == archive.load(tmp_path / "model.json")


def packed(*entries):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for name, content in entries:
            entry = tarfile.TarInfo(name)
            if content is None:
                entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
            else:
                entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content or b""))
    return file.getvalue()


GOOD = json.dumps(trial.DOCUMENT).encode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (packed(), "must have one file model.json"),
        (packed(("../model.json", GOOD)), "must have one file model.json"),
        (packed(("/model.json", GOOD)), "must have one file model.json"),
        (packed(("model.json", None)), "must have one file model.json"),
        (packed(("model.json", GOOD), ("model.json", GOOD)), "must have one file model.json"),
        (packed(("model.json", b" " * 2_000_000)), "more than 1048576 bytes"),
        (packed(("big", b"0" * (17 << 20)), ("model.json", GOOD)), "unpacks to more than"),
        (gzip.compress(b"no archive"), "cannot be unpacked"),
        (b"\x1f\x8b broken", "cannot be unpacked"),
        (packed(("model.json", GOOD))[:-20], "cannot be unpacked"),
        (b"\x80\x04\x95", "is not JSON"),
        (b"0" * (17 << 20), "has more than 16777216 bytes"),
    ],
)
def test_hostile_archives(tmp_path, content, message):
    (tmp_path / "m").write_bytes(content)
    with pytest.raises(ModelFaultError, match=message):
        archive.load(tmp_path / "m")
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


def test_nothing_of_an_archive_is_written_or_run(tmp_path):
    evil = b"raise SystemExit(3)"
    (tmp_path / "m").write_bytes(packed(("../evil.py", evil), ("code/inference.py", evil), ("./model.json", GOOD)))
    assert archive.load(tmp_path / "m").threshold == 0.6
    assert [path.name for path in tmp_path.iterdir()] == ["m"]
