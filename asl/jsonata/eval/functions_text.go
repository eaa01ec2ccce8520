package eval

import (
	"math"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

var textRows = []Row{
	{"string", "<x-b?:s>", 1, stringFunction},
	{"substring", "<s-nn?:s>", 0, substring},
	{"substringBefore", "<s-s:s>", 0, substringBefore},
	{"substringAfter", "<s-s:s>", 0, substringAfter},
	{"lowercase", "<s-:s>", 0, func(c *Call) any { return c.mapText(lower) }},
	{"uppercase", "<s-:s>", 0, func(c *Call) any { return c.mapText(upper) }},
	{"length", "<s-:n>", 0, length},
	{"trim", "<s-:s>", 0, func(c *Call) any { return c.mapText(trim) }},
	{"pad", "<s-ns?:s>", 0, pad},
	{"join", "<a<s>s?:s>", 0, joinTexts},
}

// mapText applies a function to the first argument, if there is one.
func (c *Call) mapText(f func(string) string) any {
	s, ok := c.Text(0)
	if !ok {
		return undefined
	}
	c.grow(len(s))
	return f(s)
}

func stringFunction(c *Call) any {
	if isUndefined(c.Arg(0)) {
		return undefined
	}
	pretty, _ := c.Arg(1).(bool)
	return c.stringify(c.Arg(0), pretty)
}

func length(c *Call) any {
	s, ok := c.Text(0)
	if !ok {
		return undefined
	}
	return float64(characters(s))
}

// sliceRange returns the offsets that JavaScript's slice(start, end) takes of n items.
func sliceRange(start, end float64, n int) (from, to int) {
	clamp := func(f float64) int {
		f = math.Trunc(f)
		if f < 0 {
			f += float64(n)
		}
		return int(max(0, min(f, float64(n))))
	}
	from, to = clamp(start), clamp(end)
	return from, max(from, to)
}

func substring(c *Call) any {
	s, ok := c.Text(0)
	start, hasStart := c.Number(1)
	if !ok || !hasStart {
		return c.Arg(0)
	}
	n := characters(s)
	if float64(n)+start < 0 {
		start = 0
	}
	end := float64(n)
	if count, ok := c.Number(2); ok {
		if count <= 0 {
			return ""
		}
		if end = start + count; start < 0 {
			end += float64(n)
		}
	}
	from, to := sliceRange(start, end, n)
	first := characterOffset(s, from)
	return s[first : first+characterOffset(s[first:], to-from)]
}

func substringBefore(c *Call) any {
	s, ok := c.Text(0)
	if !ok {
		return undefined
	}
	separator, ok := c.Text(1)
	if !ok {
		return s
	}
	before, _, _ := strings.Cut(s, separator)
	return before
}

func substringAfter(c *Call) any {
	s, ok := c.Text(0)
	if !ok {
		return undefined
	}
	separator, ok := c.Text(1)
	if !ok {
		return s
	}
	if _, after, found := strings.Cut(s, separator); found {
		return after
	}
	return s
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func lower(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	return cases.Lower(language.Und).String(s)
}

func upper(s string) string {
	if ascii(s) {
		return strings.ToUpper(s)
	}
	return cases.Upper(language.Und).String(s)
}

// trim removes blanks at both ends and makes one space of those inside.
func trim(s string) string {
	fields := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' })
	return strings.Join(fields, " ")
}

func pad(c *Call) any {
	s, ok := c.Text(0)
	if !ok {
		return undefined
	}
	width, _ := c.Number(1)
	filler, _ := c.Text(2)
	if filler == "" {
		filler = " "
	}
	missing := math.Abs(width) - float64(characters(s))
	if missing < 1 {
		return s
	}
	each := characters(filler)
	if missing*float64(len(filler)) > float64(DefaultLimits.Bytes) {
		c.grow(c.bytes + 1)
	}
	c.grow(int(missing) * len(filler) / each)
	padding := strings.Repeat(filler, int(missing)/each+1)
	padding = padding[:characterOffset(padding, int(missing))]
	if width > 0 {
		return s + padding
	}
	return padding + s
}

func joinTexts(c *Call) any {
	items, ok := c.Items(0)
	if !ok {
		return undefined
	}
	separator, _ := c.Text(1)
	size := 0
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i], _ = item.(string)
		size += len(texts[i]) + len(separator)
	}
	c.step(len(items))
	c.grow(size)
	return strings.Join(texts, separator)
}
