package approval

import (
	"regexp/syntax"
	"strings"
)

// openDomain reports whether a pattern leaves a part of the domain after an @ open: `@example.com` also matches "@exampleXcom", and
// `@example\.com.*` "@example.com.attacker.invalid". Whoever can choose a name could then have two that differ in the domain.
func openDomain(pattern string) bool {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return false // the caller reports it
	}
	_, open := domain(re, false)
	return open
}

// fewLetters is how many characters a class may have in a domain: both cases of a letter, and the forms that Unicode folds to it.
const fewLetters = 4

// domain walks an expression from left to right. inside says whether an @ comes before it.
func domain(re *syntax.Regexp, inside bool) (after, open bool) {
	switch re.Op {
	case syntax.OpLiteral:
		return inside || strings.ContainsRune(string(re.Rune), '@'), false
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return inside, inside
	case syntax.OpCharClass:
		return inside, inside && size(re.Rune) > fewLetters
	case syntax.OpStar, syntax.OpPlus, syntax.OpRepeat:
		after, open = domain(re.Sub[0], inside)
		return after, open || after
	}
	after = inside
	for _, sub := range re.Sub {
		from := after
		if re.Op == syntax.OpAlternate {
			from = inside
		}
		subAfter, subOpen := domain(sub, from)
		after, open = after || subAfter, open || subOpen
	}
	return after, open
}

// size returns the number of characters in the ranges of a class.
func size(ranges []rune) int {
	n := 0
	for i := 0; i+1 < len(ranges); i += 2 {
		n += int(ranges[i+1]-ranges[i]) + 1
	}
	return n
}
