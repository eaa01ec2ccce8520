package plain

import (
	"strings"
	"unicode"
)

// Cell returns a text for a cell of a CSV table. A spreadsheet must not take it, or a part of it after another separator, for a formula:
// the first character of that gets an apostrophe before it. https://owasp.org/www-community/attacks/CSV_Injection
func Cell(text string) string {
	var b strings.Builder
	begins := true // nothing that a person sees came before, in this cell
	for _, r := range text {
		if begins && strings.ContainsRune("=+-@＝＋－＠", r) {
			b.WriteByte('\'')
		}
		begins = strings.ContainsRune(";\t\r\n", r) || begins && (unicode.IsSpace(r) || !unicode.IsGraphic(r))
		b.WriteRune(r)
	}
	return b.String()
}
