package picture

import (
	"math"
	"strconv"
	"strings"

	"clinical-risk-pipeline/asl/jsonata/fault"
)

// ParseInteger reads a number that was written by a picture. The result is NaN if the text is no such number.
func ParseInteger(text, picture string) float64 { return analyseInteger(picture).parse(text) }

func (f *integerFormat) parse(text string) float64 {
	switch f.primary {
	case letters:
		return fromLetters(text, f.letters)
	case roman:
		if f.letters == lowerCase {
			text = strings.ToUpper(text)
		}
		return fromRoman(text)
	case words:
		return fromWords(strings.ToLower(text))
	case sequence:
		panic(fault.New("D3130", f.text))
	}
	if f.ordinal && len(text) >= 2 {
		text = text[:len(text)-2]
	}
	if f.every > 0 {
		text = strings.ReplaceAll(text, ",", "")
	} else {
		for _, g := range f.groups {
			text = strings.ReplaceAll(text, string(g.separator), "")
		}
	}
	return parseInt(string(translateDigits(text, f.zero, '0')))
}

// parseInt reads the digits at the start of a text, as JavaScript does.
func parseInt(text string) float64 {
	text = strings.TrimLeft(text, " \t\n\r\v\f")
	end := 0
	if end < len(text) && (text[0] == '-' || text[0] == '+') {
		end++
	}
	from := end
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	if end == from {
		return math.NaN()
	}
	f, _ := strconv.ParseFloat(text[:end], 64)
	return f
}
