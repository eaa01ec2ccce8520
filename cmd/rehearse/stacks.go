package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sns"
)

// clients are AWS SDK clients of the emulator.
type clients struct {
	out            io.Writer // gets the results
	cloudformation *cloudformation.Client
	sfn            *sfn.Client
	sns            *sns.Client
	s3             *s3.Client
	dynamodb       *dynamodb.Client
}

func newClients(out io.Writer, s *server) clients {
	configuration := aws.Config{
		Region:       region,
		BaseEndpoint: aws.String(s.endpoint("127.0.0.1")),
		Credentials:  credentials.NewStaticCredentialsProvider("rehearsal", "rehearsal", ""),
	}
	return clients{
		out:            out,
		cloudformation: cloudformation.NewFromConfig(configuration),
		sfn:            sfn.NewFromConfig(configuration),
		dynamodb:       dynamodb.NewFromConfig(configuration),
		sns:            sns.NewFromConfig(configuration),
		s3:             s3.NewFromConfig(configuration, func(o *s3.Options) { o.UsePathStyle = true }),
	}
}

// stack is a deployed stack: its resources by logical id, and its outputs.
type stack struct {
	id        string
	resources map[string]resource
	outputs   map[string]string
}

type resource struct{ kind, physical string }

// toolkit is the name of the bootstrap stack, which cdk.json sets.
const toolkit = "ClinicalRiskToolkit"

// stateMachineVersion is a type that is retained when it is replaced and deleted together with its state machine.
const stateMachineVersion = "AWS::StepFunctions::StateMachineVersion"

// deployed returns the stacks by name, without the toolkit.
func (c clients) deployed(ctx context.Context) (map[string]stack, error) {
	described, err := c.cloudformation.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{})
	if err != nil {
		return nil, err
	}
	stacks := map[string]stack{}
	for _, d := range described.Stacks {
		name := aws.ToString(d.StackName)
		if name == toolkit {
			continue
		}
		if d.StackStatus != types.StackStatusCreateComplete {
			return nil, fmt.Errorf("stack %s is %s, want %s", name, d.StackStatus, types.StackStatusCreateComplete)
		}
		s := stack{id: aws.ToString(d.StackId), resources: map[string]resource{}, outputs: map[string]string{}}
		for _, o := range d.Outputs {
			s.outputs[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
		}
		pages := cloudformation.NewListStackResourcesPaginator(c.cloudformation, &cloudformation.ListStackResourcesInput{StackName: d.StackName})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			for _, r := range page.StackResourceSummaries {
				s.resources[aws.ToString(r.LogicalResourceId)] = resource{aws.ToString(r.ResourceType), aws.ToString(r.PhysicalResourceId)}
			}
		}
		stacks[name] = s
	}
	if len(stacks) == 0 {
		return nil, errors.New("the deployment created no stack")
	}
	return stacks, nil
}

// unchanged compares the stacks with those of the first deployment and reports replaced resources.
func (c clients) unchanged(ctx context.Context, first map[string]stack) error {
	second, err := c.deployed(ctx)
	if err != nil {
		return err
	}
	var faults []error
	for name, before := range first {
		after := second[name]
		if after.id != before.id || !maps.Equal(after.resources, before.resources) || !maps.Equal(after.outputs, before.outputs) {
			faults = append(faults, fmt.Errorf("the second deployment changed resources or outputs of stack %s", name))
		}
	}
	return errors.Join(faults...)
}

// gone checks that the stacks are destroyed and that the resources remain that their templates retain.
func (c clients) gone(ctx context.Context, stacks map[string]stack, templates map[string]template) error {
	described, err := c.cloudformation.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{})
	if err != nil {
		return err
	}
	for _, d := range described.Stacks {
		if name := aws.ToString(d.StackName); name != toolkit && d.StackStatus != types.StackStatusDeleteComplete {
			return fmt.Errorf("stack %s is %s after cdk destroy", name, d.StackStatus)
		}
	}
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(stacks)) {
		retained := map[string]bool{}
		for id, r := range templates[name].Resources {
			if r.DeletionPolicy != "Retain" && r.DeletionPolicy != "RetainExceptOnCreate" || r.Type == stateMachineVersion {
				continue
			}
			retained[r.Type] = true
			if err := c.inspect(ctx, stacks[name].resources[id]); err != nil {
				faults = append(faults, fmt.Errorf("stack %s: cdk destroy deleted the retained %s %s: %w", name, r.Type, id, err))
			}
		}
		fmt.Fprintf(c.out, "rehearse: %s is destroyed; it leaves %s\n", name, orNothing(slices.Sorted(maps.Keys(retained))))
	}
	return errors.Join(faults...)
}

func orNothing(values []string) string {
	if len(values) == 0 {
		return "nothing"
	}
	return strings.Join(values, ", ")
}
