package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"

	"clinical-risk-pipeline/internal/strictjson"
)

// deploymentPolicy is the policy that CloudFormation deploys the stacks with, as the guide creates it.
const deploymentPolicy = "docs/deployment-policy.json"

// handlers prints the permissions of the handlers of resource types.
//
//go:embed handlers.py
var handlers string

// unneeded has the permissions that handlers name and these stacks never use, as patterns with the reason.
var unneeded = map[string]string{
	"ec2:*":                        "no function is in a VPC",
	"elasticfilesystem:*":          "no function mounts a file system",
	"s3files:*":                    "no function mounts a file system",
	"firehose:*":                   "no log group delivers to Firehose",
	"iam:*GroupPolicy":             "policies belong to roles",
	"iam:*UserPolicy":              "policies belong to roles",
	"iam:*RolePermissionsBoundary": "only with a permissions boundary: the guide says so",
	"kinesis:*":                    "no table streams its changes",
	"s3tables:*":                   "no bucket has metadata tables",
}

// promotionTypes begin the names of the types of a promotion, which another policy deploys.
var promotionTypes = []string{"AWS::CodeBuild::", "AWS::CodePipeline::"}

// uncovered returns the permissions of the handlers of the templates' types that the policy does not allow, each with a type that needs
// it, sorted.
func uncovered(ctx context.Context, python string, templates []string) ([]string, error) {
	types, err := typesOf(templates)
	if err != nil {
		return nil, err
	}
	text, err := exec.CommandContext(ctx, python, append([]string{"-c", handlers}, types...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("reading the schemas of cfn-lint: %w", err)
	}
	var needed map[string][]string
	if err := json.Unmarshal(text, &needed); err != nil {
		return nil, err
	}
	allowed, err := allowedActions(deploymentPolicy)
	if err != nil {
		return nil, err
	}
	var missing []string
	for _, name := range types {
		if len(needed[name]) == 0 {
			return nil, fmt.Errorf("cfn-lint has no handlers of %s", name)
		}
		for _, action := range needed[name] {
			if !matches(allowed, action) && !matches(slices.Collect(maps.Keys(unneeded)), action) {
				missing = append(missing, action+" for "+name)
			}
		}
	}
	slices.Sort(missing)
	return missing, nil
}

// typesOf returns the types of the resources in templates, without those of a promotion, sorted.
func typesOf(templates []string) ([]string, error) {
	types := map[string]bool{}
	for _, file := range templates {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var template struct {
			Resources map[string]struct{ Type string }
		}
		if err := json.Unmarshal(text, &template); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for _, r := range template.Resources {
			types[r.Type] = !slices.ContainsFunc(promotionTypes, func(prefix string) bool { return strings.HasPrefix(r.Type, prefix) })
		}
	}
	maps.DeleteFunc(types, func(_ string, ours bool) bool { return !ours })
	return slices.Sorted(maps.Keys(types)), nil
}

// allowedActions returns the actions that a policy allows, with their wildcards.
func allowedActions(file string) ([]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var policy struct{ Statement []struct{ Action any } }
	if err := strictjson.Unmarshal(text, &policy); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var actions []string
	for _, s := range policy.Statement {
		switch action := s.Action.(type) {
		case string:
			actions = append(actions, action)
		case []any:
			for _, a := range action {
				actions = append(actions, fmt.Sprint(a))
			}
		}
	}
	return actions, nil
}

// matches says whether one of the patterns allows the action. IAM ignores case.
func matches(patterns []string, action string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(action))
		return ok && err == nil
	})
}
