package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/workflow"
)

// template is the part of a stack's template that the rehearsal checks.
type template struct {
	Resources map[string]struct{ Type, DeletionPolicy string }
	Outputs   map[string]any
}

// check compares each deployed stack with its template, resource by resource, and inspects the resources of the workflow.
func (c clients) check(ctx context.Context, stacks map[string]stack, templates map[string]template, unsupported []string) error {
	var faults []error
	missing := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(stacks)) {
		wanted, ok := templates[name]
		if !ok {
			return fmt.Errorf("stack %s is not in the assembly", name)
		}
		created := 0
		for id, r := range wanted.Resources {
			got, ok := stacks[name].resources[id]
			switch {
			case slices.Contains(unsupported, r.Type):
				missing[r.Type] = true
			case !ok || got.kind != r.Type:
				faults = append(faults, fmt.Errorf("stack %s: %s %s was not created", name, r.Type, id))
			default:
				created++
			}
		}
		for id := range wanted.Outputs {
			if stacks[name].outputs[id] == "" {
				faults = append(faults, fmt.Errorf("stack %s: output %s has no value", name, id))
			}
		}
		fmt.Fprintf(c.out, "rehearse: %s has %d of %d resources\n", name, created, len(wanted.Resources))
		for _, r := range stacks[name].resources {
			if err := c.inspect(ctx, r); err != nil {
				faults = append(faults, fmt.Errorf("stack %s: %w", name, err))
			}
		}
	}
	if len(missing) > 0 {
		fmt.Fprintln(c.out, "rehearse: the emulator does not create", strings.Join(slices.Sorted(maps.Keys(missing)), ", "))
	}
	return errors.Join(faults...)
}

// readTemplates returns the templates of the assembly in dir, by the names of their stacks.
func readTemplates(dir string) (map[string]template, error) {
	synthesized, err := assembly.Open(dir)
	if err != nil {
		return nil, err
	}
	templates := map[string]template{}
	for _, s := range synthesized.Stacks() {
		if _, twice := templates[s.Name]; twice {
			return nil, fmt.Errorf("stack %s occurs twice in the assembly: remove the settings of the promotion from cdk.json and ~/.cdk.json", s.Name)
		}
		text, err := os.ReadFile(s.Template)
		if err != nil {
			return nil, err
		}
		var t template
		if err := strictjson.Unmarshal(text, &t); err != nil {
			return nil, fmt.Errorf("%s: %w", s.Template, err)
		}
		templates[s.Name] = t
	}
	return templates, nil
}

// inspect asks the service about a resource.
func (c clients) inspect(ctx context.Context, r resource) error {
	switch r.kind {
	case "AWS::StepFunctions::StateMachine":
		return c.inspectStateMachine(ctx, r.physical)
	case "AWS::StepFunctions::StateMachineAlias":
		return c.inspectAlias(ctx, r.physical)
	case "AWS::SNS::Topic":
		return c.inspectTopic(ctx, r.physical)
	case "AWS::S3::Bucket":
		return c.inspectBucket(ctx, r.physical)
	case "AWS::DynamoDB::Table":
		return c.inspectTable(ctx, r.physical)
	}
	return nil
}

// inspectStateMachine expects a definition without references.
func (c clients) inspectStateMachine(ctx context.Context, arn string) error {
	machine, err := c.sfn.DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: &arn})
	if err != nil {
		return err
	}
	var definition struct {
		QueryLanguage string
		StartAt       string
		States        map[string]json.RawMessage
	}
	if err := json.Unmarshal([]byte(aws.ToString(machine.Definition)), &definition); err != nil {
		return fmt.Errorf("the definition of %s is not valid JSON: %w", arn, err)
	}
	if _, ok := definition.States[definition.StartAt]; !ok || definition.QueryLanguage != "JSONata" {
		return fmt.Errorf("%s starts at %q in query language %q, want an existing state in JSONata", arn, definition.StartAt, definition.QueryLanguage)
	}
	if text := aws.ToString(machine.Definition); strings.Contains(text, `"Ref"`) || strings.Contains(text, "Fn::") || strings.Contains(text, "${Token[") {
		return fmt.Errorf("the definition of %s contains unresolved references", arn)
	}
	if state, ok := definition.States[workflow.ClaimCut]; ok {
		return c.inspectClaim(ctx, state)
	}
	return nil
}

// inspectAlias expects that the alias leads to one version and starts an execution.
func (c clients) inspectAlias(ctx context.Context, arn string) error {
	alias, err := c.sfn.DescribeStateMachineAlias(ctx, &sfn.DescribeStateMachineAliasInput{StateMachineAliasArn: &arn})
	if err != nil {
		return err
	}
	if routes := alias.RoutingConfiguration; len(routes) != 1 || routes[0].Weight != 100 || routes[0].StateMachineVersionArn == nil {
		return fmt.Errorf("alias %s must route all executions to one version, got %+v", arn, routes)
	}
	_, err = c.sfn.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &arn, Name: aws.String("rehearsal"), Input: aws.String("{}")})
	return err
}

func (c clients) inspectTopic(ctx context.Context, arn string) error {
	topic, err := c.sns.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: &arn})
	if err != nil {
		return err
	}
	if topic.Attributes["KmsMasterKeyId"] == "" {
		return fmt.Errorf("topic %s is not encrypted", arn)
	}
	return nil
}

// inspectBucket checks the encryption. moto ignores most other properties of a bucket.
func (c clients) inspectBucket(ctx context.Context, name string) error {
	encryption, err := c.s3.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: &name})
	if err != nil {
		return fmt.Errorf("bucket %s is not encrypted: %w", name, err)
	}
	if len(encryption.ServerSideEncryptionConfiguration.Rules) == 0 {
		return fmt.Errorf("bucket %s is not encrypted", name)
	}
	return nil
}
