package test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/risk"
)

// digest is the tag of the state machine with the digest of its definition.
func (p *pipeline) digest(t *testing.T) string {
	t.Helper()
	for _, tag := range p.resource(t, "AWS::StepFunctions::StateMachine")["Tags"].([]any) {
		if tag := tag.(object); tag["Key"] == risk.DigestTag {
			return tag["Value"].(string)
		}
	}
	t.Fatal("the state machine has no digest")
	return ""
}

// digestOf computes the digest from the template, as an auditor does.
func digestOf(t *testing.T, p *pipeline) string {
	t.Helper()
	var definition bytes.Buffer
	encoder := json.NewEncoder(&definition)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(p.resource(t, "AWS::StepFunctions::StateMachine")["DefinitionString"]); err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(bytes.TrimSpace(definition.Bytes()))
	return hex.EncodeToString(digest[:])
}

// Requirements: P11-10k2
func TestTheTagIsTheDigestOfTheDefinition(t *testing.T) {
	for name, props := range map[string]props{"smallest": smallestProps, "cohort": cohortProps} {
		p := synthesize(t, name, props)
		if got, want := p.digest(t), digestOf(t, p); got != want {
			t.Errorf("%s: the tag is %s, want %s", name, got, want)
		}
	}
}

// The page of a local run shows the digest that the decision records of the run have.
//
// Requirements: SRC-19, P11-10k2
func TestALocalRunShowsTheDigestOfItsRecords(t *testing.T) {
	for name, p := range map[string]*pipeline{"smallest": smallestPipeline(t), "cohort": cohortPipeline(t), "recorded": recordedPipeline(t)} {
		if got, want := p.machine.Digest, p.digest(t); got != want {
			t.Errorf("%s: the run shows %s, the records say %s", name, got, want)
		}
	}
}

// Requirements: P11-10k2
func TestTheDigestChangesWithTheDefinition(t *testing.T) {
	before := smallestPipeline(t).digest(t)
	if after := synthesize(t, "prop Threshold", changedProps(changes["Threshold"])).digest(t); before == after {
		t.Error("another threshold has the same digest")
	}
	if after := synthesize(t, "prop LogRetention", changedProps(changes["LogRetention"])).digest(t); before != after {
		t.Error("another retention of the logs has another digest")
	}
}

// Requirements: SRC-19, P11-10k2
func TestEveryRecordCarriesTheDigest(t *testing.T) {
	p := recordedPipeline(t)
	for _, state := range []string{"RecordDecision", "RecordLowRisk"} {
		run := p.state(t, state)["Arguments"].(object)["Body"].(object)["run"].(object)
		if run["definition"] != p.digest(t) {
			t.Errorf("%s records the definition %v", state, run["definition"])
		}
	}
}

// The CDK replaces references to other stacks by imports after the definition is made.
func TestTheDigestMatchesTheTemplateAcrossStacks(t *testing.T) {
	dir := t.TempDir()
	orFatal(t, func() {
		app := newApp(dir)
		topics := awscdk.NewStack(app, jsii.String("Topics"), nil)
		topic := awssns.NewTopic(topics, jsii.String("Alerts"), nil)
		stack := awscdk.NewStack(app, jsii.String("Variant"), nil)
		props := smallestProps(stack)
		props.AlertTopic = topic
		risk.NewClinicalRiskPipeline(stack, "Pipeline", props)
		app.Synth(nil)
	})
	p := &pipeline{template: readJSON(t, filepath.Join(dir, "Variant.template.json"))}
	if got, want := p.digest(t), digestOf(t, p); got != want {
		t.Errorf("the tag is %s, want %s", got, want)
	}
}
