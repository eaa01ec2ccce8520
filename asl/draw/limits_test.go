package draw_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/asl/draw"
)

type object = map[string]any

// nestedIn returns a state machine with a state inside a number of Parallel states.
func nestedIn(levels int) object {
	machine := object{"StartAt": "Inner", "States": object{"Inner": object{"Type": "Pass", "End": true}}}
	for i := range levels {
		name := fmt.Sprint("P", i)
		machine = object{"StartAt": name, "States": object{name: object{"Type": "Parallel", "End": true, "Branches": []any{machine}}}}
	}
	return machine
}

// caught returns a chain of tasks, each of which catches every error and goes to the same state: the widest drawing.
func caught(tasks int) object {
	states := object{"Failed": object{"Type": "Fail"}}
	for i := range tasks {
		states[fmt.Sprint("S", i)] = object{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Next": fmt.Sprint("S", (i+1)%tasks),
			"Catch": []any{object{"ErrorEquals": []any{"States.ALL"}, "Next": "Failed"}}}
	}
	return object{"StartAt": "S0", "States": states}
}

// choices returns a Choice state with rules that lead to a number of states in turn.
func choices(rules, targets int) object {
	var list []any
	for i := range rules {
		list = append(list, object{"Condition": fmt.Sprintf("{%% $n = %d %%}", i), "Next": fmt.Sprint("S", i%targets)})
	}
	return object{"StartAt": "C", "States": object{"C": object{"Type": "Choice", "Choices": list}, "S0": object{"Type": "Succeed"}}}
}

// branches returns a Parallel state with a number of branches without states.
func branches(count int) object {
	list := make([]any, count)
	for i := range list {
		list[i] = object{"StartAt": "X", "States": object{}}
	}
	return object{"StartAt": "P", "States": object{"P": object{"Type": "Parallel", "End": true, "Branches": list}}}
}

func TestLimits(t *testing.T) {
	for _, test := range []struct {
		reason  string
		machine object
		want    string // empty: it is drawn
	}{
		{"the deepest frame", nestedIn(25), ""},
		{"a deeper frame", nestedIn(26), "26 levels of nested Map and Parallel states, more than a drawing can show (25)"},
		{"very deep frames", nestedIn(1000), "1000 levels of nested Map and Parallel states, more than a drawing can show (25)"},
		{"the most states", caught(499), ""},
		{"more states", caught(500), "501 states, more than a drawing can show (500)"},
		{"the most transitions", choices(1000, 1000), ""},
		{"more transitions", choices(1001, 1001), "1001 transitions, more than a drawing can show (1000)"},
		{"very many transitions", choices(50_000, 50_000), "50000 transitions, more than a drawing can show (1000)"},
		{"very many rules for one transition", choices(50_000, 1), ""},
		{"very many branches without states", branches(50_000), "50001 states, more than a drawing can show (500)"},
		{"a long name", object{"StartAt": strings.Repeat("n", 1_000_000), "States": object{}}, ""},
	} {
		definition, err := json.Marshal(test.machine)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		drawn, err := draw.SVG(definition, nil)
		if took := time.Since(start); took > time.Minute { // it takes less than a second on an idle machine without the race detector
			t.Errorf("%s: it took %v", test.reason, took)
		}
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", test.reason, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: the error is %v, want %q", test.reason, err, test.want)
		case len(drawn) > 5_000_000:
			t.Errorf("%s: the drawing has %d bytes", test.reason, len(drawn))
		}
	}
}

func TestManyRulesForOneTransition(t *testing.T) {
	definition, err := json.Marshal(choices(100, 1))
	if err != nil {
		t.Fatal(err)
	}
	label := group(t, svg(t, string(definition), nil), "C->S0")
	if lines := strings.Count(label, "<text"); lines != 6 || !strings.Contains(label, "or 95 more") {
		t.Errorf("the label has %d lines, want 6 with the number of other rules:\n%s", lines, label)
	}
}
