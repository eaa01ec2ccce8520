package value_test

import (
	"testing"

	"clinical-risk-pipeline/asl/value"
)

func TestSame(t *testing.T) {
	object, list := value.NewObject(1).With("a", 1.0), []any{1.0, 2.0}
	for _, row := range []struct {
		why  string
		a, b any
		want bool
	}{
		{"one object", object, object, true},
		{"equal objects", object, value.NewObject(1).With("a", 1.0), false},
		{"one array", list, list, true},
		{"the start of an array", list, list[:1], false},
		{"equal arrays", list, []any{1.0, 2.0}, false},
		{"empty arrays", []any{}, []any{}, false},
		{"scalars are never the same", 1.0, 1.0, false},
		{"different kinds", object, list, false},
	} {
		if got := value.Same(row.a, row.b); got != row.want {
			t.Errorf("%s: %v", row.why, got)
		}
	}
}
