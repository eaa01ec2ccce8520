package regex_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/asl/jsonata/regex"
)

// find returns the texts of the matches.
func find(t *testing.T, pattern, flags, text string) []string {
	t.Helper()
	x, err := regex.Compile(pattern, flags)
	if err != nil {
		t.Fatalf("%s: %v", pattern, err)
	}
	all, err := x.FindAll(text, -1)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, m := range all {
		found = append(found, text[m[0]:m[1]])
	}
	return found
}

func TestPatterns(t *testing.T) {
	for _, row := range []struct {
		why, pattern, flags, text string
		want                      []string
	}{
		{"a dot matches no end of a line", `a.`, "", "a\na\ra\u2028ab", []string{"ab"}},
		{"blanks of Unicode", `\s+`, "", "a\u00a0\u3000b\vc", []string{"\u00a0\u3000", "\v"}},
		{"blanks in a class", `[\s,]+`, "", "a\u00a0,b", []string{"\u00a0,"}},
		{"no blanks", `\S+`, "", "a\u00a0b", []string{"a", "b"}},
		{"no blanks in a class", `[^\S]`, "", "a\u00a0b", []string{"\u00a0"}},
		{"a class of everything", `[^]`, "", "\n", []string{"\n"}},
		{"a class of nothing", `[]`, "", "a", nil},
		{"a bracket in a class", `[[a]`, "", "[a]", []string{"[", "a"}},
		{"a backspace in a class", `[\b]`, "", "a\bb", []string{"\b"}},
		{"escapes", `\x41\u0042\103\cJ`, "", "ABC\n", []string{"ABC\n"}},
		{"an escape that needs none", `\/\-\@\e`, "", "/-@e", []string{"/-@e"}},
		{"a property is no property without the flag u", `\p{L}`, "", "p{L}", []string{"p{L}"}},
		{"without case", `äx`, "i", "ÄX", []string{"ÄX"}},
		{"lines", `^b$`, "m", "a\nb\nc", []string{"b"}},
		{"the text, not its lines", `^b$`, "", "a\nb\nc", nil},
		{"a named group", `(?<x>a)b`, "", "ab", []string{"ab"}},
		{"a reference", `(a|b)\1`, "", "abba", []string{"bb"}},
		{"a reference by name", `(?<x>a|b)\k<x>`, "", "abba", []string{"bb"}},
		{"look ahead", `a(?=b)`, "", "abac", []string{"a"}},
		{"look behind", `(?<!a)b`, "", "abcb", []string{"b"}},
		{"a brace that repeats nothing", `a{,2}`, "", "a{,2}", []string{"a{,2}"}},
		{"many repetitions", `a{1001}`, "", strings.Repeat("a", 1001), []string{strings.Repeat("a", 1001)}},
		{"characters, not bytes", `.`, "", "ä😀", []string{"ä", "😀"}},
		{"bytes with look-around", `(?<=ä)😀`, "", "ä😀", []string{"😀"}},
	} {
		if got := find(t, row.pattern, row.flags, row.text); !reflect.DeepEqual(got, row.want) {
			t.Errorf("%s: /%s/ finds %q, want %q", row.why, row.pattern, got, row.want)
		}
	}
}

func TestGroups(t *testing.T) {
	for _, pattern := range []string{`(a)|(b)`, `(?=.)(?:(a)|(b))`} { // with both libraries
		x, err := regex.Compile(pattern, "")
		if err != nil {
			t.Fatal(err)
		}
		all, err := x.FindAll("äb", 1)
		if want := [][]int{{2, 3, -1, -1, 2, 3}}; err != nil || !reflect.DeepEqual(all, want) {
			t.Errorf("%s: %v (error %v), want %v", pattern, all, err, want)
		}
		if start, end, ok, err := x.Match("äb"); start != 2 || end != 3 || !ok || err != nil {
			t.Errorf("%s: %d %d %v %v", pattern, start, end, ok, err)
		}
	}
}

func TestFaults(t *testing.T) {
	for _, pattern := range []string{`(`, `a)`, `[a`, `*`, `(?z)`, `\`} {
		if _, err := regex.Compile(pattern, ""); err == nil || !strings.HasPrefix(err.Error(), "Invalid regular expression: /"+pattern+"/: ") {
			t.Errorf("%s: error %v", pattern, err)
		}
	}
}

func TestBacktrackingEnds(t *testing.T) {
	x, err := regex.Compile(`^(?=a)(a+)+$`, "")
	if err != nil || x.Linear() {
		t.Fatal(x, err)
	}
	start := time.Now()
	if _, err := x.FindAll(strings.Repeat("a", 60)+"b", -1); !errors.Is(err, regex.ErrTimeout) || time.Since(start) > 5*time.Second {
		t.Errorf("error %v after %v", err, time.Since(start))
	}
}
