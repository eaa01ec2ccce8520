package stages

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/pipelines"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/policy"
)

// Promotion takes every commit through the environments. Its pipeline is in a tooling account:
//
//	source → synth: make test, make synth → self-mutation → dev → smoke → staging → smoke → prod → smoke
//	                                                                                  │
//	                                                security check, change set, approval by a person
//
// Bootstrap the tooling account and the account of each environment once: see docs/deploy.md.
type Promotion struct {
	// Account is the tooling account, 12 digits.
	Account string

	// Region is the pipeline's region, for instance "eu-central-1".
	Region string

	// Connection is the ARN of the CodeConnections connection that may read the repository. Make it once, by hand, in the
	// console of the tooling account.
	Connection string

	// Repository is the source, as "owner/name".
	Repository string

	// Branch is the branch that is promoted. Default: "main".
	Branch string

	// Waves are deployed one after the other; production comes last. [WavesOf] makes them from environments.
	Waves []Wave

	// ApproverEmails get a message when a change waits for a person; each address has to confirm its subscription. Default:
	// nobody.
	ApproverEmails []string

	// SmokeInput is the file in the repository that smoke executions take as their input. It must have "test": true. Default:
	// "examples/smoke-input.json".
	SmokeInput string

	// Variables are the environment variables with which the pipeline synthesizes: settings of the environments that are not
	// in a commit. Put no secrets into them: everybody who can see the pipeline can see them. Default: none.
	Variables map[string]string
}

// Wave is one step of a promotion: an environment, or the same environment in several regions, deployed at the same time.
type Wave struct {
	// Name is the wave's name, lower-case letters and digits, for instance "prod".
	Name string

	// Environments are deployed at the same time. Each has an account and a region. Production (every environment whose name
	// starts with "prod") shares a wave with production only.
	Environments []Environment
}

// WavesOf returns the waves that promote the environments in their order: environments with the same Wave together, each
// other environment alone.
func WavesOf(environments []Environment) []Wave {
	var waves []Wave
	for _, e := range environments {
		name := e.Wave
		if name == "" {
			name = e.Name
		}
		at := slices.IndexFunc(waves, func(w Wave) bool { return w.Name == name })
		if at < 0 {
			at = len(waves)
			waves = append(waves, Wave{Name: name})
		}
		waves[at].Environments = append(waves[at].Environments, e)
	}
	return waves
}

// The ids of the promotion's stack and of the constructs in it.
const (
	promotionID     = "Promotion"
	codePipelineID  = "Pipeline"
	cacheID         = "Cache"
	approvalTopicID = "ApprovalTopic"
	approvalKeyID   = "ApprovalKey"
	smokeTesterID   = "SmokeTester"
	smokeRoleID     = "SmokeRole"
	smokeOutputID   = "SmokeRoleArn"
)

// promotion is the stack under construction.
type promotion struct {
	Promotion
	stack    awscdk.Stack
	pipeline pipelines.CodePipeline
	source   pipelines.CodePipelineSource
	approval *pipelines.ManualApprovalStepProps
	tester   awsiam.Role
	tools    tools
}

// NewPromotion adds the stack of a promotion to scope. It panics with the error of [Promotion.Validate] when the promotion is
// wrong.
//
// Requirements: P11-10g, P11-10k2
func NewPromotion(scope constructs.Construct, props Promotion) awscdk.Stack {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	p := &promotion{Promotion: props.withDefaults()}
	p.stack = awscdk.NewStack(scope, jsii.String(promotionID), &awscdk.StackProps{
		Env:         &awscdk.Environment{Account: &p.Account, Region: &p.Region},
		Description: jsii.String("Clinical risk pipeline, promotion through its environments"),
	})
	tag(p.stack, map[string]string{applicationTag: application})
	p.stack.TemplateOptions().SetMetadata(lintExceptions())

	p.source = pipelines.CodePipelineSource_Connection(&p.Repository, &p.Branch, &pipelines.ConnectionSourceOptions{
		ConnectionArn: &p.Connection,
	})
	p.addPipeline()
	p.addApprovalTopic()
	p.addSmokeTester()
	for _, wave := range p.Waves {
		p.addWave(wave)
	}
	p.pipeline.BuildPipeline() // now, so that the gates see the finished stack
	p.allowConnection()
	p.pinSecurityCheck()
	return p.stack
}

// allowConnection lets the source action use the connection under the service's new name, too. The CDK grants only
// codestar-connections:UseConnection, and the prefix of an action has to match the ARN of the connection:
// https://docs.aws.amazon.com/dtconsole/latest/userguide/security-iam.html
func (p *promotion) allowConnection() {
	source := *p.pipeline.Pipeline().Node().FindChild(jsii.String("Source")).Node().Children()
	role := source[0].Node().FindChild(jsii.String("CodePipelineActionRole")).(awsiam.Role)
	role.AddToPolicy(policy.Allow("UseConnection", []string{p.Connection}, "codeconnections:UseConnection").CDK())
}

// lintExceptions switches off two checks of cfn-lint that CDK Pipelines fails: a preference for Fn::Sub, reported as an error
// of an action's configuration, and dependencies that a reference already implies.
func lintExceptions() *map[string]any {
	return &map[string]any{"cfn-lint": map[string]any{"config": map[string]any{"ignore_checks": []string{"E3703", "W3005"}}}}
}

func (p Promotion) withDefaults() Promotion {
	if p.Branch == "" {
		p.Branch = "main"
	}
	if p.SmokeInput == "" {
		p.SmokeInput = "examples/smoke-input.json"
	}
	return p
}
