package plain

import "strings"

// Cell returns a text for a cell of a CSV table. A spreadsheet must not take it for a formula: such a text gets an apostrophe.
// https://owasp.org/www-community/attacks/CSV_Injection
func Cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
