package stages

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/pipelines"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/constructs/release"
	"clinical-risk-pipeline/workflow"
)

// smokeHours is how long scripts/smoke.sh waits for an execution: the extraction's default timeout and two hours. Its build may take an
// hour more, so that it can point the aliases back.
const smokeHours = 6

// addSmokeTester makes the role of the projects that start smoke executions. It may assume the smoke role of each
// environment, which identifies it by its name.
func (p *promotion) addSmokeTester() {
	var roles []string
	for _, wave := range p.Waves {
		for _, environment := range wave.Environments {
			roles = append(roles, p.smokeRoleARN(environment))
		}
	}
	p.tester = awsiam.NewRole(p.stack, jsii.String(smokeTesterID), &awsiam.RoleProps{
		RoleName:    jsii.String(p.testerName()),
		Description: jsii.String("Starts smoke executions of the clinical risk pipeline after each deployment."),
		AssumedBy:   awsiam.NewServicePrincipal(jsii.String("codebuild.amazonaws.com"), nil),
	})
	p.tester.AddToPolicy(policy.Allow("Environments", roles, "sts:AssumeRole").CDK())
}

// smokeStep starts an execution through the alias, in the environment that was just deployed, and fails unless the execution
// succeeds. The execution scores a synthetic subject, and its input has "test": true: alert and decision record are marked as
// a test, and no downstream system hears of it. A canary has shifted every execution by then, so a failure in production also points the
// aliases of both stacks back to the versions that liveStep found.
func (p *promotion) smokeStep(environment Environment, stage *stage, before pipelines.CodeBuildStep) pipelines.Step {
	smoke := "AWS_PROFILE=smoke scripts/smoke.sh $LIVE_ALIAS_ARN " + p.SmokeInput
	props := &pipelines.CodeBuildStepProps{
		Input:             p.source,
		Role:              p.tester,
		EnvFromCfnOutputs: &map[string]awscdk.CfnOutput{"LIVE_ALIAS_ARN": stage.subjects.liveAlias},
		Timeout:           awscdk.Duration_Hours(jsii.Number(smokeHours + 1)),
	}
	if before != nil {
		smoke += " || { AWS_PROFILE=smoke scripts/roll-back.sh $" + liveBefore + "; exit 1; }"
		props.Env = &map[string]*string{liveBefore: before.ExportedVariable(jsii.String(liveBefore))}
	}
	p.addSmokeRole(environment, stage)
	props.Commands = jsii.Strings(append(p.smokeProfile(environment), smoke)...)
	return pipelines.NewCodeBuildStep(jsii.String("Smoke"), props)
}

// liveBefore is the variable with the versions that the aliases had before a deployment.
const liveBefore = "LIVE_BEFORE"

// liveStep notes, before a deployment, which versions the aliases point to.
func (p *promotion) liveStep(environment Environment, stage *stage) pipelines.CodeBuildStep {
	var aliases []string
	for _, d := range stage.deployments {
		aliases = append(aliases, d.machineARN+":"+release.Live)
	}
	return pipelines.NewCodeBuildStep(jsii.String("Live"), &pipelines.CodeBuildStepProps{
		Input: p.source,
		Role:  p.tester,
		Commands: jsii.Strings(append(p.smokeProfile(environment),
			liveBefore+`="$(AWS_PROFILE=smoke scripts/live-versions.sh `+strings.Join(aliases, " ")+`)"`,
			"export "+liveBefore,
		)...),
	})
}

// smokeProfile are the commands that configure the profile "smoke", which assumes the environment's role.
func (p *promotion) smokeProfile(environment Environment) []string {
	return []string{
		"aws configure set profile.smoke.role_arn " + p.smokeRoleARN(environment),
		// The command line assumes the role again whenever its session ends: an execution may take longer.
		"aws configure set profile.smoke.credential_source EcsContainer",
		"aws configure set profile.smoke.region " + environment.Region,
	}
}

// addSmokeRole adds the role that the tooling account assumes to the environment's stack. It starts released executions and
// follows its own. In production it may also point the aliases back. DescribeExecution decrypts the data of an execution with the key of the state machine:
// https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
func (p *promotion) addSmokeRole(environment Environment, stage *stage) {
	deployed := stage.subjects
	stack := deployed.stack
	execution := stack.FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("states"), Resource: jsii.String("execution"), ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
		ResourceName: jsii.String(*deployed.machine.StateMachineName() + ":" + smokeExecution + "*"),
	})
	tester := fmt.Sprintf("arn:%s:iam::%s:role/%s", *stack.Partition(), p.Account, p.testerName())
	role := awsiam.NewRole(stack, jsii.String(smokeRoleID), &awsiam.RoleProps{
		RoleName:    jsii.String(smokeRoleName(environment)),
		Description: jsii.String("Assumed by the promotion pipeline to start smoke executions."),
		AssumedBy: awsiam.NewPrincipalWithConditions(awsiam.NewAccountPrincipal(p.Account), &map[string]any{
			"ArnEquals": map[string]any{"aws:PrincipalArn": tester},
		}),
	})
	role.AddToPolicy(deployed.release.StartStatement().CDK())
	role.AddToPolicy(policy.Allow("Follow", []string{*execution}, "states:DescribeExecution").CDK())
	role.AddToPolicy(policy.Allow("FollowEncryption", []string{*deployed.key.KeyArn()}, "kms:Decrypt").
		If("StringEquals", "kms:ViaService", policy.In(stack).Service("states")).
		If("StringEquals", "kms:EncryptionContext:aws:states:stateMachineArn", *deployed.machine.StateMachineArn()).CDK())
	if environment.production() {
		var machines []string
		for _, d := range stage.deployments {
			machines = append(machines, d.machineARN)
		}
		role.AddToPolicy(policy.Allow("PointBack", machines, "states:DescribeStateMachineAlias", "states:UpdateStateMachineAlias").
			If("ForAnyValue:StringEquals", "states:StateMachineQualifier", release.Live).CDK())
	}
	output(stack, smokeOutputID, "The promotion pipeline assumes this role to start smoke executions.", *role.RoleArn())
}

// smokeExecution is the prefix of the names of smoke executions; scripts/smoke.sh names them.
const smokeExecution = workflow.TestExecution

// The roles of the two accounts know each other by name, because neither stack can refer to the other.
func (p Promotion) testerName() string { return "clinical-risk-smoke-tester-" + p.Region }

func smokeRoleName(e Environment) string { return "clinical-risk-smoke-" + e.Name }

func (p *promotion) smokeRoleARN(e Environment) string {
	return fmt.Sprintf("arn:%s:iam::%s:role/%s", *p.stack.Partition(), e.Account, smokeRoleName(e))
}
