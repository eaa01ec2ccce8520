// Package picture formats and parses numbers and times by the pictures of JSONata, which are those of XPath
// (https://www.w3.org/TR/xpath-functions-31/#formatting-integers, #formatting-numbers, #formatting-dates-and-times).
package picture

import (
	"math"
	"slices"
	"strings"

	"clinical-risk-pipeline/asl/jsonata/fault"
	"clinical-risk-pipeline/asl/value"
)

// primary is what an integer is written as.
type primary uint8

const (
	decimal primary = iota
	letters
	roman
	words
	sequence
)

type letterCase uint8

const (
	titleCase letterCase = iota
	upperCase
	lowerCase
)

// integerFormat is a parsed picture of an integer.
type integerFormat struct {
	primary   primary
	letters   letterCase
	ordinal   bool
	zero      rune // the digit for 0
	mandatory int  // least number of digits
	optional  int
	groups    []group // from the right
	every     int     // the groups repeat every so many digits; 0: they do not
	text      string
	width     int // the exact number of digits when it is parsed; 0: any
}

// group is a separator before the last position digits.
type group struct {
	position  int
	separator rune
}

// zeros are the digits for 0 of the decimal digit groups.
var zeros = []rune{
	0x30, 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040,
	0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
}

func zeroOf(r rune) (rune, bool) {
	for _, zero := range zeros {
		if r >= zero && r <= zero+9 {
			return zero, true
		}
	}
	return 0, false
}

func analyseInteger(picture string) *integerFormat {
	f := &integerFormat{text: picture, zero: '0'}
	if at := strings.LastIndexByte(picture, ';'); at >= 0 {
		f.text, f.ordinal = picture[:at], strings.HasPrefix(picture[at+1:], "o")
	}
	switch f.text {
	case "A":
		f.primary, f.letters = letters, upperCase
	case "a":
		f.primary, f.letters = letters, lowerCase
	case "I":
		f.primary, f.letters = roman, upperCase
	case "i":
		f.primary, f.letters = roman, lowerCase
	case "W":
		f.primary, f.letters = words, upperCase
	case "Ww":
		f.primary, f.letters = words, titleCase
	case "w":
		f.primary, f.letters = words, lowerCase
	default:
		f.digits()
	}
	return f
}

// digits analyses a picture of digits, from the right.
func (f *integerFormat) digits() {
	runes := []rune(f.text)
	zero, position := rune(0), 0
	for i := len(runes) - 1; i >= 0; i-- {
		r := runes[i]
		if z, ok := zeroOf(r); ok {
			if zero != 0 && z != zero {
				panic(fault.New("D3131", nil))
			}
			zero = z
			f.mandatory++
			position++
			continue
		}
		if r == '#' {
			f.optional++
			position++
			continue
		}
		f.groups = append(f.groups, group{position, r})
	}
	if f.mandatory == 0 {
		f.primary = sequence
		return
	}
	f.zero = zero
	f.every = regular(f.groups)
}

// regular returns after how many digits the separators repeat, or 0.
func regular(groups []group) int {
	if len(groups) == 0 {
		return 0
	}
	factor := 0
	known := map[int]bool{}
	for _, g := range groups {
		if g.separator != groups[0].separator {
			return 0
		}
		known[g.position] = true
		for a, b := factor, g.position; ; a, b = b, a%b {
			if b == 0 {
				factor = a
				break
			}
		}
	}
	for i := 1; i <= len(groups); i++ {
		if !known[i*factor] {
			return 0
		}
	}
	return factor
}

// FormatInteger writes a number, rounded down, by a picture. A fault is a panic with a *fault.Fault.
func FormatInteger(f float64, picture string) string {
	return analyseInteger(picture).format(math.Floor(f))
}

func (f *integerFormat) format(n float64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	switch f.primary {
	case letters:
		return sign + toLetters(n, f.letters)
	case roman:
		return sign + toRoman(n, f.letters)
	case words:
		return sign + toWords(n, f)
	case sequence:
		panic(fault.New("D3130", f.text))
	}
	return sign + f.decimals(n)
}

func (f *integerFormat) decimals(n float64) string {
	digits := string(value.AppendNumber(nil, n))
	if math.IsNaN(n) {
		digits = "NaN"
	}
	if missing := f.mandatory - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	last, before := digits[len(digits)-1], digits[max(0, len(digits)-2)]
	written := f.grouped(translateDigits(digits, '0', f.zero))
	if !f.ordinal {
		return string(written)
	}
	return string(written) + ordinalSuffix(last, len(digits) > 1 && before == '1')
}

func translateDigits(digits string, from, to rune) []rune {
	runes := []rune(digits)
	for i, r := range runes {
		if r >= from && r <= from+9 {
			runes[i] = r - from + to
		}
	}
	return runes
}

func ordinalSuffix(last byte, teen bool) string {
	if !teen {
		switch last {
		case '1':
			return "st"
		case '2':
			return "nd"
		case '3':
			return "rd"
		}
	}
	return "th"
}

// grouped inserts the separators.
func (f *integerFormat) grouped(digits []rune) []rune {
	if f.every > 0 {
		for at := len(digits) - f.every; at > 0; at -= f.every {
			digits = slices.Insert(digits, at, f.groups[0].separator)
		}
		return digits
	}
	for i := len(f.groups) - 1; i >= 0; i-- {
		g := f.groups[i]
		at := len(digits) - g.position
		if at < 0 { // the picture is longer than the number: JSONata writes the separator first, before so many digits
			digits = append([]rune{g.separator}, digits[max(0, len(digits)+at):]...)
			continue
		}
		digits = slices.Insert(digits, at, g.separator)
	}
	return digits
}
