package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/client"
	"clinical-risk-pipeline/lambda/approval/identity"
	"clinical-risk-pipeline/workflow"
)

// approvalsTimeout is longer than the timeout of the function, which hashes some thousand records in a few seconds.
const approvalsTimeout = 2*time.Minute + 10*time.Second

// now is the time of signatures. Tests replace it.
var now = time.Now

// client returns a client of the deciding function that signs with the caller's AWS credentials.
func (c *approvalsCommand) client(ctx context.Context) (*client.Client, error) {
	settings, err := configuration(ctx)
	if err != nil {
		return nil, err
	}
	function, region, err := c.function(ctx, settings)
	if err != nil {
		return nil, err
	}
	prove, call := calling(settings, function, region)
	return &client.Client{Function: function, Prove: prove, Invoke: call}, nil
}

// calling returns how to prove to a function of this project who calls, and how to invoke it, with the caller's AWS credentials.
func calling(settings aws.Config, function, region string) (
	prove func(ctx context.Context, digest string) (approval.Proof, error), call func(ctx context.Context, payload []byte) ([]byte, error),
) {
	settings.Region = region
	service := lambda.NewFromConfig(settings)
	prove = func(ctx context.Context, digest string) (approval.Proof, error) {
		credentials, err := settings.Credentials.Retrieve(ctx)
		if err != nil {
			return approval.Proof{}, fmt.Errorf("no usable AWS credentials, sign in first: %w", err)
		}
		return identity.Sign(ctx, credentials, region, digest, now())
	}
	return prove, func(ctx context.Context, payload []byte) ([]byte, error) {
		return invoke(ctx, service, function, payload)
	}
}

// function returns the ARN of the deciding function, and its region.
func (c *approvalsCommand) function(ctx context.Context, settings aws.Config) (function, region string, err error) {
	arn := c.Function
	if arn == "" {
		if arn, err = c.discover(ctx, settings); err != nil {
			return "", "", err
		}
	}
	return parseFunction(arn)
}

// parseFunction checks the ARN of a function, and returns its region.
func parseFunction(arn string) (function, region string, err error) {
	function, region, ok := approval.ParseFunction(arn)
	if !ok || function != arn {
		return "", "", fmt.Errorf("--function must be the ARN of a function, such as arn:aws:lambda:eu-central-1:123456789012:function:NAME, got %q", arn)
	}
	return function, region, nil
}

// invoke invokes the function and returns its answer. Lambda's refusals are *approval.Fault, so that they end with exit code 1.
func invoke(ctx context.Context, service *lambda.Client, function string, payload []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, approvalsTimeout)
	defer cancel()
	out, err := service.Invoke(ctx, &lambda.InvokeInput{FunctionName: &function, Payload: payload})
	refusal, refused := errors.AsType[smithy.APIError](err)
	switch {
	case refused && refusal.ErrorCode() == "AccessDeniedException", refused && refusal.ErrorCode() == "UnrecognizedClientException",
		refused && refusal.ErrorCode() == "ExpiredTokenException", refused && refusal.ErrorCode() == "InvalidSignatureException":
		return nil, &approval.Fault{Status: http.StatusForbidden, Message: "AWS refused the credentials (" + plain.Line(refusal.ErrorCode()) +
			"): sign in as an approver, and check the ARN of the function"}
	case refused:
		return nil, fmt.Errorf("%s cannot be invoked: %s", function, plain.Line(refusal.ErrorCode()))
	case err != nil:
		return nil, fmt.Errorf("no answer from Lambda: %w", err)
	case out.FunctionError != nil:
		return nil, &approval.Fault{Status: http.StatusInternalServerError, Message: "the function failed: try again"}
	}
	return out.Payload, nil
}

// discover reads the ARN of the function from the outputs of the environment's stack.
func (c *approvalsCommand) discover(ctx context.Context, settings aws.Config) (string, error) {
	if c.Environment == "" {
		return "", errors.New("--function or --environment is required")
	}
	stack := workflow.StackName(c.Environment, workflow.CohortStack)
	arn, err := outputOf(ctx, settings, stack, workflow.DecisionFunction)
	if err == nil && arn == "" {
		err = fmt.Errorf("stack %s has no output %s: its pipeline does not ask for approval. Set --function if another stack does", stack, workflow.DecisionFunction)
	}
	return arn, err
}

// outputOf reads an output of a stack; "" if the stack has no such output.
func outputOf(ctx context.Context, settings aws.Config, stack, name string) (string, error) {
	if settings.Region == "" {
		return "", errors.New("the AWS region is unknown: set AWS_REGION, or --function")
	}
	out, err := cloudformation.NewFromConfig(settings).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stack})
	if err != nil {
		return "", fmt.Errorf("cannot read the function from stack %s: %w: sign in to AWS or, if you may not read the stack, set --function", stack, err)
	}
	for _, s := range out.Stacks {
		for _, output := range s.Outputs {
			if aws.ToString(output.OutputKey) == name {
				return aws.ToString(output.OutputValue), nil
			}
		}
	}
	return "", nil
}
