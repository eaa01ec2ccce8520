// Package plain writes text that is not ours to terminals and mails. Such text can come from a trial's id, a service's error or a
// model server. A terminal obeys control characters in it: they move the cursor, erase lines and so forge output. Invisible
// characters and those that change the direction of writing make a text look like another one. This package writes all of them as
// visible escapes of Go, such as \x1b and \u202e.
package plain

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Line returns a text in one line: it also escapes line breaks and tabs, so that the text can neither start a row nor fill another
// cell of a table.
func Line(text string) string { return escape(text, "", goEscape) }

// Text returns a text in its lines. It keeps line breaks and tabs.
func Text(text string) string { return escape(text, "\n\t", goEscape) }

// JSON returns the text of a JSON document with the escapes of JSON: the document stays the same.
func JSON(document string) string { return escape(document, "\n\t\r", jsonEscape) }

// Writer writes to w what Text returns. Use it for output that mixes own and foreign text. It does not protect against line breaks
// in foreign text: write that with Line.
func Writer(w io.Writer) io.Writer { return writer{w} }

type writer struct{ io.Writer }

// Write implements io.Writer. Each call must have whole characters, as those of package fmt have.
func (w writer) Write(text []byte) (int, error) {
	if _, err := io.WriteString(w.Writer, Text(string(text))); err != nil {
		return 0, err
	}
	return len(text), nil
}

func escape(text, keep string, hidden func(b *strings.Builder, r rune, raw string)) string {
	var b strings.Builder
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		valid := r != utf8.RuneError || size > 1
		if valid && (unicode.IsGraphic(r) && !blank(r) || strings.ContainsRune(keep, r)) {
			b.WriteRune(r)
		} else {
			hidden(&b, r, text[at:at+size])
		}
		at += size
	}
	return b.String()
}

func goEscape(b *strings.Builder, r rune, raw string) {
	switch {
	case len(raw) == 1: // ASCII, or a byte that is not UTF-8
		fmt.Fprintf(b, `\x%02x`, raw[0])
	case r <= 0xffff:
		fmt.Fprintf(b, `\u%04x`, r)
	default:
		fmt.Fprintf(b, `\U%08x`, r)
	}
}

func jsonEscape(b *strings.Builder, r rune, _ string) {
	if r <= 0xffff {
		fmt.Fprintf(b, `\u%04x`, r)
		return
	}
	high, low := utf16.EncodeRune(r)
	fmt.Fprintf(b, `\u%04x\u%04x`, high, low)
}

// blank reports whether a character is a letter, mark or symbol to Unicode and shows nothing. Variation selectors and the
// combining grapheme joiner are marks that have no shape of their own.
func blank(r rune) bool {
	switch r {
	case 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164, 0xffa0:
		return true
	}
	return unicode.Is(unicode.Variation_Selector, r)
}

// IsVisible reports whether a text has a character that a reader sees.
func IsVisible(text string) bool {
	return utf8.ValidString(text) && strings.ContainsFunc(text, func(r rune) bool {
		return !blank(r) && unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S)
	})
}
