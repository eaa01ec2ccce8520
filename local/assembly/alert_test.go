package assembly

import (
	"strings"
	"testing"
)

func TestThreshold(t *testing.T) {
	for _, c := range []struct {
		reason, choice string
		want           float64
		known          bool
	}{
		{"JSONata", `{"Condition": "{% $s > 0.8 and $s <= 1 %}", "Next": "NotifyTeam"}`, 0.8, true},
		{"JSONPath", `{"Variable": "$.x", "NumericGreaterThan": 0.6, "Next": "NotifyTeam"}`, 0.6, true},
		{"another rule comes first", `{"Condition": "{% $s > 0.1 %}", "Next": "End"}, {"Condition": "{% $s > 0.9 %}", "Next": "NotifyTeam"}`, 0.9, true},
		{"a variable", `{"Condition": "{% $s > $threshold %}", "Next": "NotifyTeam"}`, 0, false},
		{"no risk at all", `{"Condition": "{% $s > 75 %}", "Next": "NotifyTeam"}`, 75, false},
		{"no such rule", `{"Condition": "{% $s > 0.9 %}", "Next": "End"}`, 0, false},
	} {
		m := &StateMachine{Definition: []byte(`{"States": {"CheckRisk": {"Type": "Choice", "Choices": [` + c.choice + `]}}}`)}
		got, known := m.Threshold()
		if got != c.want || known != c.known {
			t.Errorf("%s: threshold %v, %t; want %v, %t", c.reason, got, known, c.want, c.known)
		}
	}
}

func TestThresholdOfACohort(t *testing.T) {
	m, err := open(t, testAssembly).StateMachine("full", WholeCohort)
	if err != nil {
		t.Fatal(err)
	}
	if got, known := m.Threshold(); got != 0.75 || !known {
		t.Errorf("threshold %v, %t; want that of the decision records, 0.75", got, known)
	}
	m.Definition = []byte(strings.ReplaceAll(string(m.Definition), `"threshold":0.75`, `"threshold":"0.75"`))
	if got, known := m.Threshold(); known {
		t.Errorf("threshold %v from records without a number", got)
	}
}

func TestAlertTopic(t *testing.T) {
	for _, c := range []struct{ reason, states, want, fault string }{
		{"JSONata", `{"NotifyTeam": {"Arguments": {"TopicArn": "arn:aws:sns:r:1:alerts", "Message": {"a": 1}}}}`, "arn:aws:sns:r:1:alerts", ""},
		{"JSONPath", `{"NotifyTeam": {"Parameters": {"TopicArn": "arn:aws:sns:r:1:alerts", "Message.$": "$.m"}}}`, "arn:aws:sns:r:1:alerts", ""},
		{"other states publish, too", `{"EscalateApproval": {"Arguments": {"TopicArn": "arn:aws:sns:r:1:operations"}}}`, "", ""},
		{"an expression", `{"NotifyTeam": {"Arguments": {"TopicArn": "{% $states.input.topic %}"}}}`, "", "state NotifyTeam must name its topic"},
		{"a reference", `{"NotifyTeam": {"Parameters": {"TopicArn.$": "$.topic"}}}`, "", "state NotifyTeam must name its topic"},
		{"arguments from an expression", `{"NotifyTeam": {"Arguments": "{% $states.input %}"}}`, "", "state machine S/M: "},
	} {
		m := &StateMachine{Stack: "S", LogicalID: "M", Definition: []byte(`{"States": ` + c.states + `}`)}
		got, err := m.AlertTopic()
		if got != c.want || (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%s: topic %q, error %v; want %q and %q", c.reason, got, err, c.want, c.fault)
		}
	}
}
