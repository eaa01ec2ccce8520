package picture

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"
)

// small are the numbers below 20 and their ordinals.
var small = [20][2]string{
	{"Zero", "Zeroth"}, {"One", "First"}, {"Two", "Second"}, {"Three", "Third"}, {"Four", "Fourth"}, {"Five", "Fifth"}, {"Six", "Sixth"},
	{"Seven", "Seventh"}, {"Eight", "Eighth"}, {"Nine", "Ninth"}, {"Ten", "Tenth"}, {"Eleven", "Eleventh"}, {"Twelve", "Twelfth"},
	{"Thirteen", "Thirteenth"}, {"Fourteen", "Fourteenth"}, {"Fifteen", "Fifteenth"}, {"Sixteen", "Sixteenth"},
	{"Seventeen", "Seventeenth"}, {"Eighteen", "Eighteenth"}, {"Nineteen", "Nineteenth"},
}

var (
	tens       = [...]string{"Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"}
	magnitudes = [...]string{"Thousand", "Million", "Billion", "Trillion"}
)

// wordValues are the values of the words, in lower case.
var wordValues = func() map[string]float64 {
	values := map[string]float64{"hundred": 100, "hundredth": 100}
	for i, pair := range small {
		values[strings.ToLower(pair[0])], values[strings.ToLower(pair[1])] = float64(i), float64(i)
	}
	for i, word := range tens {
		word = strings.ToLower(word)
		values[word], values[strings.TrimSuffix(word, "y")+"ieth"] = float64(i*10+20), float64(i*10+20)
	}
	for i, word := range magnitudes {
		word = strings.ToLower(word)
		values[word], values[word+"th"] = math.Pow10(3*i+3), math.Pow10(3*i+3)
	}
	return values
}()

func toWords(n float64, f *integerFormat) string {
	text := spell(n, false, f.ordinal)
	switch f.letters {
	case upperCase:
		return strings.ToUpper(text)
	case lowerCase:
		return strings.ToLower(text)
	}
	return text
}

// spell spells a number. after tells that other words come before it.
func spell(n float64, after, ordinal bool) string {
	which := 0
	if ordinal {
		which = 1
	}
	and, comma := "", ""
	if after {
		and, comma = " and ", ", "
	}
	switch {
	case n <= 19:
		return and + small[int(n)][which]
	case n < 100:
		word := tens[int(n)/10-2]
		if unit := int(n) % 10; unit > 0 {
			return and + word + "-" + small[unit][which]
		}
		if ordinal {
			word = strings.TrimSuffix(word, "y") + "ieth"
		}
		return and + word
	case n < 1000:
		return comma + small[int(n)/100][0] + " Hundred" + spellRest(math.Mod(n, 100), ordinal)
	}
	magnitude := 0
	for magnitude < len(magnitudes)-1 && n >= math.Pow10(3*magnitude+6) {
		magnitude++
	}
	factor := math.Pow10(3*magnitude + 3)
	count := math.Floor(n / factor)
	return comma + spell(count, false, false) + " " + magnitudes[magnitude] + spellRest(n-count*factor, ordinal)
}

func spellRest(n float64, ordinal bool) string {
	switch {
	case n > 0:
		return spell(n, true, ordinal)
	case ordinal:
		return "th"
	}
	return ""
}

var wordBreaks = regexp.MustCompile(`,\s|\sand\s|[\s\-]`)

// fromWords reads a number in words.
func fromWords(text string) float64 {
	segments := []float64{0}
	for _, word := range wordBreaks.Split(text, -1) {
		v, ok := wordValues[word]
		if !ok {
			return math.NaN()
		}
		top := segments[len(segments)-1]
		if v >= 100 {
			segments[len(segments)-1] = top * v
			continue
		}
		if top >= 1000 {
			segments = append(segments, v)
			continue
		}
		segments[len(segments)-1] = top + v
	}
	sum := 0.0
	for _, segment := range segments {
		sum += segment
	}
	return sum
}

func toLetters(n float64, c letterCase) string {
	first := byte('A')
	if c == lowerCase {
		first = 'a'
	}
	var text []byte
	for n > 0 && !math.IsInf(n, 0) {
		text = append([]byte{first + byte(math.Mod(n-1, 26))}, text...)
		n = math.Floor((n - 1) / 26)
	}
	return string(text)
}

func fromLetters(text string, c letterCase) float64 {
	first := 'A'
	if c == lowerCase {
		first = 'a'
	}
	n, factor := 0.0, 1.0
	runes := []rune(text)
	for i := len(runes) - 1; i >= 0; i-- {
		n += float64(runes[i]-first+1) * factor
		factor *= 26
	}
	return n
}

// numerals are the roman numerals, from the greatest.
var numerals = []struct {
	text string
	n    float64
}{
	{"M", 1000}, {"CM", 900}, {"D", 500}, {"CD", 400}, {"C", 100}, {"XC", 90}, {"L", 50}, {"XL", 40}, {"X", 10}, {"IX", 9}, {"V", 5}, {"IV", 4}, {"I", 1},
}

// maxRoman is the greatest number that is written in roman numerals; each thousand is an M.
const maxRoman = 1e8

func toRoman(n float64, c letterCase) string {
	var b strings.Builder
	n = min(n, maxRoman)
	for _, numeral := range numerals {
		for n >= numeral.n {
			b.WriteString(numeral.text)
			n -= numeral.n
		}
	}
	if c == lowerCase {
		return strings.ToLower(b.String())
	}
	return b.String()
}

func fromRoman(text string) float64 {
	n, greatest := 0.0, 0.0
	for i := len(text) - 1; i >= 0; i-- {
		v := math.NaN()
		for _, numeral := range numerals {
			if numeral.text == text[i:i+1] {
				v = numeral.n
			}
		}
		if v < greatest {
			n -= v
		} else {
			n += v
			greatest = v
		}
	}
	return n
}

// longestFirst sorts words so that a regular expression prefers the longer one.
func longestFirst(names []string) {
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
}
