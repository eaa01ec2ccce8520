package test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/stages"
)

// Requirements: P11-10e, SRC-15
func TestTrailLogsWhoInvokesAFunction(t *testing.T) {
	functions := []any{arn("lambda", "function:One"), arn("lambda", "function:Two")}
	p := synthesizeStack(t, "trail invocations", func(stack awscdk.Stack) {
		trail := audit.NewTrail(stack, "Audit", &audit.TrailProps{Records: audit.NewRecordStore(stack, "Records", nil), EndpointName: "dropout-inference"})
		for _, name := range []string{"One", "Two"} {
			trail.LogInvocations("arn:" + *stack.Partition() + ":lambda:" + *stack.Region() + ":" + *stack.Account() + ":function:" + name)
		}
	})
	want := selected("Who decided", field("eventCategory", "Equals", "Data"),
		field("resources.type", "Equals", "AWS::Lambda::Function"), field("resources.ARN", "Equals", functions...))
	got := p.resource(t, "AWS::CloudTrail::Trail")["AdvancedEventSelectors"].([]any)
	if len(got) != 4 || !slices.ContainsFunc(got, func(s any) bool { return cmp.Equal(s, any(want)) }) {
		t.Errorf("the trail logs %s, want also %s", text(got), text(want))
	}
}

// The trail of every environment with approvals logs the invocations of its decide function, and nothing of another function.
//
// Requirements: P11-10e
func TestTrailsLogDecisions(t *testing.T) {
	dir := environmentsFolder(t)
	for _, environment := range stages.Environments() {
		for _, template := range templates(t, dir, environment) {
			p := &pipeline{template: template}
			for id := range p.resources("AWS::Lambda::Function") {
				if strings.HasPrefix(id, "ApprovalDecideFunction") && !logsInvocations(t, p, id) {
					t.Errorf("%s: the trail does not log who invokes %s", environment.Name, id)
				}
			}
		}
	}
}

func logsInvocations(t *testing.T, p *pipeline, function string) bool {
	t.Helper()
	want := selected("Who decided", field("eventCategory", "Equals", "Data"),
		field("resources.type", "Equals", "AWS::Lambda::Function"), field("resources.ARN", "Equals", attribute(function, "Arn")))
	return slices.ContainsFunc(p.resource(t, "AWS::CloudTrail::Trail")["AdvancedEventSelectors"].([]any), func(s any) bool { return cmp.Equal(s, any(want)) })
}
