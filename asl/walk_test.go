package asl_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

func TestWalk(t *testing.T) {
	definition := decode(t, `{"StartAt": "B", "States": {
		"B": {"Type": "Parallel", "Branches": [
			{"StartAt": "Z", "States": {"Z": {"Type": "Map", "ItemProcessor": {"StartAt": "Y", "States": {"Y": {"Type": "Fail"}, "X": {"Type": "Pass"}}}}}},
			{"StartAt": "D", "States": {"D": {"Type": "Map", "Iterator": {"StartAt": "I", "States": {"I": {"Type": "Task"}}}}}}]},
		"C": "not an object",
		"A": {"Type": "Succeed"}}}`)
	var got []string
	asl.Walk(definition, func(name string, state *value.Object) {
		got = append(got, name+" "+state.Text("Type"))
	})
	want := []string{"A Succeed", "B Parallel", "Z Map", "X Pass", "Y Fail", "D Map", "I Task", "C "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

func TestWalkSkipsMalformedDefinitions(t *testing.T) {
	for _, definition := range []string{`null`, `[]`, `{}`, `{"States": 1}`, `{"States": {}}`} {
		asl.Walk(decode(t, definition), func(name string, _ *value.Object) { t.Errorf("%s: visits %q", definition, name) })
	}
}
