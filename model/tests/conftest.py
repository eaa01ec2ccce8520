import json

import pytest

from model import model_json, training
from model.tests import trial
from model.train import main


@pytest.fixture(scope="session", autouse=True)
def _few_resamples():
    """Keep the tests fast: a fifth of the resamples gives nearly the same intervals."""
    training.RESAMPLES = 200


@pytest.fixture
def model():
    return model_json.parse(json.dumps(trial.DOCUMENT).encode())


@pytest.fixture(scope="session")
def informative(tmp_path_factory):
    """A folder with a trial that can be learned, and the model that main trained on it."""
    return trained(tmp_path_factory.mktemp("informative"), effect=1.0)


@pytest.fixture(scope="session")
def noise(tmp_path_factory):
    """A folder with a trial in which nothing can be learned, and the model that main trained on it."""
    return trained(tmp_path_factory.mktemp("noise"), effect=0.0)


def trained(folder, effect):
    trial.write_trial(folder, effect=effect)
    assert train(folder) == 0
    return folder


def train(folder, *more):
    files = ["--cohort", folder / "cohort.jsonl", "--outcomes", folder / "outcomes.jsonl", "--out", folder / "out"]
    return main([str(argument) for argument in [*files, "--folds", "3", "--repeats", "1", *more]])
