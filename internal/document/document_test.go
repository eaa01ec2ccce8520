package document

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const source = `{"text": "a\/\ud83d\ude00",
 "list": [1, -2.5e3, true, null],
 "object": {
  "empty": {}, "none": []}}`

// Both languages give the same tree. YAML's own layout does, too.
func TestBothLanguages(t *testing.T) {
	fromJSON, faults := JSON([]byte(source))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	fromYAML, faults := YAML([]byte(`{"text": "a/😀",
 "list": [1, -2.5e3, true, null],
 "object": {
  "empty": {}, "none": []}}`))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if diff := cmp.Diff(fromJSON, fromYAML); diff != "" {
		t.Error(diff)
	}
	block, _ := YAML([]byte("text: a/😀\nlist:\n  - 1\n  - -2.5e3\n  - true\n  - ~\nobject:\n  empty: {}\n  none: []\n"))
	if diff := cmp.Diff(fromJSON, block, cmpopts.IgnoreFields(Node{}, "Line"), cmpopts.IgnoreFields(Name{}, "Line")); diff != "" {
		t.Error(diff)
	}
	if n := block.Fields["object"].Fields["empty"]; n.Line != 8 || fromJSON.Fields["object"].Fields["empty"].Line != 4 {
		t.Errorf("line %d", n.Line)
	}
}

func TestFaultsHaveTheirLines(t *testing.T) {
	for _, row := range []struct {
		why  string
		read func([]byte) (*Node, []Fault)
		text string
		want []Fault
	}{
		{"JSON with an equal name", JSON, "{\"a\": 1,\n\"a\": 2}", []Fault{{2, "", `is not valid JSON: the name "a" appears twice in the object: keep one`}}},
		{"JSON that ends", JSON, "{\n\n", []Fault{{3, "", "is not valid JSON: it ends too early"}}},
		{"YAML with equal names", YAML, "a: 1\nb:\n  c: 1\n  c: 2\na: 2\n", []Fault{
			{4, "b.c", "occurs twice, first on line 3: keep one"}, {5, "a", "occurs twice, first on line 1: keep one"}}},
		{"an alias, which people read past", YAML, "a: &x 1\nb: *x\n", []Fault{
			{1, "a", "must be a plain value, got an anchor: write the value out"}, {2, "b", "must be a plain value, got an alias: write the value out"}}},
		{"a number as a name", YAML, "a:\n  1: x\n", []Fault{{2, "a", "must have names of fields, got the number 1"}}},
		{"two documents", YAML, "a: 1\n---\nb: 1\n", []Fault{{1, "", "must have one document, got 2"}}},
	} {
		if _, got := row.read([]byte(row.text)); !cmp.Equal(got, row.want) {
			t.Errorf("%s: %s", row.why, cmp.Diff(row.want, got))
		}
	}
}
