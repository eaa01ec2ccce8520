package test

import (
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
)

// markedInput is the input of one subject with a value in the field that marks a test.
func markedInput(value any) object {
	input := object{"test": value}
	for name, field := range oneSubject {
		input[name] = field
	}
	return input
}

// publishedAlert runs the pipeline under a name. It returns the alert, the whole call of SNS, and the execution.
func publishedAlert(t *testing.T, p *pipeline, name string, input any, s services) (alert, call object, got *asl.Execution) {
	t.Helper()
	s = s.with("NotifyTeam", func(task *asl.Task) (asl.Reply, error) {
		alert, call = message(t, task), inputOf(task)
		return asl.Reply{Output: object{"MessageId": "m-1"}}, nil
	})
	got = p.run(t, input, asl.Options{Handler: s, Name: name})
	return alert, call, got
}

func TestATestSendsATestAlertAndNothingElse(t *testing.T) {
	alert, call, got := publishedAlert(t, downstreamPipeline(t), "smoke-1", markedInput(true), downstreamServices("0.9", serviceNow{}))
	if path := join(got.Path()); path != "CheckInput StartEMRJob InvokeModel CheckRisk NotifyTeam CheckTest End" {
		t.Errorf("went %s and ended with %s %s", path, got.Error, got.Cause)
	}
	if alert["test"] != true {
		t.Errorf("the alert is %s", text(alert))
	}
	if call["Subject"] != "[TEST] Trial Risk Alert" {
		t.Errorf("the subject line is %v", call["Subject"])
	}
	if mail := call["Message"].(object)["email"].(string); !strings.HasPrefix(mail, "This is a test, and nobody has to act. High dropout risk") {
		t.Errorf("the mail says %s", mail)
	}
	if value := call["MessageAttributes"].(object)["test"].(object)["StringValue"]; value != "true" {
		t.Errorf("the attribute test is %v", value)
	}
}

// An execution with a doubtful mark is not a test: somebody should act on the alert.
func TestOnlyAMarkedExecutionIsATest(t *testing.T) {
	for reason, row := range map[string]struct {
		name  string
		input object
	}{
		"no mark":                             {"run-1", oneSubject},
		"only the input has the mark":         {"run-1", markedInput(true)},
		"only the name has the mark":          {"smoke-1", oneSubject},
		"the name has the mark in the middle": {"my-smoke-1", markedInput(true)},
		"false":                               {"smoke-1", markedInput(false)},
		"a string":                            {"smoke-1", markedInput("true")},
		"a number":                            {"smoke-1", markedInput(1.0)},
		"null":                                {"smoke-1", markedInput(nil)},
		"a list":                              {"smoke-1", markedInput([]any{true, true})},
	} {
		t.Run(reason, func(t *testing.T) {
			alert, call, got := publishedAlert(t, downstreamPipeline(t), row.name, row.input, downstreamServices("0.9", serviceNow{}))
			if path := join(got.Path()); !strings.Contains(path, "CheckTest StartReview") {
				t.Errorf("went %s and ended with %s %s", path, got.Error, got.Cause)
			}
			if alert["test"] != false || call["Subject"] != "Trial Risk Alert" || call["MessageAttributes"].(object)["test"].(object)["StringValue"] != "false" {
				t.Errorf("the alert is %s", text(call))
			}
		})
	}
}

func TestTheRecordMarksATest(t *testing.T) {
	p := recordedPipeline(t)
	for _, test := range []bool{true, false} {
		var record object
		s := healthyServices("0.9").with("RecordDecision", func(task *asl.Task) (asl.Reply, error) {
			record = inputOf(task)["Body"].(object)
			return asl.Reply{Output: object{}}, nil
		})
		got := p.run(t, markedInput(test), asl.Options{Handler: s, Name: "smoke-1"})
		if got.Status != asl.Succeeded || record["run"].(object)["test"] != test {
			t.Errorf("test is %v: recorded %s and ended with %s %s", test, text(record), got.Error, got.Cause)
		}
	}
}
