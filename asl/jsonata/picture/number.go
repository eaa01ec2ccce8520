package picture

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"clinical-risk-pipeline/asl/jsonata/fault"
)

// Symbols are the characters and texts of formatted numbers, by the names of XPath's decimal formats: "decimal-separator",
// "grouping-separator", "exponent-separator", "infinity", "minus-sign", "NaN", "percent", "per-mille", "zero-digit", "digit",
// "pattern-separator".
type Symbols map[string]string

// standard are the symbols that are used by default.
var standard = Symbols{
	"decimal-separator": ".", "grouping-separator": ",", "exponent-separator": "e", "minus-sign": "-", "percent": "%", "per-mille": "\u2030",
	"zero-digit": "0", "digit": "#", "pattern-separator": ";",
}

// numberFormat is a picture of numbers with its symbols.
type numberFormat struct {
	symbols   Symbols
	decimal   rune
	grouping  rune
	exponent  rune
	optional  rune
	separator string // of sub-pictures
	zero      rune
}

func newNumberFormat(symbols Symbols) *numberFormat {
	f := &numberFormat{symbols: symbols}
	f.decimal, f.grouping, f.exponent = f.char("decimal-separator"), f.char("grouping-separator"), f.char("exponent-separator")
	f.optional, f.zero, f.separator = f.char("digit"), f.char("zero-digit"), f.text("pattern-separator")
	return f
}

func (f *numberFormat) text(name string) string {
	if s, ok := f.symbols[name]; ok {
		return s
	}
	return standard[name]
}

func (f *numberFormat) char(name string) rune {
	for _, r := range f.text(name) {
		return r
	}
	return 0
}

func (f *numberFormat) mandatory(r rune) bool { return r >= f.zero && r <= f.zero+9 }

func (f *numberFormat) digit(r rune) bool { return r == f.optional || f.mandatory(r) }

func (f *numberFormat) active(r rune) bool {
	return f.digit(r) || r == f.decimal || r == f.exponent || r == f.grouping || string(r) == f.separator
}

func countRunes(text []rune, is func(rune) bool) int {
	n := 0
	for _, r := range text {
		if is(r) {
			n++
		}
	}
	return n
}

// FormatNumber writes a number by a picture. symbols replace the standard ones. A fault is a panic with a *fault.Fault.
func FormatNumber(value float64, picture string, symbols Symbols) string {
	f := newNumberFormat(symbols)
	pictures := strings.Split(picture, f.separator)
	if len(pictures) > 2 {
		panic(fault.New("D3080", nil))
	}
	formats := make([]*subPicture, len(pictures))
	for i, text := range pictures {
		formats[i] = f.analyse(text)
	}
	p := formats[len(formats)-1]
	if value >= 0 {
		p = formats[0]
	} else if len(formats) == 1 {
		negative := *p
		negative.prefix = f.text("minus-sign") + p.prefix
		p = &negative
	}
	return f.format(value, p)
}

// scaled multiplies for percent and per mille.
func (f *numberFormat) scaled(value float64, p *subPicture) float64 {
	switch {
	case strings.Contains(p.text, f.text("percent")):
		return value * 100
	case strings.Contains(p.text, f.text("per-mille")):
		return value * 1000
	}
	return value
}

func (f *numberFormat) format(value float64, p *subPicture) string {
	value = f.scaled(value, p)
	exponent := 0
	if p.hasExponent {
		value, exponent = normalized(math.Abs(value), p.scale)
	}
	text := f.digits(math.Abs(value), p)
	at := slices.Index(text, f.decimal)
	text = f.grouped(text, at, p)
	at = slices.Index(text, f.decimal)
	for _, position := range p.fractionGroups {
		text = slices.Insert(text, min(at+1+position, len(text)), f.grouping)
	}
	if !strings.ContainsRune(p.text, f.decimal) || text[len(text)-1] == f.decimal {
		text = text[:len(text)-1]
	}
	out := p.prefix + string(text)
	if p.hasExponent {
		out += string(f.exponent)
		if exponent < 0 {
			out += f.text("minus-sign")
		}
		digits := strconv.Itoa(max(exponent, -exponent))
		digits = strings.Repeat("0", max(0, p.minExponent-len(digits))) + digits
		out += string(translateDigits(digits, '0', f.zero))
	}
	return out + p.suffix
}

// digits writes a number with the decimal separator and no more zeros than the picture wants.
func (f *numberFormat) digits(value float64, p *subPicture) []rune {
	text := strconv.FormatFloat(Round(value, p.maxFraction), 'f', p.maxFraction, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	whole = strings.TrimLeft(whole, "0")
	fraction = strings.TrimRight(fraction, "0")
	whole = strings.Repeat("0", max(0, p.minInteger-len(whole))) + whole
	fraction += strings.Repeat("0", max(0, p.minFraction-len(fraction)))
	return append(append(translateDigits(whole, '0', f.zero), f.decimal), translateDigits(fraction, '0', f.zero)...)
}

func (f *numberFormat) grouped(text []rune, at int, p *subPicture) []rune {
	if p.every > 0 {
		for i := at - p.every; i > 0; i -= p.every {
			text = slices.Insert(text, i, f.grouping)
		}
		return text
	}
	for _, position := range p.integerGroups {
		i := at - position
		if i < 0 {
			i = max(0, i+len(text))
		}
		text = slices.Insert(text, i, f.grouping)
		at++
	}
	return text
}

// normalized returns a mantissa with so many digits before the decimal point, and its exponent.
func normalized(value float64, digits int) (mantissa float64, exponent int) {
	if value == 0 || math.IsInf(value, 0) || math.IsNaN(value) {
		return value, 0
	}
	least, most := math.Pow10(digits-1), math.Pow10(digits)
	for value < least {
		value *= 10
		exponent--
	}
	for value > most {
		value /= 10
		exponent++
	}
	return value, exponent
}

// Round rounds a number, as it is written, to a number of decimal places, which may be negative. A half becomes even; there is no -0.
func Round(value float64, places int) float64 {
	if places == 0 {
		return math.RoundToEven(value) + 0
	}
	return shift(math.RoundToEven(shift(value, places)), -places) + 0
}

// shift moves the decimal point.
func shift(value float64, places int) float64 {
	mantissa, exponent, ok := strings.Cut(strconv.FormatFloat(value, 'e', -1, 64), "e")
	n, err := strconv.Atoi(exponent)
	if !ok || err != nil {
		return value // not finite
	}
	shifted, _ := strconv.ParseFloat(mantissa+"e"+strconv.Itoa(n+places), 64)
	return shifted
}
