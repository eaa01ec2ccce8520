package plain

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestForeignTextCannotSteerATerminal(t *testing.T) {
	for reason, row := range map[string]struct{ text, line, whole string }{
		"ordinary text stays":              {"Jane Müller, 山田 花子 ✓", "Jane Müller, 山田 花子 ✓", "Jane Müller, 山田 花子 ✓"},
		"an accent of its own stays":       {"e\u0301", "e\u0301", "e\u0301"},
		"an escape sequence erases a line": {"T-1\x1b[1A\x1b[2K", `T-1\x1b[1A\x1b[2K`, `T-1\x1b[1A\x1b[2K`},
		"a carriage return overwrites":     {"T-1\rT-2", `T-1\x0dT-2`, `T-1\x0dT-2`},
		"a backspace and a delete":         {"a\b\x7f", `a\x08\x7f`, `a\x08\x7f`},
		"an 8-bit control sequence":        {"\u009b2K", `\u009b2K`, `\u009b2K`},
		"a new line forges a row":          {"T-1\nap-2\tapproved", `T-1\x0aap-2\x09approved`, "T-1\nap-2\tapproved"},
		"a line separator":                 {"a\u2028b", `a\u2028b`, `a\u2028b`},
		"another direction of writing":     {"\u202eeoD", `\u202eeoD`, `\u202eeoD`},
		"a space without a width":          {"a\u200bb", `a\u200bb`, `a\u200bb`},
		"a tag character":                  {"\U000e0041", `\U000e0041`, `\U000e0041`},
		"a letter without a shape":         {"\u3164", `\u3164`, `\u3164`},
		"a variation selector":             {"a\ufe0f", `a\ufe0f`, `a\ufe0f`},
		"a byte that is not UTF-8":         {"a\xffb", `a\xffb`, `a\xffb`},
	} {
		if got := Line(row.text); got != row.line {
			t.Errorf("%s: the line is %q, want %q", reason, got, row.line)
		}
		if got := Text(row.text); got != row.whole {
			t.Errorf("%s: the text is %q, want %q", reason, got, row.whole)
		}
	}
}

func TestADocumentStaysTheSame(t *testing.T) {
	values := []string{"a\x7fb", "\u009b2K", "\u202eeoD", "\U000e0041", "\x1b[2K", "Müller"}
	document, err := json.MarshalIndent(values, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	text := JSON(string(document))
	if strings.ContainsAny(text, "\x7f\u009b\u202e\U000e0041\x1b") || !strings.Contains(text, "Müller") {
		t.Errorf("got %q", text)
	}
	var again []string
	if err := json.Unmarshal([]byte(text), &again); err != nil || !slices.Equal(again, values) {
		t.Errorf("read %q, %v", again, err)
	}
}

func TestTheWriterEscapes(t *testing.T) {
	var b strings.Builder
	n, err := fmt.Fprintf(Writer(&b), "%s\n", "a\x1b[2K")
	if want := "a\\x1b[2K\n"; err != nil || n != 6 || b.String() != want {
		t.Errorf("wrote %q, %d, %v, want %q", b.String(), n, err, want)
	}
}

func TestVisibleTextHasSomethingToSee(t *testing.T) {
	for text, want := range map[string]bool{
		"Jane Doe": true, "山田": true, "—": true, "7": true,
		"": false, " \u00a0\u3000": false, "\u3164\u2800\u115f": false, "\u200b": false, "\u0301": false, "\n\t": false, "a\xff": false,
	} {
		if got := IsVisible(text); got != want {
			t.Errorf("%q: got %v", text, got)
		}
	}
}
