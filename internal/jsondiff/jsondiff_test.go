package jsondiff

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCompare(t *testing.T) {
	for _, row := range []struct {
		why           string
		before, after string
		want          []Change
	}{
		{"the order of keys does not count", `{"a": 1, "b": [2]}`, `{"b": [2], "a": 1}`, nil},
		{"a changed value", `{"a": {"b": [1, 2]}}`, `{"a": {"b": [1, 3]}}`, []Change{{"a.b[1]", []string{"2"}, []string{"3"}}}},
		{"changes are sorted by path", `{"b": 1, "a": 1}`, `{"b": 2, "a": 2}`,
			[]Change{{"a", []string{"1"}, []string{"2"}}, {"b", []string{"1"}, []string{"2"}}}},
		{"a new key", `{}`, `{"a": "x < y"}`, []Change{{"a", nil, []string{`"x < y"`}}}},
		{"a key that is gone", `{"a": null}`, `{}`, []Change{{"a", []string{"null"}, nil}}},
		{"another type", `{"a": [1]}`, `{"a": {"b": 1}}`, []Change{{"a", []string{"[1]"}, []string{`{"b":1}`}}}},
		{"a longer list", `{"a": [1, 1, 2]}`, `{"a": [1, 3, 1, 1]}`, []Change{{"a", []string{"2"}, []string{"3", "1"}}}},
		{"whole values", `1`, `2`, []Change{{"", []string{"1"}, []string{"2"}}}},
	} {
		t.Run(row.why, func(t *testing.T) {
			if diff := cmp.Diff(row.want, Compare(parse(t, row.before), parse(t, row.after))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func parse(t *testing.T, text string) (value any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}
