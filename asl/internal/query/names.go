package query

import "unicode"

// IdentifierPart reports whether a rune can be part of a variable's name: a Unicode identifier without a leading digit.
func IdentifierPart(r rune, first bool) bool {
	switch {
	case r == '_' || unicode.IsLetter(r):
		return true
	case first:
		return false
	}
	return unicode.IsDigit(r) || unicode.In(r, unicode.Mn, unicode.Mc, unicode.Pc)
}

// MaxVariableName is the maximum length of a variable's name in characters.
const MaxVariableName = 80

// ValidVariable reports whether a variable can have the name.
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
