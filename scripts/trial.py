"""From the tables of a trial to an alert, on this machine, with real Spark and a real model server: `make trial`.

It writes an earlier synthetic trial, extracts its cohort and outcomes with Spark, and trains a model on them. Then it writes a running
trial up to a data cut, starts the model server, and lets `clinicalrisk run --tables` extract, score and alert. At last, the registered
trial runs on two data cuts (two_nights.py). docs/trial.md shows each command, to replace each part by one's own.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

from steps import ROOT, StepError, environment, run, spark, step
from two_nights import Trial, two_nights

EARLIER, EARLIER_SUBJECTS = "SYN-AD-301", 2000
RUNNING, FIRST_DAY, CUT = "SYN-AD-402", "2025-10-01", "2026-10-31"
LANDMARK = 28


def earlier(out: Path) -> None:
    """Writes the earlier trial, its cohort and its outcomes, and trains the model."""
    with step(f"writing the tables of the earlier trial {EARLIER}, {EARLIER_SUBJECTS} subjects"):
        run(
            [
                sys.executable,
                "-m",
                "jobs.synthetic",
                "--out",
                str(out / "earlier"),
                "--study",
                EARLIER,
                "--seed",
                "1",
                "--subjects",
                str(EARLIER_SUBJECTS),
                "--formats",
                "parquet",
            ]
        )
    tables = ("--input", str(out / "earlier" / "parquet"), "--landmark", str(LANDMARK))
    with step("Spark: its cohort and its outcomes"), ThreadPoolExecutor() as both:
        cohort = both.submit(spark, "etl.py", "--trial-id", EARLIER, *tables, "--output", str(out / "earlier" / "cohort.jsonl"))
        outcomes = both.submit(spark, "outcomes.py", *tables, "--output", str(out / "earlier" / "outcomes.jsonl"))
        cohort.result()
        outcomes.result()
    with step("training a model on them"):
        run(
            [
                sys.executable,
                "-m",
                "model.train",
                "--cohort",
                str(out / "earlier" / "cohort.jsonl"),
                "--outcomes",
                str(out / "earlier" / "outcomes.jsonl"),
                "--out",
                str(out / "model"),
            ]
        )


def free_port() -> int:
    """Returns a port of this machine that nobody uses."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextlib.contextmanager
def server(artefact: Path) -> Iterator[str]:
    """Runs the model server and returns its URL.

    Raises:
        StepError: if it does not answer within half a minute.
    """
    url = f"http://127.0.0.1:{free_port()}"
    words = [sys.executable, "-m", "model.serve", "--model", str(artefact), "--port", url.rsplit(":", 1)[1]]
    process = subprocess.Popen(words, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/ping", timeout=1):  # noqa: S310 - our own server
                break
            if process.poll() is not None:
                raise StepError(f"the model server ended: {process.stderr.read().strip() if process.stderr else ''}")
            time.sleep(0.1)
        else:
            raise StepError(f"the model server did not answer at {url}/ping within 30 seconds")
        yield url
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)
        process.kill()


def running(out: Path) -> str:
    """Writes the running trial, scores it, and returns what `clinicalrisk run` printed."""
    with step(f"writing the tables of the running trial {RUNNING} up to {CUT}, in four formats"):
        run(
            [
                sys.executable,
                "-m",
                "jobs.synthetic",
                "--out",
                str(out / "tables"),
                "--study",
                RUNNING,
                "--seed",
                "2",
                "--first-day",
                FIRST_DAY,
                "--cut-date",
                CUT,
                "--formats",
                "csv,json,parquet,xpt",
            ]
        )
    threshold = json.loads((out / "model" / "card.json").read_text(encoding="utf-8"))["threshold"]["threshold"]
    with step("Spark extracts the cohort, the model scores it, the pipeline alerts"), server(out / "model" / "model.tar.gz") as url:
        words = ["bin/clinicalrisk", "run", "--tables", str(out / "tables" / "xpt"), "--trial", RUNNING, "--cut-date", CUT]
        options = [
            "--endpoint",
            url,
            "--threshold",
            str(threshold),
            "--card",
            str(out / "model" / "card.html"),
            "--approve",
            "all",
            "--out",
            str(out / "run"),
        ]
        return run([*words, *options])


def nights(out: Path) -> str:
    """Lets the registered trial run twice, and returns what became of it."""
    with server(out / "model" / "model.tar.gz") as url:
        return two_nights(Trial(RUNNING, LANDMARK, CUT, url, out))


def main() -> int:
    """Runs the steps and returns the exit code: 0, 1 if a step failed, 130 if interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "trial", help="the folder for everything. Default: out/trial")
    out = parser.parse_args().out.resolve()

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    try:
        if not (ROOT / "bin" / "clinicalrisk").exists() or not (ROOT / "cdk.out").exists():
            raise StepError("bin/clinicalrisk and cdk.out are missing: start this with `make trial`, which builds them")
        for name in ("earlier", "model", "tables"):
            shutil.rmtree(out / name, ignore_errors=True)
        earlier(out)
        sys.stdout.write(running(out))
        sys.stdout.write(nights(out))
    except StepError as failed:
        sys.stderr.write(f"trial: {failed}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("trial: interrupted\n")
        return 130
    sys.stdout.write(f"Model card: {out / 'model' / 'card.html'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
