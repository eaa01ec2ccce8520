"""Extract the responses of the AWS services that state machines call most from AWS's API models, as botocore ships them.

    python scripts/responses.py asl/serve/teststate/responses

TestState checks mocked results against them. The extract has one file for each service, with the shape of each operation's
response: members as Step Functions spells them, which of them are required, types, enums, lengths and ranges. Documentation,
patterns and the wire format are left out. `make responses` installs botocore and runs this script.
"""

import gzip
import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from models import Model, botocore_models

# The services by their names in botocore: those with an optimized integration, and those that SDK integrations call most.
SERVICES = (
    "apigateway athena autoscaling batch bedrock bedrock-runtime cloudformation cloudwatch codebuild cognito-idp comprehend databrew "
    "dynamodb ec2 ecr ecs efs eks emr emr-containers emr-serverless events firehose glue iam kinesis kms lambda logs mediaconvert polly "
    "rds redshift-data rekognition s3 sagemaker sagemaker-featurestore-runtime sagemaker-runtime scheduler secretsmanager ses sesv2 sns "
    "sqs ssm stepfunctions sts textract transcribe translate"
)

# The operations of services with very many; of the others, all operations are kept.
OPERATIONS = {
    "bedrock": (
        "CreateModelCustomizationJob CreateModelInvocationJob GetCustomModel GetFoundationModel GetModelCustomizationJob "
        "GetModelInvocationJob ListFoundationModels StopModelCustomizationJob StopModelInvocationJob"
    ),
    "ec2": (
        "CreateImage CreateSnapshot CreateTags CreateVolume DeleteSnapshot DeleteVolume DescribeImages DescribeInstanceStatus "
        "DescribeInstances DescribeSecurityGroups DescribeSnapshots DescribeSubnets DescribeVolumes DescribeVpcs RebootInstances "
        "RunInstances StartInstances StopInstances TerminateInstances"
    ),
    "mediaconvert": "CreateJob",
    "sagemaker": (
        "CreateAutoMLJobV2 CreateEndpoint CreateEndpointConfig CreateHyperParameterTuningJob CreateLabelingJob CreateModel "
        "CreateModelPackage CreateProcessingJob CreateTrainingJob CreateTransformJob DeleteEndpoint DeleteEndpointConfig DeleteModel "
        "DescribeEndpoint DescribeEndpointConfig DescribeHyperParameterTuningJob DescribeLabelingJob DescribeModel DescribeModelPackage "
        "DescribePipelineExecution DescribeProcessingJob DescribeTrainingJob DescribeTransformJob ListTrainingJobs "
        "StartPipelineExecution StopProcessingJob StopTrainingJob StopTransformJob UpdateEndpoint UpdateModelPackage"
    ),
}

# The types of JSON that TestState accepts. A document is any value.
TYPES = {
    "blob": "string", "boolean": "boolean", "character": "string", "double": "number", "float": "number", "integer": "number",
    "long": "number", "string": "string", "timestamp": "string",
}  # fmt: skip


def spelled(member: str) -> str:
    """Return the name of a member as Step Functions spells it: with a capital letter."""
    return member[0].upper() + member[1:]


class Extract:
    """The shapes that the responses of a service reach."""

    def __init__(self, shapes: Model) -> None:
        self.source = shapes
        self.shapes: dict[str, Any] = {}

    def use(self, name: str) -> str:
        """Add the shape of this name with those that it needs, and return what refers to it: its name, or a type without limits."""
        shape = self.source[name]
        kind = shape["type"]
        if shape.get("document"):
            return "any"
        limits = {limit: shape[limit] for limit in ("enum", "min", "max") if limit in shape}
        if kind in TYPES and not limits:
            return TYPES[kind]
        if name in self.shapes:
            return name
        kept: dict[str, Any] = {}
        self.shapes[name] = kept
        if kind == "structure":
            kept["members"] = {spelled(member): self.use(target["shape"]) for member, target in shape["members"].items()}
            if shape.get("required"):
                kept["required"] = [spelled(member) for member in shape["required"]]
        elif kind == "list":
            kept["list"] = self.use(shape["member"]["shape"])
        elif kind == "map":
            kept["map"] = self.use(shape["value"]["shape"])
        else:
            kept["type"] = TYPES[kind]
        if kind != "map":
            kept.update(limits)
        return name


def lines(entries: dict[str, Any]) -> str:
    """Return an object as JSON with one line for each entry, sorted."""
    return "{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(entries[name], separators=(',', ':'))}" for name in sorted(entries)) + "}"


def extract(models: Path, service: str) -> tuple[str, str]:
    """Return the service's name in Step Functions and the text of its extract, with one line for each operation and shape."""
    newest = max(models.joinpath(service).glob("*/service-2.json.gz"))  # its folder is a date
    model: Model = json.loads(gzip.decompress(newest.read_bytes()))
    shapes = Extract(model["shapes"])
    operations = {
        name: shapes.use(operation["output"]["shape"]) if "output" in operation else ""
        for name, operation in model["operations"].items()
        if service not in OPERATIONS or name in OPERATIONS[service].split()
    }
    metadata = model["metadata"]
    head = {"source": f"botocore {version('botocore')}, {service} {metadata['apiVersion']}, Apache-2.0"}
    name = metadata["serviceId"].lower().replace(" ", "").replace("-", "")
    return name, f'{json.dumps(head)[:-1]},\n"operations": {lines(operations)},\n"shapes": {lines(shapes.shapes)}}}\n'


def main() -> None:
    """Write the extracts into the folder that the command line names."""
    folder = Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.json"):
        old.unlink()
    for service in SERVICES.split():
        name, text = extract(botocore_models(), service)
        folder.joinpath(f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
