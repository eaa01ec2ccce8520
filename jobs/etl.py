"""Writes the cohort of a trial: spark-submit jobs/etl.py --trial-id T --input s3://…/tables/ --output s3://…/cohort.jsonl --landmark 28.

The package jobs must be importable: it is beside this file, or in the zip file of --py-files. See jobs/arguments.py for every option.
"""

from __future__ import annotations

import sys
from pathlib import Path

_root = Path(__file__).resolve().parent.parent
if (_root / "jobs" / "__init__.py").is_file():
    sys.path.insert(0, str(_root))

try:
    from jobs.extraction import main
except ModuleNotFoundError as error:
    if error.name not in ("jobs", "jobs.extraction"):
        raise
    sys.exit("etl: the package jobs is missing: ship it with --py-files s3://…/jobs.zip, which contains the folder jobs")

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
