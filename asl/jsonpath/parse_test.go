package jsonpath_test

import (
	"errors"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl/jsonpath"
)

func TestParseRefuses(t *testing.T) {
	for _, test := range []struct{ reason, path, want string }{
		{"no root", `trial`, "starts with $"},
		{"an empty path", ``, "starts with $"},
		{"a dot at the end", `$.a.`, "must not end with '.'"},
		{"two dots at the end", `$.a..`, "must not end with '..'"},
		{"three dots", `$...a`, "unexpected '.'"},
		{"an open bracket", `$.a['b'`, "expected ']'"},
		{"an open quote", `$.a['b]`, "not closed"},
		{"an empty bracket", `$.a[]`, "after '['"},
		{"a slice without bounds", `$.a[:]`, "not an index"},
		{"an invalid index", `$.a[1x]`, "not an index"},
		{"a name with a blank", `$.a b`, "name with blanks"},
		{"an unknown function", `$.a.median()`, "no function 'median'"},
		{"a filter with an unknown operator", `$.a[?(@.b ~~ 1)]`, "no operator '~~'"},
		{"a filter with half a comparison", `$.a[?(@.b == )]`, "expected a path"},
		{"an open filter", `$.a[?(@.b == 1]`, "expected ')'"},
		{"an invalid regular expression", `$.a[?(@.b =~ /(/)]`, "regular expression"},
		{"an unknown script", `$.a[(@.sum-1)]`, "only scripts"},
		{"a script without a number", `$.a[(@.length)]`, "only scripts"},
		{"a script with a number that is too large", `$.a[(@.length-99999999999)]`, "too large"},
		{"an open script", `$.a[(@.length-1)`, "expected ']'"},
		{"a value without quotes behind a word", `$.a[?(@.b contains c)]`, "expected a path"},
		{"a blank in a path", `$.a .b`, "name with blanks"},
		{"deeply nested filters", "$.a" + strings.Repeat("[?(@", 100), "nest more than"},
		{"deeply nested lists", "$.a[?(@.b in " + strings.Repeat("[", 100), "nest more than"},
	} {
		_, err := jsonpath.Parse(test.path)
		var syntax *jsonpath.SyntaxError
		if !errors.As(err, &syntax) || !strings.Contains(syntax.Message, test.want) {
			t.Errorf("%s: %s: got %v, want %s", test.reason, test.path, err, test.want)
		}
	}
}

func TestRootAndKind(t *testing.T) {
	for _, test := range []struct {
		path, root          string
		definite, reference bool
	}{
		{"$", "", true, true},
		{"$.a['b'][0]", "", true, true},
		{"$.a[-1]", "", true, true},
		{"$$", jsonpath.Context, true, false},
		{"$$.Execution.Id", jsonpath.Context, true, false},
		{"$name", "name", true, false},
		{"$name.a[0]", "name", true, false},
		{"$name[0]", "name", true, false},
		{"$.a[(@.length-1)]", "", true, false},
		{"$.a ", "", true, true},
		{"$name ", "name", true, false},
		{"$.a[*]", "", false, false},
		{"$.a['b','c']", "", true, false},
		{"$.a['b','c'].d", "", false, false},
		{"$.a[0:1]", "", false, false},
		{"$..a", "", false, false},
		{"$.a[?(@.b)]", "", false, false},
		{"$.a.length()", "", true, false},
		{"$.a[*].length()", "", false, false},
		{"$..a.length()", "", true, false},
	} {
		path, err := jsonpath.Parse(test.path)
		if err != nil {
			t.Fatal(err)
		}
		if path.Root() != test.root || path.IsDefinite() != test.definite || path.IsReference() != test.reference || path.String() != test.path {
			t.Errorf("%s: root %q, definite %v, reference %v, text %s", test.path, path.Root(), path.IsDefinite(), path.IsReference(), path)
		}
	}
}
