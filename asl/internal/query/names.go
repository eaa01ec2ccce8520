package query

import "unicode"

// IdentifierPart tells whether a rune can stand in the name of a variable: Unicode's identifiers, without a leading digit.
func IdentifierPart(r rune, first bool) bool {
	switch {
	case r == '_' || unicode.IsLetter(r):
		return true
	case first:
		return false
	}
	return unicode.IsDigit(r) || unicode.In(r, unicode.Mn, unicode.Mc, unicode.Pc)
}

// MaxVariableName is the longest name of a variable, in characters.
const MaxVariableName = 80

// ValidVariable tells whether a name can be a variable's.
func ValidVariable(name string) bool {
	n := 0
	for i, r := range name {
		if !IdentifierPart(r, i == 0) {
			return false
		}
		n++
	}
	return n > 0 && n <= MaxVariableName && name != "states"
}
