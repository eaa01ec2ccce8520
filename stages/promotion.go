package stages

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/pipelines"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Promotion takes every commit through the environments, from a pipeline in a tooling account:
//
//	source → synth: make test, make synth → self-mutation → dev → smoke → staging → smoke → prod → smoke
//	                                                                                  │
//	                                                security check, change set, approval by a person
//
// The tooling account and each environment's are bootstrapped once, see docs/deploy.md.
type Promotion struct {
	// Account is the tooling account, 12 digits.
	Account string

	// Region is the pipeline's region, for instance "eu-central-1".
	Region string

	// Connection is the ARN of the CodeConnections connection that may read the repository. It is made once, by hand, in
	// the console of the tooling account.
	Connection string

	// Repository is the source, as "owner/name".
	Repository string

	// Branch is the branch that is promoted. Default: "main".
	Branch string

	// Waves are what is deployed, one after the other; production comes last. [WavesOf] makes them from environments.
	Waves []Wave

	// ApproverEmails are told when a change waits for a person; each has to confirm the subscription. Default: nobody.
	ApproverEmails []string

	// SmokeInput is the file in the repository that the smoke executions take as their input. It has to say "test": true.
	// Default: "examples/smoke-input.json".
	SmokeInput string

	// Variables are the environment variables under which the pipeline synthesizes: those that the environments are read
	// from, where they are not committed. They are not for secrets: everybody who may see the pipeline sees them.
	// Default: none.
	Variables map[string]string
}

// Wave is one step of a promotion: an environment, or the same in several regions, deployed at the same time.
type Wave struct {
	// Name is the wave's name, lower-case letters and digits, for instance "prod".
	Name string

	// Environments are deployed at the same time. Each names its account and its region. Production, every environment whose
	// name starts with "prod", keeps to itself in a wave.
	Environments []Environment
}

// WavesOf promotes the environments in their order: those of one Wave at the same time, each other one by itself.
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

// The ids of the promotion's stack and of what stands in it.
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
	p.pipeline.BuildPipeline() // now, so that the gates find in the stack what they look for
	return p.stack
}

// lintExceptions are what cfn-lint is not to look for in what CDK Pipelines makes: a preference for Fn::Sub, which it reports as
// an error of an action's configuration, and dependencies that a reference implies already.
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
