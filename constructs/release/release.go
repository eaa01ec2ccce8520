package release

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/policy"
)

// Live is the name of the alias that starts executions.
const Live = "live"

// Release is the version that a deployment publishes, and the alias that shifts to it.
type Release struct {
	constructs.Construct
	machine awsstepfunctions.StateMachine
	version awsstepfunctions.CfnStateMachineVersion
	alias   awsstepfunctions.CfnStateMachineAlias
}

// The ids of the constructs in a release. They decide the logical ids in the template: never change them.
const (
	versionID = "Version"
	aliasID   = "Alias"
)

// NewRelease adds a release to scope. It panics with the error of [ReleaseProps.Validate] when the props are wrong.
//
// Requirements: SRC-11, P11-10k2
func NewRelease(scope constructs.Construct, id string, props *ReleaseProps) *Release {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	r := &Release{machine: props.StateMachine}
	constructs.NewConstruct_Override(r, scope, &id)

	r.addVersion()
	r.addAlias(props)
	return r
}

// addVersion publishes the state machine's revision. A new revision becomes a new version, which replaces the earlier one in
// the template; the removal policy keeps the earlier version deployed.
func (r *Release) addVersion() {
	machine := r.machine.Node().DefaultChild().(awsstepfunctions.CfnStateMachine)
	r.version = awsstepfunctions.NewCfnStateMachineVersion(r, jsii.String(versionID), &awsstepfunctions.CfnStateMachineVersionProps{
		StateMachineArn:        r.machine.StateMachineArn(),
		StateMachineRevisionId: machine.AttrStateMachineRevisionId(),
	})
	r.version.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN, nil)
}

func (r *Release) addAlias(props *ReleaseProps) {
	preference := &awsstepfunctions.CfnStateMachineAlias_DeploymentPreferenceProperty{
		StateMachineVersionArn: r.version.AttrArn(),
		Type:                   jsii.String("ALL_AT_ONCE"),
	}
	if props.Shift.IsCanary() {
		preference.Type = jsii.String("CANARY")
		preference.Percentage = jsii.Number(props.Shift.Percentage)
		preference.Interval = jsii.Number(props.Shift.Interval.Minutes())
	}
	if len(props.Alarms) > 0 {
		preference.Alarms = jsii.Strings(props.Alarms...)
	}
	r.alias = awsstepfunctions.NewCfnStateMachineAlias(r, jsii.String(aliasID), &awsstepfunctions.CfnStateMachineAliasProps{
		Name:                 jsii.String(Live),
		Description:          jsii.String("Executions start with this version."),
		DeploymentPreference: preference,
	})
}

// AliasARN returns the ARN that starts executions: StartExecution takes it in place of the state machine's ARN.
func (r *Release) AliasARN() string { return *r.alias.AttrArn() }

// VersionARN returns the ARN of the version that this deployment publishes.
func (r *Release) VersionARN() string { return *r.version.AttrArn() }

// StartStatement lets a role start executions through the alias only: not of a chosen version, and not of an unreleased
// definition. IAM authorizes calls through an alias by the state machine's own ARN, and the condition tells them apart:
// https://docs.aws.amazon.com/step-functions/latest/dg/auth-version-alias.html
// Calls on an execution and its tasks need the same permissions with and without an alias, because the ARN of an execution
// names the state machine only.
func (r *Release) StartStatement() policy.Statement {
	return policy.Allow("StartLive", []string{*r.machine.StateMachineArn()}, "states:StartExecution").
		If("ForAnyValue:StringEquals", "states:StateMachineQualifier", Live)
}
