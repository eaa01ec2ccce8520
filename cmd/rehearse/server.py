"""Start the emulator with the features that moto 5.2.5 lacks for a deployment. It takes the arguments of moto_server."""

import sys

from moto.cloudformation import parsing
from moto.cloudformation.models import ChangeSet, Stack, cloudformation_backends
from moto.core.common_models import CloudFormationModel
from moto.iam.models import ManagedPolicy
from moto.kms.models import Key
from moto.server import main
from moto.stepfunctions.models import StateMachine, StepFunctionBackend, stepfunctions_backends

create = Key.create_from_cloudformation_json.__func__
apply = ChangeSet.apply
class_of = parsing.resource_class_from_type
create_map = Stack._create_resource_map
attribute_of = StateMachine.get_cfn_attribute
delete_resources = parsing.ResourceMap.delete
start = StepFunctionBackend.start_execution


class Placeholder(CloudFormationModel):
    """A resource of a type that moto cannot create, so that other resources can refer to it."""

    __module__ = "moto.placeholder"  # moto derives the name of a service from it

    def __init__(self, name):
        self.physical_resource_id = name

    @classmethod
    def has_cfn_attr(cls, attr):
        return True

    def get_cfn_attribute(self, attribute_name):
        return f"{self.physical_resource_id}.{attribute_name}"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **options):
        return cls(options["LogicalId"])

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):
        return original_resource

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name):
        pass


class Version(Placeholder):
    """A version of a state machine. moto can publish versions but cannot create them from a template."""

    __module__ = "moto.version"

    def get_cfn_attribute(self, attribute_name):
        return self.physical_resource_id  # Arn, its only attribute

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **options):
        backend = stepfunctions_backends[account_id][region_name]
        machine = backend.describe_state_machine(cloudformation_json["Properties"]["StateMachineArn"])
        machine.publish(None)
        return cls(machine.latest_version.arn)


class Alias(Version):
    """An alias of a state machine after a deployment. It routes all executions to the version."""

    __module__ = "moto.alias"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **options):
        properties = cloudformation_json["Properties"]
        version = properties["DeploymentPreference"]["StateMachineVersionArn"]
        alias = stepfunctions_backends[account_id][region_name].create_state_machine_alias(
            properties["Name"], [{"stateMachineVersionArn": version, "weight": 100}], properties["Description"]
        )
        return cls(alias.arn)


released = {"AWS::StepFunctions::StateMachineVersion": Version, "AWS::StepFunctions::StateMachineAlias": Alias}


def class_or_placeholder(resource_type):
    """Return the class of a type. moto logs a line for each type that it cannot create; the rehearsal reads these lines."""
    return released.get(resource_type) or class_of(resource_type) or Placeholder


def attribute_or_revision(self, attribute_name):
    """Return an attribute. A state machine that was never updated has the revision INITIAL."""
    return "INITIAL" if attribute_name == "StateMachineRevisionId" else attribute_of(self, attribute_name)


def start_through_alias(self, state_machine_arn, name, execution_input):
    """Start an execution. moto starts executions of state machines, but not through an alias."""
    machine, _, _ = state_machine_arn.rpartition(":")
    if machine.endswith(":stateMachine"):
        return start(self, state_machine_arn, name, execution_input)
    self.describe_state_machine_alias(state_machine_arn)  # fails unless the alias exists
    return start(self, machine, name, execution_input)


def create_with_tags(cls, resource_name, cloudformation_json, account_id, region_name, **options):
    """Create a key. CloudFormation calls the parts of a tag Key and Value, but moto expects the names of KMS."""
    properties = dict(cloudformation_json["Properties"])
    properties["Tags"] = [
        {"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in properties.get("Tags", [])
    ]
    corrected = {**cloudformation_json, "Properties": properties}
    return create(cls, resource_name, corrected, account_id, region_name, **options)


def apply_with_outputs(self):
    """Apply a change set, compute the outputs and export them. moto does so only for stacks created without a change set."""
    apply(self)
    self.stack.template = self.template
    self.stack._parse_template()
    self.stack.output_map = self.stack._create_output_map()
    backend = cloudformation_backends[self.stack.account_id][self.stack.region_name]
    backend.exports.update({export.name: export for export in self.stack.exports})


def create_map_with_imports(self):
    """Make the resources of a stack. moto lets only stacks created without a change set import what others export."""
    self.cross_stack_resources = cloudformation_backends[self.account_id][self.region_name].exports
    return create_map(self)


def delete_unless_retained(self):
    """Delete the resources of a stack. moto does not know RetainExceptOnCreate, which retains what was created completely."""
    for resource in self._resource_json_map.values():
        if resource.get("DeletionPolicy") == "RetainExceptOnCreate":
            resource["DeletionPolicy"] = "Retain"
    delete_resources(self)


def delete_policy(self, account_id, region_name):
    """Delete a policy and detach it, as CloudFormation does. moto leaves it attached and then cannot delete the role."""
    for role in self.backend.roles.values():
        if self.arn in role.managed_policies:
            self.detach_from(role)
    self.backend.managed_policies.pop(self.arn, None)


Key.create_from_cloudformation_json = classmethod(create_with_tags)
ChangeSet.apply = apply_with_outputs
Stack._create_resource_map = create_map_with_imports
ManagedPolicy.delete = delete_policy
StateMachine.get_cfn_attribute = attribute_or_revision
parsing.ResourceMap.delete = delete_unless_retained
StepFunctionBackend.start_execution = start_through_alias
parsing.resource_class_from_type = class_or_placeholder

sys.exit(main(sys.argv[1:]))
