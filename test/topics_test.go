package test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/risk"
)

// Requirements: SRC-16, P11-30
func TestTopicsAreEncryptedAndRequireTLS(t *testing.T) {
	p := smallestPipeline(t)
	topics := p.resources("AWS::SNS::Topic")
	if len(topics) != 2 {
		t.Fatalf("%d topics, want one for alerts and one for operations", len(topics))
	}
	for id, topic := range topics {
		if diff := cmp.Diff(object{"Fn::GetAtt": []any{"PipelineKeyF48EE773", "Arn"}}, topic["KmsMasterKeyId"]); diff != "" {
			t.Errorf("%s: %s", id, diff)
		}
	}
	policies := p.resources("AWS::SNS::TopicPolicy")
	if len(policies) != 2 {
		t.Fatalf("%d topic policies, want two", len(policies))
	}
	for id, policy := range policies {
		deny := policy["PolicyDocument"].(object)["Statement"].([]any)[0].(object)
		if deny["Effect"] != "Deny" || !cmp.Equal(deny["Condition"], object{"Bool": object{"aws:SecureTransport": "false"}}) {
			t.Errorf("%s does not deny requests without TLS: %s", id, text(deny))
		}
	}
}

func TestExistingTopicsAreUsed(t *testing.T) {
	p := synthesize(t, "both topics", bothTopicsProps)
	if found := p.resources("AWS::SNS::Topic"); len(found) != 0 {
		t.Errorf("creates %d topics, want none", len(found))
	}
	if got := p.state(t, "NotifyTeam")["Arguments"].(object)["TopicArn"]; got != existingTopic {
		t.Errorf("NotifyTeam publishes to %v", got)
	}
	if got := p.resource(t, "AWS::Events::Rule")["Targets"].([]any)[0].(object)["Arn"]; got != existingTopic+"Ops" {
		t.Errorf("operations get messages from %v", got)
	}
}

func TestFIFOTopicsAreRefused(t *testing.T) {
	stack := awscdk.NewStack(newApp(t.TempDir()), jsii.String("FIFO"), nil)
	fifo := awssns.NewTopic(stack, jsii.String("Topic"), &awssns.TopicProps{Fifo: jsii.Bool(true)})
	props := smallestProps(stack)
	props.AlertTopic, props.OperationsTopic = fifo, fifo
	err := props.Validate()
	for _, want := range []string{"AlertTopic must be a standard topic", "OperationsTopic must be a standard topic"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestTokensAreAccepted(t *testing.T) {
	synthesize(t, "tokens", func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
		parameter := func(id string) string {
			return *awscdk.NewCfnParameter(stack, &id, &awscdk.CfnParameterProps{Default: jsii.String("j-1")}).ValueAsString()
		}
		return &risk.ClinicalRiskPipelineProps{
			Extraction:   risk.EMRStep{ClusterID: parameter("Cluster"), Script: parameter("Script")},
			EndpointName: parameter("Endpoint"),
		}
	})
}
