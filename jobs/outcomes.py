"""Writes how the subjects of a trial ended: spark-submit jobs/outcomes.py --input DIR --output outcomes.jsonl --landmark 28 [--cut-date D].

A model is trained on these outcomes, `clinicalrisk run --labels` compares scores with them, and `clinicalrisk outcomes import` keeps them.
The extraction never reads them.
"""

from __future__ import annotations

import sys
from pathlib import Path

_root = Path(__file__).resolve().parent.parent
if (_root / "jobs" / "__init__.py").is_file():
    sys.path.insert(0, str(_root))

try:
    from jobs.labelling import main
except ModuleNotFoundError as error:
    if error.name not in ("jobs", "jobs.labelling"):
        raise
    sys.exit("outcomes: the package jobs is missing: ship it with --py-files s3://…/jobs.zip, which contains the folder jobs")

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
