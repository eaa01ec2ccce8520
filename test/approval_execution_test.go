package test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/local/approver"
	"clinical-risk-pipeline/stages"
	"clinical-risk-pipeline/workflow"
)

// The command line reads the ARN of the function from an output of the environment's stack.
func TestStacksOutputTheDecisionFunction(t *testing.T) {
	wantDecisionFunction(t, stageFolder(t, "open dev", devEnvironment()), devEnvironment())
	for _, environment := range stages.Environments() {
		if approverOf(environment) != "" {
			wantDecisionFunction(t, environmentsFolder(t), environment)
		}
	}
}

func wantDecisionFunction(t *testing.T, dir string, environment stages.Environment) {
	t.Helper()
	stage := filepath.Join(dir, "assembly-"+environment.StageID())
	var outputs object
	for _, artifact := range readJSON(t, filepath.Join(stage, "manifest.json"))["artifacts"].(object) {
		if properties, _ := artifact.(object)["properties"].(object); properties["stackName"] == workflow.StackName(environment.Name, workflow.CohortStack) {
			outputs = readJSON(t, filepath.Join(stage, properties["templateFile"].(string)))["Outputs"].(object)
		}
	}
	if outputs[workflow.DecisionFunction] == nil {
		t.Errorf("%s: no stack %s has the output %s", environment.Name, workflow.StackName(environment.Name, workflow.CohortStack), workflow.DecisionFunction)
	}
}

// The synthesized definition sends requests to the deployed handlers, which review and record in the stand-in for S3.
//
// Requirements: SRC-20
func TestDeployedHandlersDecideTheRequestsOfTheDefinition(t *testing.T) {
	rejecting := filepath.Join(t.TempDir(), "decisions.jsonl")
	if err := os.WriteFile(rejecting, []byte(`{"subject": "S-001", "decision": "reject", "reason": "called already"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		reason, choice, decision, path string
	}{
		{"a person approves everything", "all", "approved", askedPath + "ReadApproval CheckApproval StartReview End"},
		{"a file rejects", rejecting, "rejected", askedPath + "ReadApproval CheckApproval NotApproved End"},
		{"nobody decides", "none", "not approved", askedPath + "EscalateApproval NotApproved End"},
	} {
		t.Run(row.reason, func(t *testing.T) {
			person, err := approver.Open(row.choice)
			if err != nil {
				t.Fatal(err)
			}
			s3 := local.S3{Dir: t.TempDir()}
			stands := local.New(&approver.Approver{Objects: s3, Person: person}, s3)
			in := func(task *asl.Task) (asl.Reply, error) { return stands.Call(context.Background(), task) }
			got := execute(t, approvalPipeline(t), oneSubject, approvalServices("0.9", in).with("RecordDecision", in).with("ReadApproval", in))
			if diff := cmp.Diff(row.path, join(got.Path())); diff != "" {
				t.Fatalf("%s%s %s", diff, got.Error, got.Cause)
			}
			approval := resultOf(got)["approval"].(object)
			if approval["decision"] != row.decision {
				t.Errorf("decided %v", approval)
			}
			if record, decided := approval["record"].(string); decided {
				if _, err := os.Stat(filepath.Join(s3.Dir, strings.TrimPrefix(record, "s3://"))); err != nil || approval["recordVersion"] == "" {
					t.Errorf("the record %s of version %v: %v", record, approval["recordVersion"], err)
				}
			}
		})
	}
}
