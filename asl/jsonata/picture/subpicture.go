package picture

import (
	"slices"
	"strings"

	"clinical-risk-pipeline/asl/jsonata/fault"
)

// subPicture is an analysed picture of positive or of negative numbers.
type subPicture struct {
	text           string
	prefix, suffix string

	minInteger, minFraction, maxFraction int
	scale                                int // digits before the decimal point of a mantissa
	every                                int // digits between grouping separators; 0: they are not regular
	integerGroups, fractionGroups        []int
	hasExponent                          bool
	minExponent                          int
}

// pieces are the pieces of a sub-picture.
type pieces struct {
	all, active                           []rune
	mantissa, integer, fraction, exponent []rune
	hasExponent                           bool
}

func (f *numberFormat) analyse(text string) *subPicture {
	p := &subPicture{text: text}
	parts := f.split(p)
	f.check(p, parts)
	p.integerGroups = f.positions(parts.integer, parts.integer, false)
	p.fractionGroups = f.positions(parts.fraction, parts.integer, true)
	p.every = repeat(p.integerGroups)
	p.minInteger = countRunes(parts.integer, f.mandatory)
	p.scale = p.minInteger
	p.minFraction = countRunes(parts.fraction, f.mandatory)
	p.maxFraction = countRunes(parts.fraction, f.digit)
	p.hasExponent = parts.hasExponent
	if p.minInteger == 0 && p.maxFraction == 0 {
		if p.hasExponent {
			p.minFraction, p.maxFraction = 1, 1
		} else {
			p.minInteger = 1
		}
	}
	if p.hasExponent && p.minInteger == 0 && slices.Contains(parts.integer, f.optional) {
		p.minInteger = 1
	}
	if p.minInteger == 0 && p.minFraction == 0 {
		p.minFraction = 1
	}
	p.minExponent = countRunes(parts.exponent, f.mandatory)
	return p
}

// split finds the pieces, and sets prefix and suffix.
func (f *numberFormat) split(p *subPicture) *pieces {
	all := []rune(p.text)
	ends := func(r rune) bool { return f.active(r) && r != f.exponent }
	from := slices.IndexFunc(all, ends)
	if from < 0 {
		panic(fault.New("D3085", nil))
	}
	to := len(all)
	for !ends(all[to-1]) {
		to--
	}
	p.prefix, p.suffix = string(all[:from]), string(all[to:])
	parts := &pieces{all: all, active: all[from:to]}
	parts.mantissa = parts.active
	if at := slices.Index(all[from:], f.exponent); at >= 0 && at+from <= to {
		at += from // JSONata counts from the start of the sub-picture, also in what follows the prefix
		size := len(parts.active)
		parts.mantissa, parts.exponent, parts.hasExponent = parts.active[:min(at, size)], parts.active[min(at+1, size):], true
	}
	parts.integer = parts.mantissa
	if at := slices.Index(parts.mantissa, f.decimal); at >= 0 {
		parts.integer, parts.fraction = parts.mantissa[:at], parts.mantissa[at+1:]
	}
	return parts
}

// check reports the rule of the specification that the sub-picture breaks; as in JSONata, the last one if there are several.
func (f *numberFormat) check(p *subPicture, parts *pieces) {
	percents, permilles := strings.Count(p.text, f.text("percent")), strings.Count(p.text, f.text("per-mille"))
	decimals := countRunes(parts.all, func(r rune) bool { return r == f.decimal })
	at := slices.Index(parts.all, f.decimal)
	grouping := func(i int) bool { return i >= 0 && i < len(parts.all) && parts.all[i] == f.grouping }
	optional := slices.Index(parts.integer, f.optional)
	lastOptional := -1
	for i, r := range parts.fraction {
		if r == f.optional {
			lastOptional = i
		}
	}
	passive := func(r rune) bool { return !f.active(r) }
	double := strings.Repeat(string(f.grouping), 2)
	code := ""
	for _, rule := range []struct {
		code   string
		broken bool
	}{
		{"D3081", decimals > 1},
		{"D3082", percents > 1},
		{"D3083", permilles > 1},
		{"D3084", percents > 0 && permilles > 0},
		{"D3085", !slices.ContainsFunc(parts.mantissa, f.digit)},
		{"D3086", slices.ContainsFunc(parts.active, passive)},
		{"D3087", at >= 0 && (grouping(at-1) || grouping(at+1))},
		{"D3088", at < 0 && len(parts.integer) > 0 && parts.integer[len(parts.integer)-1] == f.grouping},
		{"D3089", strings.Contains(p.text, double)},
		{"D3090", optional >= 0 && slices.ContainsFunc(parts.integer[:optional], f.mandatory)},
		{"D3091", lastOptional >= 0 && slices.ContainsFunc(parts.fraction[lastOptional:], f.mandatory)},
		{"D3092", len(parts.exponent) > 0 && percents+permilles > 0},
		{"D3093", parts.hasExponent && (len(parts.exponent) == 0 || countRunes(parts.exponent, f.mandatory) < len(parts.exponent))},
	} {
		if rule.broken {
			code = rule.code
		}
	}
	if code != "" {
		panic(fault.New(code, nil))
	}
}

// positions returns how many digits are between each grouping separator and the decimal separator. As in JSONata, only the first one of
// a fraction is found in the fraction, and those after it where the integer part has them.
func (f *numberFormat) positions(part, integer []rune, fraction bool) []int {
	var positions []int
	at := slices.Index(part, f.grouping)
	for at >= 0 {
		side := part[min(at, len(part)):]
		if fraction {
			side = part[:min(at, len(part))]
		}
		positions = append(positions, countRunes(side, f.digit))
		next := slices.Index(integer[min(at+1, len(integer)):], f.grouping)
		if next < 0 {
			break
		}
		at += 1 + next
	}
	return positions
}

// repeat returns after how many digits separators at these positions repeat, or 0.
func repeat(positions []int) int {
	groups := make([]group, len(positions))
	for i, position := range positions {
		groups[i].position = position
	}
	return regular(groups)
}
