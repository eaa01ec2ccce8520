package items_test

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl/internal/items"
	"clinical-risk-pipeline/asl/value"
)

// all reads a whole source.
func all(t *testing.T, s items.Source) (string, error) {
	t.Helper()
	list := []any{}
	for {
		item, err := s.Next()
		if errors.Is(err, io.EOF) {
			return value.Encode(list), nil
		}
		if err != nil {
			return "", err
		}
		list = append(list, item)
	}
}

func TestCSV(t *testing.T) {
	for _, row := range []struct{ why, text, want string }{
		{"quotes keep commas, newlines and doubled quotes", "\"a,b\",\"c\nd\",\"e\"\"f\"\n", `[{"x":"a,b","y":"c\nd","z":"e\"f"}]`},
		{"quotes inside a field are ordinary", "a\"b,c,d\n", `[{"x":"a\"b","y":"c","z":"d"}]`},
		{"a backslash escapes the delimiter, quotes and itself", "a\\,b,\\\"c,d\\\\e\n", `[{"x":"a,b","y":"\"c","z":"d\\e"}]`},
		{"any other backslash is dropped", "a\\b,c,d\n", `[{"x":"ab","y":"c","z":"d"}]`},
		{"short and long rows", "1\n1,2,3,4\n", `[{"x":"1","y":"","z":""},{"x":"1","y":"2","z":"3"}]`},
		{"an empty line is not a row, a blank line is", "\n1,2,3\n\n \n", `[{"x":"1","y":"2","z":"3"},{"x":" ","y":"","z":""}]`},
		{"Windows line ends, and a missing line end", "1,2,3\r\n4,5,6", `[{"x":"1","y":"2","z":"3"},{"x":"4","y":"5","z":"6"}]`},
		{"empty fields", ",,\n\"\",,\n", `[{"x":"","y":"","z":""},{"x":"","y":"","z":""}]`},
		{"an empty text", "", `[]`},
	} {
		s, err := items.CSV(strings.NewReader(row.text), ',', []string{"x", "y", "z"})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := all(t, s); err != nil || got != row.want {
			t.Errorf("%s: %s %v\nwant %s", row.why, got, err, row.want)
		}
	}
}

func TestCSVFaults(t *testing.T) {
	s, err := items.CSV(strings.NewReader("a\n\"b\n"), ',', nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := all(t, s); err == nil || err.Error() != "line 2: a quoted field does not end" {
		t.Errorf("error %v", err)
	}
	if _, err := items.CSV(strings.NewReader("a,b,a\n"), ',', nil); !errors.Is(err, items.ErrDuplicateHeaders) {
		t.Errorf("error %v", err)
	}
}

func TestJSONArrayIsReadAsAStream(t *testing.T) {
	// The text is endless, so reading it as a whole would never end.
	endless := io.MultiReader(strings.NewReader(`{"rows": [1, {"a": 2}, `), endlessOnes{})
	s, err := items.JSON(endless, "/rows")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`1`, `{"a":2}`, `1`} {
		if item, err := s.Next(); err != nil || value.Encode(item) != want {
			t.Errorf("%v %v, want %s", item, err, want)
		}
	}
}

type endlessOnes struct{}

func (endlessOnes) Read(p []byte) (int, error) { return copy(p, "1, "), nil }

func TestPointers(t *testing.T) {
	const text = `{"a/b": {"~": [7]}, "list": [0, [8]]}`
	for pointer, want := range map[string]string{"/a~1b/~0": "[7]", "/list/1": "[8]", "/list": "[0,[8]]"} {
		s, err := items.JSON(strings.NewReader(text), pointer)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := all(t, s); err != nil || got != want {
			t.Errorf("%s: %s %v, want %s", pointer, got, err, want)
		}
	}
	for _, pointer := range []string{"/none", "/list/0", "/list/9", "/list/0/x"} {
		if _, err := items.JSON(strings.NewReader(text), pointer); !errors.Is(err, items.ErrNoArray) {
			t.Errorf("%s: %v", pointer, err)
		}
	}
}

func TestMembersOfAnObject(t *testing.T) {
	s, err := items.JSON(strings.NewReader(`{"at": {"b": [1], "a": {"x": 9007199254740993}}}`), "/at")
	if err != nil {
		t.Fatal(err)
	}
	first, _ := s.Next()
	second, _ := s.Next()
	if diff := cmp.Diff([]any{items.Pair{Key: "b", Value: []any{1.0}}, items.Pair{Key: "a", Value: value.NewObject(1).With("x", json.Number("9007199254740993"))}}, []any{first, second}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := s.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
	for _, text := range []string{`{"a": `, `{"a": 1`, `{"a" 1}`, `{`, `{1: 2}`} {
		s, err := items.JSON(strings.NewReader(text), "")
		for err == nil {
			_, err = s.Next()
		}
		if errors.Is(err, io.EOF) {
			t.Errorf("%s: no fault", text)
		}
	}
}

func FuzzSources(f *testing.F) {
	f.Add("a,b\n\"c\\\"\",d\n", byte(','))
	f.Add("[1, {\"a\": [2]}]", byte(';'))
	f.Fuzz(func(t *testing.T, text string, delimiter byte) {
		if s, err := items.CSV(strings.NewReader(text), delimiter, nil); err == nil {
			_, _ = all(t, s)
		}
		if s, err := items.JSON(strings.NewReader(text), ""); err == nil {
			_, _ = all(t, s)
		}
		_, _ = all(t, items.JSONLines(strings.NewReader(text)))
	})
}
