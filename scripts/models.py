"""Extract what our state machines call from AWS's API models, as botocore ships them.

    python scripts/models.py services/models.json

The extract has, for each operation, the errors that it declares and the shapes of its input and output: members, which of
them are required, types, enums, patterns, lengths and ranges. `make models` installs botocore and runs this script.
"""

import gzip
import json
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# The operations that package services lists, by the name of the service in botocore. A Go test compares the two.
OPERATIONS: dict[str, list[str]] = {
    "cloudwatch": ["PutMetricData"],
    "dynamodb": ["PutItem", "Query"],
    "emr": ["AddJobFlowSteps", "CancelSteps", "DescribeStep"],
    "emr-serverless": ["CancelJobRun", "GetJobRun", "StartJobRun"],
    "glue": ["BatchStopJobRun", "GetJobRun", "GetJobRuns", "StartJobRun"],
    "lambda": ["Invoke"],
    "s3": ["GetObject", "HeadObject", "PutObject"],
    "sagemaker-runtime": ["InvokeEndpoint"],
    "sns": ["Publish"],
    "stepfunctions": ["DescribeExecution", "StartExecution", "StopExecution"],
}

# The fields of a shape that limit a value. Documentation and the wire format are left out.
KEPT = ("type", "required", "enum", "pattern", "min", "max", "union")

Model = dict[str, Any]


def reach(shapes: Model, name: str, reached: Model) -> None:
    """Add the shape of this name, and those of its members, to reached."""
    if name in reached:
        return
    shape = shapes[name]
    kept = {field: shape[field] for field in KEPT if field in shape}
    reached[name] = kept
    members = {member: target["shape"] for member, target in shape.get("members", {}).items()}
    if members:
        kept["members"] = members
    elements = {part: shape[part]["shape"] for part in ("member", "key", "value") if part in shape}  # of a list or a map
    kept.update(elements)
    for target in [*members.values(), *elements.values()]:
        reach(shapes, target, reached)


def botocore_models() -> Path:
    """Return the folder of the models. Botocore is not imported: it would need packages that the models do not."""
    spec = find_spec("botocore")
    if spec is None or spec.origin is None:
        raise SystemExit("models.py: botocore is not installed: run `make models`")
    return Path(spec.origin).parent / "data"


def extract(models: Path, service: str, operations: list[str]) -> Model:
    """Return the part of a service's newest model that the operations need."""
    newest = max(models.joinpath(service).glob("*/service-2.json.gz"))  # its folder is a date
    model: Model = json.loads(gzip.decompress(newest.read_bytes()))
    metadata = model["metadata"]
    shapes: Model = {}
    extracted: Model = {}
    for name in operations:
        operation = model["operations"][name]
        entry = extracted[name] = {"errors": sorted(error["shape"] for error in operation.get("errors", []))}
        for side in ("input", "output"):
            if side in operation:
                entry[side] = operation[side]["shape"]
                reach(model["shapes"], entry[side], shapes)
    return {
        "apiVersion": metadata["apiVersion"],
        "signingName": metadata.get("signingName", metadata["endpointPrefix"]),
        "operations": extracted,
        "shapes": shapes,
    }


def main() -> None:
    """Write the extract to the file that the command line names."""
    models, release = botocore_models(), version("botocore")
    extracts = {
        "source": f"botocore {release}, https://pypi.org/project/botocore/{release}/",
        "services": {service: extract(models, service, operations) for service, operations in OPERATIONS.items()},
    }
    text = json.dumps(extracts, indent=1, sort_keys=True, ensure_ascii=False)
    Path(sys.argv[1]).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
