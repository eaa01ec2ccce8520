"""Writes the tables of a synthetic trial."""

from __future__ import annotations

import argparse
import datetime
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from jobs.synthetic.columns import COLUMNS
from jobs.synthetic.cutting import cut_tables
from jobs.synthetic.people import Trial, person, sites
from jobs.synthetic.subjects import rows
from jobs.synthetic.writers import FORMATS, LARGEST_XPORT, summary_rows

FEWEST, MOST = 50, 100_000


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m jobs.synthetic", description="Write the SDTM tables of a synthetic trial. Nobody in it exists."
    )
    parser.add_argument("--out", required=True, type=Path, help="the folder; each format gets a folder of its own in it")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another trial. Default: 1")
    parser.add_argument(
        "--subjects", type=int, default=250, help=f"randomised subjects, {FEWEST} to {MOST}; screen failures come on top. Default: 250"
    )
    parser.add_argument("--study", default="SYN-AD-402", help="the id of the trial. Default: SYN-AD-402")
    parser.add_argument(
        "--first-day", type=_day, default=_day("2024-01-08"), help="the day on which screening begins, YYYY-MM-DD. Default: 2024-01-08"
    )
    parser.add_argument("--enrolment", type=int, default=365, help="over how many days subjects are screened. Default: 365")
    parser.add_argument(
        "--cut-date", type=_day, help="leave out what happened or was collected later, YYYY-MM-DD. Default: the whole trial"
    )
    parser.add_argument("--formats", default="csv", help=f"formats, separated by commas: {', '.join(FORMATS)}. Default: csv")
    options = parser.parse_args(words)
    options.formats = options.formats.split(",")
    faults = []
    if not FEWEST <= options.subjects <= MOST:
        faults.append(f"--subjects must be from {FEWEST} to {MOST}, got {options.subjects}")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", options.study):
        faults.append(f'--study must have 1 to 40 letters, digits, ".", "_" and "-", got "{options.study}"')
    if not 1 <= options.enrolment <= 3650:
        faults.append(f"--enrolment must be from 1 to 3650 days, got {options.enrolment}")
    faults += [f'--formats must be of {", ".join(FORMATS)}, got "{name}"' for name in options.formats if name not in FORMATS]
    if "xpt" in options.formats and options.subjects > LARGEST_XPORT:
        faults.append(
            f"--formats xpt is for {LARGEST_XPORT} subjects at most, because its writer holds whole tables; use csv, json or parquet"
        )
    if faults:
        parser.error("; ".join(faults))
    return options


def write(options: argparse.Namespace) -> int:
    """Writes the tables and returns how many subjects were screened."""
    writers = []
    for name in options.formats:
        folder = options.out / name
        folder.mkdir(parents=True, exist_ok=True)
        writers.append({domain: FORMATS[name](folder, domain, options.study) for domain in COLUMNS})
    trial = Trial(options.seed, options.study, sites(options.seed, options.subjects), options.first_day, options.enrolment)
    screened = randomised = 0
    while randomised < options.subjects:
        screened += 1
        who = person(trial, screened)
        randomised += who.randomised
        tables = rows(trial, who)
        if options.cut_date:
            tables = cut_tables(tables, options.cut_date)
        for tablewise in writers:
            for domain, own in tables.items():
                tablewise[domain].add(own)
    for tablewise in writers:
        tablewise["TS"].add(summary_rows(options.study, options.subjects, options.first_day))
        for writer in tablewise.values():
            writer.close()
    return screened


def main(words: Sequence[str] | None = None) -> int:
    """Runs the program and returns its exit code."""
    options = _arguments(sys.argv[1:] if words is None else words)
    try:
        screened = write(options)
    except ModuleNotFoundError as error:
        sys.stderr.write(f"synthetic: the package {error.name} is missing, which this format needs: run `make python`\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"synthetic: {error.filename}: {error.strerror}\n")
        return 2
    sys.stderr.write(f"{screened} subjects screened, {options.subjects} randomised: {options.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
