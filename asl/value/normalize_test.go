package value_test

import (
	"encoding/json"
	"testing"

	"clinical-risk-pipeline/asl/value"
)

func TestNormalize(t *testing.T) {
	type record struct {
		Name  string `json:"name"`
		Count int
	}
	for _, row := range []struct {
		v    any
		want string
	}{
		{3, "3"},
		{[]string{"a"}, `["a"]`},
		{record{"x", 2}, `{"name":"x","Count":2}`},
		{map[string]any{"deep": []any{map[string]int{"n": 1}}}, `{"deep":[{"n":1}]}`},
		{json.RawMessage(`{"n": 9007199254740993}`), `{"n":9007199254740993}`},
	} {
		got, err := value.Normalize(row.v)
		if err != nil || value.Encode(got) != row.want {
			t.Errorf("%#v: %v %v, want %s", row.v, got, err, row.want)
		}
	}
	if v, err := value.Normalize(map[string]any{"f": func() {}}); err == nil {
		t.Errorf("a function gives %v", v)
	}
}

func TestNormalizeDoesNotCopyJSON(t *testing.T) {
	list := []any{1.0, value.NewObject(1).With("a", nil)}
	got, err := value.Normalize(list)
	if err != nil || &got.([]any)[0] != &list[0] {
		t.Errorf("%v %v", got, err)
	}
}
