package cases

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// definition calls Charge, waits for a second attempt, and rejects what it cannot charge.
const definition = `{"QueryLanguage": "JSONata", "StartAt": "Price", "States": {
	"Price": {"Type": "Pass", "Assign": {"total": "{% $states.input.price * 2 %}"}, "Next": "Charge"},
	"Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"amount": "{% $total %}", "at": "{% $now() %}"}, "TimeoutSeconds": 10,
		"Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2, "MaxAttempts": 2}], "Catch": [{"ErrorEquals": ["Declined"], "Next": "Reject"}], "Next": "Done"},
	"Reject": {"Type": "Fail", "Error": "Rejected", "Cause": "the payment was declined"},
	"Done": {"Type": "Pass", "Output": {"paid": true, "ids": "{% $states.input.ids %}", "total": "{% $total %}"}, "End": true}}}`

// table is a table that passes.
const table = `definition: order.asl.json
stubs:
  Charge:
    return: {ids: [1, 2]}
cases:
  - name: paid
    input: {price: 2}
    expect:
      output: {paid: true, ids: [1, 2], total: 4}
      path: [Price, Charge, Done]
  - name: rejected
    input: {price: 2}
    stubs:
      Charge:
        - error: Busy
          cause: too many
          times: 2
        - error: Declined
    expect:
      error: Rejected
      cause: declined
      calls:
        Charge: 3
`

// write writes files into a folder, and returns the name of the table.
func write(t *testing.T, name, source string) string {
	t.Helper()
	dir := t.TempDir()
	for file, text := range map[string]string{name: source, "order.asl.json": definition, "input.json": `{"price": 9007199254740993}`, "twice.json": "{\"a\": 1,\n\"a\": 2}"} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, name)
}

// wrong are tables with one fault: what is replaced, the text on the line of the fault, and the fault.
var wrong = []struct {
	reason, old, replacement, on, fault string
	beyond                              bool // JSON Schema cannot say it
}{
	{"a field of the table that is close to another", "definition:", "definitions:", "definitions:", `definition is missing: name the file of the definition, relative to this file`, false},
	{"an unknown field", "cases:\n", "team: x\ncases:\n", "team:", "team is not a field: the fields are definition, $schema, type, start, objects, stubs, cases", false},
	{"a field of a case in other letters", "    expect:\n      error", "    Input: 1\n    expect:\n      error", "Input:", `cases[1].Input is not a field: write "input"`, false},
	{"a field of an expectation", "      cause: declined", "      causes: declined", "causes:", `cases[1].expect.causes is not a field: write "cause"`, false},
	{"a result without return", "return: {ids: [1, 2]}", "ids: [1, 2]", "ids:", "stubs.Charge must have exactly one of return, error and hang: true, got 0 of them", false},
	{"no expectation", "    expect:\n      output: {paid: true, ids: [1, 2], total: 4}\n      path: [Price, Charge, Done]\n", "", "name: paid", "cases[0].expect is missing: without it, the case tests nothing: write what the execution must do, such as status: SUCCEEDED", false},
	{"an empty expectation", "expect:\n      error: Rejected\n      cause: declined\n      calls:\n        Charge: 3\n", "expect: {}\n", "expect: {}", "cases[1].expect is empty: without it, the case tests nothing: write what the execution must do, such as status: SUCCEEDED", false},
	{"a name twice", "name: rejected", "name: paid # 2", "# 2", "cases[1].name is the name of the case on line 6, too: choose another", true},
	{"no name", "  - name: paid\n    input", "  - input", "- input", "cases[0].name is missing: say in a few words what the case shows", false},
	{"a name that is a number", "name: paid", "name: 7", "name: 7", "cases[0].name must say in a few words what the case shows, got the number 7: write it in quotes", false},
	{"a stub of a state that does not exist", "stubs:\n  Charge:", "stubs:\n  Charg:", "Charg:", `stubs.Charg must be a Task state of the definition, got "Charg": write "Charge"`, true},
	{"a stub of a state that calls nothing", "stubs:\n  Charge:", "stubs:\n  Done:", "Done:\n", `stubs.Done must be a Task state of the definition, got "Done": the Task states are Charge`, true},
	{"a path through no state", "Charge, Done]", "Charge, Finish]", "Finish", `cases[0].expect.path[2] must be a state of the definition, got "Finish": the states are Charge, Done, Price, Reject`, true},
	{"calls of no state", "        Charge: 3", "        Charges: 3", "Charges", `cases[1].expect.calls.Charges must be a Task state of the definition, got "Charges": write "Charge"`, true},
	{"calls that are no number", "        Charge: 3", "        Charge: three", "three", `cases[1].expect.calls.Charge must be the number of calls, or a list with the input of each, got "three"`, false},
	{"success with an error", "      error: Rejected", "      status: SUCCEEDED\n      error: Rejected", "status:", "cases[1].expect.status must not be SUCCEEDED beside an error or a cause: keep one of them", false},
	{"an output of a failure", "      error: Rejected", "      output: 1\n      error: Rejected", "output: 1", "cases[1].expect must not have output or match if the execution does not succeed: remove them, or the error and the status", false},
	{"a status in small letters", "      error: Rejected", "      status: failed\n      error: Rejected", "status:", `cases[1].expect.status has an unknown value "failed": write "FAILED"`, false},
	{"another type", "stubs:\n", "type: FAST\nstubs:\n", "type:", `type has an unknown value "FAST": it must be one of STANDARD, EXPRESS`, false},
	{"no time", "stubs:\n", "start: today\nstubs:\n", "start:", `start must be a time such as 2026-01-01T00:00:00Z, got "today"`, false},
	{"two inputs", "    input: {price: 2}\n    expect:", "    input: 1\n    inputFile: input.json\n    expect:", "inputFile:", "cases[0].inputFile and input are both there: keep one", false},
	{"an error and a result", "        - error: Declined", "        - error: Declined\n          return: 1", "error: Declined", "cases[1].stubs.Charge[1] must have exactly one of return, error and hang: true, got 2 of them", false},
	{"a cause of nothing", "return: {ids: [1, 2]}", "return: 1\n    cause: x", "cause: x", "stubs.Charge.cause belongs to an error: write error, too", false},
	{"a number of times that is too small", "times: 2", "times: 0", "times: 0", "cases[1].stubs.Charge[0].times must be a whole number from 1 to 1000, got 0", false},
	{"times of an answer for every call", "return: {ids: [1, 2]}", "return: 1\n    times: 2", "times: 2\ncases", "stubs.Charge.times belongs to an answer in a list: an answer alone is for every call", false},
	{"a negative duration", "          times: 2", "          seconds: -1", "seconds:", "cases[1].stubs.Charge[0].seconds must be a number of seconds, 0 or more, got -1", false},
	{"no answer", "return: {ids: [1, 2]}", "", "Charge:", "stubs.Charge must be an answer with return, error or hang, or a list of them, got nothing", false},
	{"no case", table[strings.Index(table, "cases:"):], "cases: []\n", "cases:", "cases must be a list of cases, got an empty list", false},
	{"a number that JSON lacks", "price: 2", "price: 0x2", "0x2", "cases[0].input.price must be a number as JSON writes it, such as 20 or 0.5, got 0x2: write it so, or in quotes", true},
	{"an alias", "input: {price: 2}", "input: &x {price: 2}", "&x", "cases[0].input must be a plain value, got an anchor: write the value out", true},
	{"a field twice", "stubs:\n  Charge:", "definition: x\nstubs:\n  Charge:", "definition: x", "definition occurs twice, first on line 1: keep one", true},
	{"a list of states that is a text", "path: [Price, Charge, Done]", "path: Price", "path:", `cases[0].expect.path must be a list of states, got "Price"`, false},
	{"an object of variables without any", "path: [Price, Charge, Done]", "variables: {}", "variables:", "cases[0].expect.variables must have at least one variable, got an empty object", false},
}

func TestWrongTables(t *testing.T) {
	schema := compiled(t)
	for _, row := range wrong {
		t.Run(row.reason, func(t *testing.T) {
			if strings.Count(table, row.old) == 0 {
				t.Fatalf("the table has no %q", row.old)
			}
			text := strings.Replace(table, row.old, row.replacement, 1)
			file := write(t, "order.test.yaml", text)
			_, err := Read(file)
			if err == nil {
				t.Fatal("is accepted")
			}
			line := 1 + strings.Count(text[:strings.Index(text, row.on)], "\n")
			if want := place(file, line) + row.fault; !strings.HasPrefix(err.Error(), want) {
				t.Errorf("got  %v\nwant %s", err, want)
			}
			if refused := schema.Validate(asJSON(t, text)) != nil; refused == row.beyond {
				t.Errorf("the schema refuses it: %v", refused)
			}
		})
	}
}

func place(file string, line int) string {
	n, _ := json.Marshal(line)
	return file + ":" + string(n) + ": "
}

func TestEveryFaultIsReportedAtOnce(t *testing.T) {
	text := table
	for _, at := range []int{2, 3, 7, 11, 18, 23} { // faults of different lines
		if !strings.Contains(text, wrong[at].old) {
			t.Fatalf("row %d does not fit", at)
		}
		text = strings.Replace(text, wrong[at].old, wrong[at].replacement, 1)
	}
	_, err := Read(write(t, "order.test.yaml", text))
	if err == nil || strings.Count(err.Error(), "\n") != 5 {
		t.Errorf("got %v", err)
	}
}

// Faults of other files name those.
func TestFaultsOfOtherFiles(t *testing.T) {
	for _, row := range []struct{ reason, name, old, replacement, want string }{
		{"no definition", "t.yaml", "order.asl.json", "none.json", "none.json: "},
		{"a definition with two faults", "t.yaml", "order.asl.json", "input.json", "input.json: States: is missing"},
		{"an input that is missing", "t.yaml", "input: {price: 2}", "inputFile: none.json", "none.json: "},
		{"an input with equal names", "t.yaml", "input: {price: 2}", "inputFile: twice.json", `twice.json:2: the file is not valid JSON: the name "a" appears twice`},
		{"a table in JSON", "t.json", "", "", "t.json:1: the file is not valid JSON: "},
		{"no YAML", "t.yaml", "cases:", "cases: [", "the file is not YAML: "},
	} {
		if _, err := Read(write(t, row.name, strings.Replace(table, row.old, row.replacement, 1))); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", row.reason, err, row.want)
		}
	}
	if read, err := Read(filepath.Join(t.TempDir(), "none.yaml")); err == nil || len(read.Files) != 1 {
		t.Errorf("no table: %v %v", read, err)
	}
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile("../../docs/asl-test.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// The schema accepts what the program accepts.
func TestTheSchemaAcceptsTables(t *testing.T) {
	example, err := os.ReadFile("../../examples/asl/order.test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{table, string(example)} {
		if err := compiled(t).Validate(asJSON(t, text)); err != nil {
			t.Error(err)
		}
	}
}

// asJSON reads YAML as an editor with the schema does.
func asJSON(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := yaml.UnmarshalWithOptions([]byte(text), &value, yaml.AllowDuplicateMapKey()); err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(table))
	for _, row := range wrong {
		f.Add([]byte(strings.Replace(table, row.old, row.replacement, 1)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		read, err := Read(write(t, "order.test.yaml", string(text)))
		if err != nil {
			return
		}
		for _, c := range read.Cases {
			if _, err := read.Run(t.Context(), c, nil); err != nil && read.options.Type != "EXPRESS" {
				t.Errorf("%s: %v", c.Name, err)
			}
		}
	})
}
