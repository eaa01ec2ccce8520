package local

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl/value"
)

const (
	addStep   = "elasticmapreduce:addStep.sync"
	validStep = `{"ClusterId": "j-1", "Step": {"Name": "n", "ActionOnFailure": "CONTINUE", "HadoopJarStep": {"Jar": "command-runner.jar", "Args": ["spark-submit"]}}}`
)

func TestStepCompletes(t *testing.T) {
	reply, err := perform(t, EMR{}, addStep, validStep)
	if err != nil {
		t.Fatal(err)
	}
	if reply.Duration < 3*time.Minute || reply.Duration > 10*time.Minute || reply.Duration%time.Minute != 0 {
		t.Errorf("the step took %v, want full minutes from 3 to 10", reply.Duration)
	}
	step := value.Plain(reply.Output).(map[string]any)["Step"].(map[string]any)
	status := step["Status"].(map[string]any)
	timeline := status["Timeline"].(map[string]any)
	created, started, ended := timeline["CreationDateTime"].(float64), timeline["StartDateTime"].(float64), timeline["EndDateTime"].(float64)
	if status["State"] != "COMPLETED" || created != 1767225600000 || started <= created || ended <= started || ended > created+float64(reply.Duration.Milliseconds()) {
		t.Errorf("status %v, want a completed step with its times in order", status)
	}
	want := map[string]any{"Jar": "command-runner.jar", "Args": []any{"spark-submit"}, "Properties": map[string]any{}}
	if diff := cmp.Diff(want, step["Config"]); diff != "" || step["Name"] != "n" || step["ActionOnFailure"] != "CONTINUE" {
		t.Errorf("step %v, config (-want +got):\n%s", step, diff)
	}
}

func TestStepIsTheSameOnEveryRun(t *testing.T) {
	first, _ := perform(t, EMR{}, addStep, validStep)
	second, _ := perform(t, EMR{}, addStep, validStep)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("two runs differ:\n%s", diff)
	}
}

func TestStepParameters(t *testing.T) {
	for reason, parameters := range map[string]string{
		"no cluster":                   `{"Step": {"Name": "n", "HadoopJarStep": {"Jar": "j"}}}`,
		"no jar":                       `{"ClusterId": "j-1", "Step": {"Name": "n", "HadoopJarStep": {}}}`,
		"a field of the CLI":           `{"ClusterId": "j-1", "Step": {"Name": "n", "HadoopJarStep": {"Jar": "j"}, "Type": "Spark"}}`,
		"a number among arguments":     `{"ClusterId": "j-1", "Step": {"Name": "n", "HadoopJarStep": {"Jar": "j", "Args": [1]}}}`,
		"arguments as a single string": `{"ClusterId": "j-1", "Step": {"Name": "n", "HadoopJarStep": {"Jar": "j", "Args": "spark-submit"}}}`,
	} {
		if _, err := perform(t, EMR{}, addStep, parameters); err == nil {
			t.Errorf("%s: no error", reason)
		}
	}
}
