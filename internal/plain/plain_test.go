package plain

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestText(t *testing.T) {
	for _, c := range []struct{ reason, text, want string }{
		{"letters of several scripts", "Prüfling-é-患者 👩", "Prüfling-é-患者 👩"},
		{"combining marks and a no-break space", "e\u0301\u00a0x", "e\u0301\u00a0x"},
		{"the replacement character itself", "\ufffd", "\ufffd"},
		{"a backslash", `a\b`, `a\b`},
		{"an escape sequence of terminals", "T\x1b[1A\x1b[2K", `T\u001b[1A\u001b[2K`},
		{"its C1 form", "\u009b2K", `\u009b2K`},
		{"a byte that terminals read as C1", "\x9b2K", `\x9b2K`},
		{"a new line", "a\r\nb\tc", `a\u000d\u000ab\u0009c`},
		{"DEL", "\x7f", `\u007f`},
		{"line and paragraph separators", "\u2028\u2029\u0085", `\u2028\u2029\u0085`},
		{"bidirectional overrides and isolates", "\u202a\u202e\u2066\u2069\u200f", `\u202a\u202e\u2066\u2069\u200f`},
		{"hidden characters", "a\u200bb\ufeff\u00ad", `a\u200bb\ufeff\u00ad`},
		{"hidden characters beyond 16 bits", "\U000e0041", `\udb40\udc41`},
	} {
		if got := Text(c.text); got != c.want {
			t.Errorf("%s: got %q, want %q", c.reason, got, c.want)
		}
	}
}

func TestWriter(t *testing.T) {
	var out strings.Builder
	n, err := Writer(&out).Write([]byte("a\tb\r\x1b[2K\nc\n"))
	if want := "a\tb\\u000d\\u001b[2K\nc\n"; err != nil || n != 11 || out.String() != want {
		t.Errorf("wrote %q, %d, %v; want %q", out.String(), n, err, want)
	}
}

// JSON keeps its values: the escapes are its own.
func TestWriterOfJSON(t *testing.T) {
	var out strings.Builder
	want := "\x1b\u009b\u202e\U000e0041\u007fé"
	if err := json.NewEncoder(Writer(&out)).Encode(want); err != nil {
		t.Fatal(err)
	}
	var got string
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil || got != want || strings.ContainsAny(out.String(), "\u009b\u202e\u007f") {
		t.Errorf("%q became %q, %v", want, out.String(), err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriterReturnsErrors(t *testing.T) {
	if n, err := Writer(full{}).Write([]byte("a")); n != 0 || err == nil {
		t.Errorf("got %d, %v", n, err)
	}
}
