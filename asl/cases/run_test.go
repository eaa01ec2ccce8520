package cases

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// results runs all cases of a table.
func results(t *testing.T, file string) []*Result {
	t.Helper()
	read, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []*Result
	for _, c := range read.Cases {
		r, err := read.Run(t.Context(), c, nil)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	return list
}

func TestCasesThatPass(t *testing.T) {
	for _, file := range []string{write(t, "order.test.yaml", table), "../../examples/asl/order.test.yaml"} {
		list := results(t, file)
		for _, r := range list {
			if len(r.Differences) > 0 {
				t.Errorf("%s: %v", r.Case.Name, r.Differences)
			}
		}
		if len(list) < 2 {
			t.Errorf("%s: %d cases", file, len(list))
		}
	}
}

// The same table in JSON has the same results.
func TestATableInJSON(t *testing.T) {
	list := results(t, write(t, "order.TEST.JSON", `{"$schema": "x", "definition": "order.asl.json", "start": "2026-02-03T00:00:00Z", "stubs": {"Charge": {"return": {"ids": "\/"}}},
		"cases": [{"name": "big", "inputFile": "input.json", "expect": {"match": {"ids": "/"}, "calls": {"Charge": [{"at": "2026-02-03T00:00:00.000Z"}]}}},
			{"name": "no input", "expect": {"status": "FAILED", "error": "States.QueryEvaluationError"}}]}`))
	for _, r := range list {
		if len(r.Differences) > 0 {
			t.Errorf("%s: %v", r.Case.Name, r.Differences)
		}
	}
}

func TestDifferences(t *testing.T) {
	const busy = "    stubs: {Charge: [{error: Busy}, {return: {ids: [1]}, seconds: 0.5}]}\n"
	for _, row := range []struct {
		why, rest string // of a case with a price of 2
		want      []Difference
	}{
		{"equal", "    expect: {output: {total: 4.0, paid: true, ids: [1, 2]}}", nil},
		{"a value, a member that is missing and one too many", "    expect: {output: {total: 5, ids: [1, 2], free: null}}", []Difference{
			{"output.free", "null", "nothing"}, {"output.paid", "nothing", "true"}, {"output.total", "5", "4"}}},
		{"a member of a list", "    expect: {output: {paid: true, total: 4, ids: [1, 3]}}", []Difference{{"output.ids[1]", "3", "2"}}},
		{"a shorter list", "    expect: {match: {ids: [1]}}", []Difference{{"output.ids", "nothing", "2"}}},
		{"a part", "    expect: {match: {paid: true}}", nil},
		{"a part that differs", "    expect: {match: {paid: false, free: true}}", []Difference{{"output.free", "true", "nothing"}, {"output.paid", "false", "true"}}},
		{"another kind of value", "    expect: {match: [1]}", []Difference{{"output", "[1]", `{"ids":[1,2],"paid":true,"total":4}`}}},
		{"null is not nothing", "    expect: {match: {ids: null}}", []Difference{{"output.ids", "null", "[1,2]"}}},
		{"a failure that was not expected", "    stubs: {Charge: {error: Broken, cause: no power}}\n    expect: {path: [Price, Charge]}", []Difference{
			{"status", "SUCCEEDED", "FAILED: Broken: no power"}}},
		{"a success that was not expected", "    expect: {error: Rejected}", []Difference{
			{"status", "FAILED: Rejected", `SUCCEEDED with the output {"ids":[1,2],"paid":true,"total":4}`}}},
		{"a success instead of a status", "    expect: {status: TIMED_OUT}", []Difference{
			{"status", "TIMED_OUT", `SUCCEEDED with the output {"ids":[1,2],"paid":true,"total":4}`}}},
		{"another error and cause", "    stubs: {Charge: {error: Declined}}\n    expect: {error: Refused, cause: accepted}", []Difference{
			{"error", "Refused", "Rejected: the payment was declined"}, {"cause", `a text that contains "accepted"`, `"the payment was declined"`}}},
		{"a failure, whatever the error", "    stubs: {Charge: {error: Declined}}\n    expect: {status: FAILED}", nil},
		{"a timeout of the state", "    stubs: {Charge: {hang: true}}\n    expect: {error: States.Timeout, seconds: 10}", nil},
		{"another path", "    expect: {path: [Price, Charge, Reject]}", []Difference{{"path[2]", "Price, Charge, Reject", "Price, Charge, Done"}}},
		{"a longer path", "    expect: {path: [Price, Charge]}", []Difference{{"path[2]", "Price, Charge", "Price, Charge, Done"}}},
		{"no path", "    expect: {path: []}", []Difference{{"path[0]", "", "Price, Charge, Done"}}},
		{"a second attempt", busy + "    expect: {match: {ids: [1]}, seconds: 2.5, calls: {Charge: 2}}", nil},
		{"another time", busy + "    expect: {seconds: 2}", []Difference{{"seconds", "2", "2.5"}}},
		{"variables", "    expect: {variables: {total: 4}}", nil},
		{"other variables", "    expect: {variables: {total: 3, taxes: 1}}", []Difference{{"variables.taxes", "1", "nothing"}, {"variables.total", "3", "4"}}},
		{"the inputs of calls, in part", "    expect: {calls: {Charge: [{amount: 4}]}}", nil},
		{"another input", busy + "    expect: {calls: {Charge: [{amount: 4}, {amount: 5}]}}", []Difference{{"calls.Charge[1].amount", "5", "4"}}},
		{"fewer calls", busy + "    expect: {calls: {Charge: [{}]}}", []Difference{{"calls.Charge", "1 call", "2 calls"}}},
		{"answers that nobody asks for", "    stubs: {Charge: [{return: {ids: 1}, times: 2}]}\n    expect: {match: {ids: 1}}", []Difference{
			{"stubs.Charge", "a call for each of 2 answers", "1 call"}}},
		{"too few answers", "    stubs: {Charge: [{error: Busy}]}\n    expect: {match: {}}", []Difference{
			{"stubs.Charge", "an answer for call 2 of arn:aws:states:::lambda:invoke", "1 answer"}}},
	} {
		t.Run(row.why, func(t *testing.T) {
			text := table[:strings.Index(table, "cases:")] + "cases:\n  - name: a\n    input: {price: 2}\n" + row.rest + "\n"
			if got := results(t, write(t, "order.test.yaml", text))[0].Differences; !cmp.Equal(got, row.want) {
				t.Error(cmp.Diff(row.want, got))
			}
		})
	}
}

// A case of a table without stubs shows which stub it lacks. Its error does not end the other cases.
func TestNoStub(t *testing.T) {
	text := "definition: order.asl.json\ncases:\n  - name: a\n    input: {price: 2}\n    expect: {status: SUCCEEDED}\n  - name: b\n    expect: {status: FAILED}\n"
	list := results(t, write(t, "order.test.yaml", text))
	want := []Difference{{"stubs.Charge", "an answer for the call of arn:aws:states:::lambda:invoke", "no stub"}}
	if !cmp.Equal(list[0].Differences, want) || len(list[1].Differences) > 0 {
		t.Errorf("%v, %v", list[0].Differences, list[1].Differences)
	}
}

// A name in a block of YAML is one line.
func TestALongName(t *testing.T) {
	text := "definition: order.asl.json\ncases:\n  - name: |\n      two\n      lines\n    expect: {status: FAILED}\n"
	if got := results(t, write(t, "order.test.yaml", text))[0].Case.Name; got != "two lines" {
		t.Errorf("name %q", got)
	}
}

// The table's own list of answers is a stock that a case need not use up.
func TestSharedAnswers(t *testing.T) {
	text := "definition: order.asl.json\nstubs: {Charge: [{return: {ids: 1}, times: 3}]}\ncases:\n  - name: a\n    input: {price: 2}\n    expect: {match: {ids: 1}}\n"
	if got := results(t, write(t, "order.test.yaml", text))[0].Differences; got != nil {
		t.Error(got)
	}
}

// A workflow that cannot be of the type is no outcome of a case.
func TestATypeThatDoesNotFit(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"m.asl.json":  `{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Parameters": {"x.$": "$$.Task.Token"}, "End": true}}}`,
		"m.test.yaml": "definition: m.asl.json\ntype: EXPRESS\ncases:\n  - name: a\n    expect: {status: FAILED}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read, err := Read(filepath.Join(dir, "m.test.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := read.Run(t.Context(), read.Cases[0], nil); err == nil || !strings.Contains(err.Error(), "m.test.yaml:4: ") || !strings.Contains(err.Error(), "EXPRESS") {
		t.Errorf("error %v", err)
	}
}
