package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"

	"clinical-risk-pipeline/internal/operate"
	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/workflow"
)

// operating are the flags of the commands that operate a deployed pipeline.
type operating struct {
	Environment string `default:"dev" placeholder:"NAME" help:"The environment whose stacks have the alias as an output. Default: ${default}."`
	Alias       string `placeholder:"ARN" help:"The ARN of the alias live of the state machine, or of the state machine. Default: the output LiveAliasArn of the environment's stack."`
	Region      string `placeholder:"NAME" help:"The AWS region. Default: as the AWS tools are configured, or as in the ARN."`
	Profile     string `placeholder:"NAME" help:"The profile of the AWS configuration. Default: AWS_PROFILE, or the default profile."`
	EndpointURL string `name:"endpoint-url" placeholder:"URL" help:"The endpoint of an emulator, such as http://127.0.0.1:8083. Variables such as AWS_ENDPOINT_URL_S3 win for their service. Default: AWS."`
	JSON        bool   `help:"Print the outcome as JSON."`
}

// check checks the flags, for the Validate of each command.
func (c *operating) check() error {
	if c.Environment == "" {
		return errors.New("--environment must not be empty")
	}
	if c.EndpointURL != "" {
		if u, err := url.Parse(c.EndpointURL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return fmt.Errorf("--endpoint-url must be a URL such as http://127.0.0.1:8083, got %q", c.EndpointURL)
		}
	}
	if c.Alias != "" {
		_, err := operate.ParseMachine(c.Alias)
		return err
	}
	return nil
}

// operateClock is the time of the commands that operate. Tests replace it.
var operateClock operate.Clock = operate.WallClock{}

// settings loads the AWS configuration. The region of an ARN is that of its resource.
func (c *operating) settings(ctx context.Context, region string) (aws.Config, error) {
	var options []func(*config.LoadOptions) error
	if c.Region != "" {
		region = c.Region
	}
	if region != "" {
		options = append(options, config.WithRegion(region))
	}
	if c.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(c.Profile))
	}
	settings, err := configuration(ctx, options...)
	switch {
	case err != nil && c.Profile != "":
		return settings, fmt.Errorf("the AWS configuration has no usable profile %q: choose another with --profile", c.Profile)
	case err != nil:
		return settings, err
	case settings.Region == "":
		return settings, errors.New("the AWS region is unknown: set --region or AWS_REGION")
	}
	if c.EndpointURL != "" {
		settings.BaseEndpoint = &c.EndpointURL
	}
	return settings, nil
}

// connect returns the client of Step Functions. A person at the terminal hears of trouble that passes.
func connect(s program.Streams, settings aws.Config, rate float64) *operate.AWS {
	client := operate.New(settings, operate.Options{Clock: operateClock, Rate: rate})
	client.Say = func(text string) { note(s, text) }
	return client
}

// machine returns the state machine of --alias, or of a stack of the environment.
func (c *operating) machine(ctx context.Context, settings aws.Config, stack string) (operate.Machine, error) {
	if c.Alias != "" {
		return operate.ParseMachine(c.Alias)
	}
	name := workflow.StackName(c.Environment, stack)
	arn, err := outputOf(ctx, settings, name, workflow.LiveAlias)
	if refusal, refused := errors.AsType[smithy.APIError](err); refused {
		return operate.Machine{}, fmt.Errorf("cannot read the alias from stack %s: %s: deploy the stack, sign in to AWS, or set --alias", name, plain.Line(refusal.ErrorCode()))
	}
	if err != nil {
		return operate.Machine{}, fmt.Errorf("cannot read the alias from stack %s: %w: sign in to AWS, or set --alias", name, operate.Explain(err))
	}
	if arn == "" {
		return operate.Machine{}, fmt.Errorf("stack %s has no output %s: set --alias", name, workflow.LiveAlias)
	}
	return operate.ParseMachine(arn)
}

// machines returns the state machines of the environment: that of a trial, or those of subjects and of cohorts, if they are deployed.
func (c *operating) machines(ctx context.Context, settings aws.Config, trial string) ([]operate.Machine, error) {
	stacks := []string{workflow.SubjectStack, workflow.CohortStack}
	if trial != "" {
		stacks = []string{trial}
	}
	if c.Alias != "" {
		stacks = stacks[:1]
	}
	var found []operate.Machine
	var faults []error
	for _, stack := range stacks {
		m, err := c.machine(ctx, settings, stack)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		found = append(found, m)
	}
	if len(found) == 0 {
		return nil, errors.Join(faults...)
	}
	return found, nil
}

// deciding returns the ARN and the settings of the function that decides approvals: that of a stack of the environment.
func (c *operating) deciding(ctx context.Context, settings aws.Config, stack string) (function string, decide *approval.Settings, err error) {
	function, err = outputOf(ctx, settings, workflow.StackName(c.Environment, stack), workflow.DecisionFunction)
	if err == nil && function == "" {
		err = fmt.Errorf("stack %s has no output %s", workflow.StackName(c.Environment, stack), workflow.DecisionFunction)
	}
	if err != nil {
		return "", nil, err
	}
	out, err := lambda.NewFromConfig(settings).GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &function})
	if err != nil || out.Environment == nil {
		return function, nil, errors.Join(err, errors.New("the settings of the deciding function cannot be read"))
	}
	read, err := approval.DecideSettings(func(name string) string { return out.Environment.Variables[name] })
	return function, &read, err
}

// approvers says who may approve: the names of the roles and users that the deciding function is configured with; "" if nobody can say.
func (c *operating) approvers(ctx context.Context, settings aws.Config, client *operate.AWS, execution string) string {
	of, err := whichPipeline(ctx, client, execution, "")
	if err != nil {
		return ""
	}
	_, decide, err := c.deciding(ctx, settings, of.stack())
	if err != nil {
		return ""
	}
	var names []string
	for _, arn := range decide.Signers.Approvers {
		names = append(names, arn[strings.LastIndex(arn, "/")+1:])
	}
	return strings.Join(names, " or ")
}
