// Package plain makes text of other systems and people safe to show on a terminal or in a mail: no such text moves the cursor,
// changes its direction, hides, or looks like a line of its own.
//
// Both functions replace every character that Unicode does not call graphic with its escape, as JSON writes it (such as \u001b):
// control characters (C0, C1, DEL), line and paragraph separators, and format characters such as bidirectional overrides and
// zero-width spaces. All letters, marks, digits, symbols and spaces stay. JSON text stays equal JSON text.
package plain

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Text returns the text in one line, safe to show. Use it for every value that another system or person chose.
func Text(text string) string { return escape(text, "") }

// Writer returns a writer to w of safe text that keeps line feeds and tabs. It protects a whole stream; a value that must not
// start a line needs [Text], too. Each Write must have whole characters.
func Writer(w io.Writer) io.Writer { return writer{w} }

type writer struct{ io.Writer }

// Write implements io.Writer.
func (w writer) Write(text []byte) (int, error) {
	if _, err := io.WriteString(w.Writer, escape(string(text), "\n\t")); err != nil {
		return 0, err
	}
	return len(text), nil
}

// escape replaces the characters that are neither graphic nor kept.
func escape(text, kept string) string {
	var out strings.Builder
	for i, r := range text {
		size := utf8.RuneLen(r)
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)):
			fmt.Fprintf(&out, `\x%02x`, text[i]) // a byte that is not UTF-8
		case unicode.IsGraphic(r), strings.ContainsRune(kept, r):
			out.WriteString(text[i : i+size])
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.String()
}
