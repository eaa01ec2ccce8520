package assembly

import (
	"encoding/json"
	"strings"
	"testing"

	"clinical-risk-pipeline/workflow"

	"github.com/google/go-cmp/cmp"
)

const testAssembly = "testdata/cdk.out"

func open(t *testing.T, dir string) *Assembly {
	t.Helper()
	a, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestEnvironments(t *testing.T) {
	got := open(t, testAssembly).Environments()
	// Network has no state machine, and is therefore not an environment.
	if want := []string{"Single", "dev", "empty", "full", "prod", "twins"}; !cmp.Equal(got, want) {
		t.Errorf("Environments() = %v, want %v", got, want)
	}
}

func TestStateMachineOfAnEnvironment(t *testing.T) {
	m, err := open(t, testAssembly).StateMachine("dev")
	if err != nil {
		t.Fatal(err)
	}
	want := &StateMachine{
		Stack: "Dev-Risk", LogicalID: "Pipeline", Account: DefaultAccount, Region: DefaultRegion,
		Logging: Logging{Level: "ALL", Group: "/aws/vendedlogs/states/risk"},
	}
	got := *m
	if got.Digest == "" || got.Digest == workflow.DefinitionDigest(string(got.Definition)) {
		t.Errorf("the digest %q is not that of the template, which has references", got.Digest)
	}
	got.Name, got.ARN, got.RoleARN, got.Definition, got.Digest = "", "", "", nil, ""
	if diff := cmp.Diff(want, &got); diff != "" {
		t.Errorf("state machine (-want +got):\n%s", diff)
	}
	for _, c := range []struct{ what, got, prefix string }{
		{"ARN", m.ARN, "arn:aws:states:us-east-1:111111111111:stateMachine:Dev-Risk-Pipeline-"},
		{"role", m.RoleARN, "arn:aws:iam::111111111111:role/Dev-Risk-Role-"},
		{"name", m.Name, "Dev-Risk-Pipeline-"},
		{"topic in the definition", argument(t, m.Definition, "NotifyTeam", "TopicArn"), "arn:aws:sns:us-east-1:111111111111:Dev-Risk-Topic-"},
	} {
		if !strings.HasPrefix(c.got, c.prefix) {
			t.Errorf("%s = %q, want it to begin with %q", c.what, c.got, c.prefix)
		}
	}
}

// Every ARN has the account and region of the stack.
func TestStateMachineInItsOwnAccount(t *testing.T) {
	m, err := open(t, testAssembly).StateMachine("prod")
	if err != nil {
		t.Fatal(err)
	}
	if want := "arn:aws:sns:eu-central-1:222222222222:Prod-Risk-Topic-"; !strings.HasPrefix(argument(t, m.Definition, "NotifyTeam", "TopicArn"), want) {
		t.Errorf("the definition has no %s…: %s", want, m.Definition)
	}
}

// An application without stages has a stack that imports a value of another stack.
func TestStateMachineOfAStack(t *testing.T) {
	m, err := open(t, testAssembly).StateMachine("Single")
	if err != nil {
		t.Fatal(err)
	}
	if !m.Express || m.Region != "eu-central-1" || m.Account != DefaultAccount {
		t.Errorf("got %+v", m)
	}
	var definition struct {
		States map[string]struct{ Parameters struct{ TopicArn string } }
	}
	if err := json.Unmarshal(m.Definition, &definition); err != nil {
		t.Fatal(err)
	}
	// The topic is in the region of the exporting stack.
	if got, want := definition.States["Tell"].Parameters.TopicArn, "arn:aws:sns:us-east-1:111111111111:Network-Topic-"; !strings.HasPrefix(got, want) {
		t.Errorf("imported topic = %q, want %s…", got, want)
	}
}

func TestValuesAreStable(t *testing.T) {
	first, err := open(t, testAssembly).StateMachine("dev")
	if err != nil {
		t.Fatal(err)
	}
	second, err := open(t, testAssembly).StateMachine("dev")
	if err != nil {
		t.Fatal(err)
	}
	if string(first.Definition) != string(second.Definition) || first.ARN != second.ARN {
		t.Error("two readings of the same assembly differ")
	}
}

func TestEnvironmentsThatCannotRun(t *testing.T) {
	for _, c := range []struct{ reason, environment, want string }{
		{"an unknown name lists the known ones", "qa", "no environment \"qa\", the assembly has Single, dev, empty, full, prod and twins: synthesize again with `make synth`"},
		{"no state machine", "empty", `has no state machine, its stacks are Empty-Risk`},
		{"two state machines", "twins", `must have one state machine, got 2: Twins-Risk/First and Twins-Risk/Second`},
	} {
		_, err := open(t, testAssembly).StateMachine(c.environment)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: StateMachine(%q) error = %v, want it to contain %q", c.reason, c.environment, err, c.want)
		}
	}
}

// An environment may have one Standard state machine of each form. The Express state machine that watches the approvals does not
// count.
func TestStateMachineOfAForm(t *testing.T) {
	a := open(t, testAssembly)
	for form, stack := range map[Form]string{OneSubject: "Full-Risk", WholeCohort: "Full-Cohort"} {
		if m, err := a.StateMachine("full", form); err != nil || m.Stack != stack || m.Form() != form {
			t.Errorf("%s: got %+v, %v; want that of %s", form, m, err, stack)
		}
	}
	for _, c := range []struct {
		reason, environment string
		form                Form
		want                string
	}{
		{"no cohort pipeline", "dev", WholeCohort, `"dev" has no state machine that scores a whole cohort; Dev-Risk/Pipeline scores one subject: omit --cohort`},
		{"several of one form", "twins", OneSubject, `"twins" must have one state machine, got 2`},
		{"no state machine", "empty", WholeCohort, `"empty" has no state machine, its stacks are Empty-Risk`},
	} {
		if _, err := a.StateMachine(c.environment, c.form); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want it to contain %q", c.reason, err, c.want)
		}
	}
}

func TestMissingAssembly(t *testing.T) {
	_, err := Open(t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "make synth") || !strings.Contains(err.Error(), "npx cdk synth") {
		t.Errorf("Open of an empty folder: %v, want the commands that synthesize", err)
	}
}

// Stages with the same id in different pipelines have their whole paths as names.
func TestStagesOfTheSameName(t *testing.T) {
	dir := place(t, map[string]string{
		"manifest.json": `{"artifacts": {
			"a": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "a", "displayName": "East/Dev"}},
			"b": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "b", "displayName": "West/Dev"}}}}`,
		"a/manifest.json": `{}`,
		"b/manifest.json": `{}`,
	})
	if got, want := open(t, dir).Environments(), []string{"east/dev", "west/dev"}; !cmp.Equal(got, want) {
		t.Errorf("Environments() = %v, want %v", got, want)
	}
}

// argument returns a string argument of a state in a definition.
func argument(t *testing.T, definition []byte, state, name string) string {
	t.Helper()
	var machine struct {
		States map[string]struct{ Arguments map[string]any }
	}
	if err := json.Unmarshal(definition, &machine); err != nil {
		t.Fatal(err)
	}
	value, _ := machine.States[state].Arguments[name].(string)
	return value
}
