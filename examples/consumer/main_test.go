package main

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
)

// A state of the team's own is in its place, has a timeout and retries what may pass, and nothing catches its errors.
func TestOwnStates(t *testing.T) {
	definition := pipeline(t)
	if definition.StartAt != "CheckInput" {
		t.Errorf("starts at %s", definition.StartAt)
	}
	for name, want := range map[string]state{
		startFeaturesJob: {
			Resource: "arn:…:states:::sagemaker:createProcessingJob.sync", Next: "FindCohort", TimeoutSeconds: 7200,
			Retry: []retrier{{featuresRetries.Errors, 5}},
		},
		"PostSiteOutreach": {
			Resource: "arn:…:states:::http:invoke", Next: "ToldSiteOutreach", TimeoutSeconds: 60,
			Retry: []retrier{{webhookRetries.Errors, 5}},
		},
	} {
		got, known := definition.States[name]
		if each := definition.States["ForEachSiteOutreach"].ItemProcessor; !known && each != nil { // it is told of each approved subject
			got = each.States[name]
		}
		got.ItemProcessor = nil
		if got, want := text(t, got), text(t, want); got != want {
			t.Errorf("%s is\n%s\nwant\n%s", name, got, want)
		}
	}
}

// The role has a statement for each call of these states. No action is a wildcard, and no statement is for every resource.
func TestOwnStatements(t *testing.T) {
	var names []string
	for _, policy := range resources()["AWS::IAM::ManagedPolicy"] {
		for _, s := range policy["PolicyDocument"].(map[string]any)["Statement"].([]any) {
			statement := s.(map[string]any)
			name, _ := statement["Sid"].(string)
			if !strings.HasPrefix(name, startFeaturesJob) && !strings.HasPrefix(name, "PostSiteOutreach") {
				continue
			}
			names = append(names, name)
			if statement["Resource"] == "*" || strings.Contains(text(t, statement["Action"]), "*") {
				t.Errorf("%s is too wide: %s", name, text(t, statement))
			}
		}
	}
	slices.Sort(names)
	want := []string{
		"PostSiteOutreach", "PostSiteOutreachConnection", "PostSiteOutreachSecret",
		"StartFeaturesJob", "StartFeaturesJobEvents", "StartFeaturesJobRole",
	}
	if !slices.Equal(names, want) {
		t.Errorf("statements %q, want %q", names, want)
	}
}

// The functions of the approval were built in this module.
func TestApprovalFunctions(t *testing.T) {
	if functions := len(resources()["AWS::Lambda::Function"]); functions != 2 {
		t.Errorf("%d functions, want one for requests and one for decisions", functions)
	}
}

func TestFaults(t *testing.T) {
	want := `Image is required: the image of the container
Role is required: the role that the job assumes
InstanceType is required, such as "ml.m7i.2xlarge"
Timeout must be whole seconds from 1m0s to 216h0m0s, got 1s`
	if err := (FeaturesJob{Timeout: time.Second}).Validate(); err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	want = `URL must begin with "https://", got "outreach.example.com"
Connection is required: the EventBridge connection that holds the credentials`
	if err := (Webhook{URL: "outreach.example.com"}).Validate(); err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// The parts of a definition that the tests compare.
type (
	definition struct {
		StartAt string
		States  map[string]state
	}
	state struct {
		Resource, Next string
		TimeoutSeconds int
		Retry          []retrier
		Catch          []any
		ItemProcessor  *definition `json:",omitempty"`
	}
	retrier struct {
		ErrorEquals []string
		MaxAttempts int
	}
)

// pipeline returns the definition of the pipeline's state machine. What only the deployment knows is "…".
func pipeline(t *testing.T) definition {
	t.Helper()
	for _, machine := range resources()["AWS::StepFunctions::StateMachine"] {
		var joined strings.Builder
		for _, part := range machine["DefinitionString"].(map[string]any)["Fn::Join"].([]any)[1].([]any) {
			if literal, ok := part.(string); ok {
				joined.WriteString(literal)
			} else {
				joined.WriteString("…")
			}
		}
		var d definition
		if err := json.Unmarshal([]byte(joined.String()), &d); err != nil {
			t.Fatal(err)
		}
		if _, ok := d.States["ScoreCohort"]; ok {
			return d
		}
	}
	t.Fatal("no state machine scores a cohort")
	return definition{}
}

// resources returns the properties of the stack's resources, by type. The stack is synthesized once.
var resources = sync.OnceValue(func() map[string][]map[string]any {
	template := assertions.Template_FromStack(newTrialRisk(awscdk.NewApp(nil), "TrialRisk"), nil)
	found := map[string][]map[string]any{}
	for _, r := range (*template.ToJSON())["Resources"].(map[string]any) {
		resource := r.(map[string]any)
		properties, _ := resource["Properties"].(map[string]any)
		kind := resource["Type"].(string)
		found[kind] = append(found[kind], properties)
	}
	return found
})

func text(t *testing.T, value any) string {
	t.Helper()
	b, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestMain(m *testing.M) {
	defer jsii.Close()
	m.Run()
}
