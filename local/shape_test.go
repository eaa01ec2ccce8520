package local

import (
	"strings"
	"testing"

	"clinical-risk-pipeline/asl/value"
)

func TestShape(t *testing.T) {
	shape := Shape{
		"Name": required(String), "Body": optional(Document), "Flag": optional(Boolean), "Count": optional(Integer),
		"Args": optional(Strings), "Any": optional(Object),
		"Step": {Type: Object, Fields: Shape{"Jar": required(String)}},
	}
	for _, c := range []struct{ reason, input, want string }{
		{"all types", `{"Name": "n", "Body": [1], "Flag": true, "Count": 3, "Args": ["a"], "Any": {"x": 1}, "Step": {"Jar": "j"}}`, ""},
		{"only the required parameters", `{"Name": "n"}`, ""},
		{"an empty list", `{"Name": "n", "Args": []}`, ""},
		{"a document may be a boolean", `{"Name": "n", "Body": false}`, ""},
		{"missing", `{}`, "parameter Name is missing"},
		{"null for a string", `{"Name": null}`, "parameter Name must be a string"},
		{"null for a document", `{"Name": "n", "Body": null}`, "parameter Body must be a value"},
		{"a number for a string", `{"Name": 7}`, "parameter Name must be a string"},
		{"a string for a boolean", `{"Name": "n", "Flag": "true"}`, "parameter Flag must be a boolean"},
		{"a fraction", `{"Name": "n", "Count": 1.5}`, "parameter Count must be an integer"},
		{"a number in a list of strings", `{"Name": "n", "Args": ["a", 1]}`, "parameter Args must be a list of strings"},
		{"a list for an object", `{"Name": "n", "Any": []}`, "parameter Any must be an object"},
		{"a missing field of an object", `{"Name": "n", "Step": {}}`, "parameter Step.Jar is missing"},
		{"an unknown field of an object", `{"Name": "n", "Step": {"Jar": "j", "Jars": 1}}`, "parameter Step.Jars is unknown, the known ones are Jar"},
		{"a name in another case", `{"Name": "n", "name": "n"}`, "parameter name is unknown, the known ones are Any, Args, Body"},
		{"a string instead of an object", `"secret"`, "the parameters must be an object"},
	} {
		input, err := value.DecodeString(c.input)
		if err != nil {
			t.Fatal(err)
		}
		err = shape.check(input)
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", c.reason, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: error %v, want %q", c.reason, err, c.want)
		}
	}
}

func TestShapeReportsAllFaults(t *testing.T) {
	err := Shape{"A": required(String), "B": required(Boolean)}.check(value.Must(map[string]any{"B": "x", "C": 1.0}))
	for _, want := range []string{"A is missing", "B must be a boolean", "C is unknown"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want it to contain %q", err, want)
		}
	}
}
