package workflow

import (
	"strings"
	"testing"
)

func TestIDs(t *testing.T) {
	for _, valid := range []string{"S-0001", "17", "a", "T.1_b-2", strings.Repeat("x", 64)} {
		if !IsID(valid) {
			t.Errorf("%q is refused", valid)
		}
	}
	for reason, invalid := range map[string]string{
		"empty": "", "a space": "a b", "too long": strings.Repeat("x", 65), "a line feed at the end": "a\n", "another line": "a\nb",
		"an escape sequence": "T\x1b[1A", "a bidirectional override": "a\u202eb", "the folder above": "..", "a hidden file": ".a",
		"an option": "-a", "a slash": "a/b", "a backslash": `a\b`, "another script": "Prüfling", "a letter that looks like a Latin one": "Т-1",
		"a full-width digit": "１", "a hidden character": "a\u200b",
	} {
		if IsID(invalid) {
			t.Errorf("%s: %q is accepted", reason, invalid)
		}
	}
}
