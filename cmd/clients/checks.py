"""Checks of boto3 and the AWS command line against a server. Arguments: its address, and the program aws."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

import boto3
from botocore.config import Config

ADDRESS, AWS = sys.argv.pop(1), sys.argv.pop(1)
ROLE = "arn:aws:iam::123456789012:role/StepFunctionsExecutionRole"
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ENDPOINT_URL": ADDRESS,
    "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
    "AWS_EC2_METADATA_DISABLED": "true",
}
PASS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": {"n": 2}, "End": True}}}


def pipeline(invoke, body, score):
    """The workflow of the tutorials: Spark, a model, a threshold, an alert."""
    return {
        "StartAt": "StartEMRJob",
        "States": {
            "StartEMRJob": {
                "Type": "Task",
                "Resource": "arn:aws:states:::elasticmapreduce:addStep.sync",
                "Parameters": {"ClusterId": "j-1", "Step": {"Name": "ETL", "ActionOnFailure": "CONTINUE", "HadoopJarStep": {"Jar": "command-runner.jar"}}},
                "ResultPath": None,
                "Next": "InvokeModel",
            },
            "InvokeModel": {
                "Type": "Task",
                "Resource": invoke,
                "Parameters": {"EndpointName": "dropout", body: "$.transformed_features"},
                "ResultSelector": {"risk_score.$": score},
                "ResultPath": "$.inference",
                "Retry": [{"ErrorEquals": ["SageMakerRuntime.ThrottlingException"], "IntervalSeconds": 1, "MaxAttempts": 2}],
                "Next": "CheckRisk",
            },
            "CheckRisk": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.inference.risk_score", "NumericGreaterThan": 0.75, "Next": "NotifyTeam"}],
                "Default": "End",
            },
            "NotifyTeam": {
                "Type": "Task",
                "Resource": "arn:aws:states:::sns:publish",
                "Parameters": {"TopicArn": "arn:aws:sns:us-east-1:123456789012:alerts", "Message": "High dropout risk"},
                "End": True,
            },
            "End": {"Type": "Succeed"},
        },
    }


def aws(*arguments, check=True):
    """Runs `aws stepfunctions` and returns its answer, or what it says about an error."""
    ran = subprocess.run([AWS, "stepfunctions", *arguments], env=ENVIRONMENT, capture_output=True, text=True, timeout=120)
    if check and ran.returncode:
        raise AssertionError(ran.stderr)
    return json.loads(ran.stdout) if ran.stdout.strip() else ran.stderr


def file(value):
    """Writes JSON into a file and returns it as the command line names it."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as out:
        json.dump(value, out)
    return "file://" + out.name


class Boto3(unittest.TestCase):
    def setUp(self):
        # inject_host_prefix: StartSyncExecution and TestState would go to the host sync-127.0.0.1.
        self.client = boto3.client(
            "stepfunctions", endpoint_url=ADDRESS, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test",
            config=Config(inject_host_prefix=False),
        )

    def create(self, definition, kind="STANDARD", **more):
        name = "m-" + os.urandom(6).hex()
        return self.client.create_state_machine(name=name, definition=json.dumps(definition), roleArn=ROLE, type=kind, **more)

    def ended(self, arn):
        while (x := self.client.describe_execution(executionArn=arn))["status"] == "RUNNING":
            pass
        return x

    def test_alias_history_and_list(self):
        made = self.create(PASS, publish=True)
        routing = [{"stateMachineVersionArn": made["stateMachineVersionArn"], "weight": 100}]
        alias = self.client.create_state_machine_alias(name="live", routingConfiguration=routing)["stateMachineAliasArn"]
        arn = self.client.start_execution(stateMachineArn=alias, name="x", input="{}")["executionArn"]
        x = self.ended(arn)
        self.assertEqual((x["status"], x["output"], x["stateMachineAliasArn"]), ("SUCCEEDED", '{"n":2}', alias))
        pages = self.client.get_paginator("get_execution_history").paginate(executionArn=arn, PaginationConfig={"PageSize": 2})
        self.assertEqual([e["type"] for p in pages for e in p["events"]], ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"])
        self.assertEqual([e["name"] for e in self.client.list_executions(stateMachineArn=made["stateMachineArn"], statusFilter="SUCCEEDED")["executions"]], ["x"])

    def test_activity_callback_and_redrive(self):
        activity = self.client.create_activity(name="work-" + os.urandom(4).hex())["activityArn"]
        machine = self.create({"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": activity, "TimeoutSeconds": 60, "End": True}}})
        arn = self.client.start_execution(stateMachineArn=machine["stateMachineArn"], input='{"z": 1, "a": 2}')["executionArn"]
        work = self.client.get_activity_task(activityArn=activity)
        self.assertEqual(work["input"], '{"z":1,"a":2}')
        self.client.send_task_heartbeat(taskToken=work["taskToken"])
        self.client.send_task_failure(taskToken=work["taskToken"], error="Busy", cause="later")
        self.assertEqual(self.ended(arn)["error"], "Busy")
        self.client.redrive_execution(executionArn=arn)
        work = self.client.get_activity_task(activityArn=activity)
        self.client.send_task_success(taskToken=work["taskToken"], output='{"done": true}')
        x = self.ended(arn)
        self.assertEqual((x["status"], x["redriveCount"]), ("SUCCEEDED", 1))
        with self.assertRaises(self.client.exceptions.InvalidToken):
            self.client.send_task_success(taskToken="nobody's", output="{}")

    def test_stop(self):
        machine = self.create({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": True}}})
        arn = self.client.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
        self.client.stop_execution(executionArn=arn, error="Enough", cause="tested")
        x = self.ended(arn)
        self.assertEqual((x["status"], x["error"], x["cause"]), ("ABORTED", "Enough", "tested"))

    def test_sync_and_test_state(self):
        machine = self.create(PASS, "EXPRESS")
        self.assertEqual(self.client.start_sync_execution(stateMachineArn=machine["stateMachineArn"])["output"], '{"n":2}')
        state = {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Parameters": {"TopicArn": "t", "Message.$": "$.m"}, "End": True}
        tested = self.client.test_state(
            definition=json.dumps(state), input='{"m": "hi"}', inspectionLevel="DEBUG", mock={"result": '{"MessageId": "1"}'},
        )
        self.assertEqual((tested["status"], tested["inspectionData"]["afterParameters"]), ("SUCCEEDED", '{"TopicArn":"t","Message":"hi"}'))


class CommandLine(unittest.TestCase):
    """The commands of the source document: create-state-machine, start-execution."""

    def create(self, definition, check=True):
        return aws("create-state-machine", "--name", "ClinicalRiskPipeline", "--definition", file(definition), "--role-arn", ROLE, check=check)

    def test_the_definition_of_the_source_document_is_refused(self):
        refused = self.create(pipeline("arn:aws:states:::sagemaker:invokeEndpoint.sync", "Body.$", "$.Body"), check=False)
        self.assertIn("InvalidDefinition", refused)
        self.assertIn("/States/InvokeModel/Resource", refused)

    def test_the_corrected_definition_runs(self):
        invoke = "arn:aws:states:::aws-sdk:sagemakerruntime:invokeEndpoint"
        arn = self.create(pipeline(invoke, "Body.$", "States.StringToJson($.Body).risk_score"), check=False)
        self.assertIn("InvalidDefinition", arn, "a path cannot follow an intrinsic function")
        definition = pipeline(invoke, "Body.$", "$.Body")
        definition["States"]["InvokeModel"]["ResultSelector"] = {"risk.$": "States.StringToJson($.Body)"}
        definition["States"]["CheckRisk"]["Choices"][0]["Variable"] = "$.inference.risk.risk_score"
        machine = self.create(definition)["stateMachineArn"]
        source = {"transformed_features": {"age": 71}}
        started = aws("start-execution", "--state-machine-arn", machine + "#HighRisk", "--input", file(source))["executionArn"]
        while (x := aws("describe-execution", "--execution-arn", started))["status"] == "RUNNING":
            pass
        self.assertEqual((x["status"], json.loads(x["output"])), ("SUCCEEDED", {"MessageId": "m-1"}))
        events = aws("get-execution-history", "--execution-arn", started)["events"]
        states = [e["stateEnteredEventDetails"]["name"] for e in events if "stateEnteredEventDetails" in e]
        self.assertEqual(states, ["StartEMRJob", "InvokeModel", "CheckRisk", "NotifyTeam"])
        self.assertEqual(sum(e["type"] == "TaskFailed" for e in events), 1, "the model was asked again")

    def test_sync_prefix(self):
        tested = aws("test-state", "--definition", json.dumps({"Type": "Pass", "Result": 1, "End": True}), "--role-arn", ROLE)
        self.assertEqual((tested["status"], tested["output"]), ("SUCCEEDED", "1"))


if __name__ == "__main__":
    unittest.main(verbosity=1)
