package regex

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// space is JavaScript's \s, as the inside of a class.
const space = `\t\n\v\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`

// notSpace is its complement, for \S inside a class.
const notSpace = `\x{0}-\x{8}\x{e}-\x{1f}!-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}`

// translator rewrites a pattern of JavaScript for Go's regexp. ok turns false when the pattern needs backtracking.
type translator struct {
	source string
	at     int
	out    strings.Builder
	groups int // capturing groups in the pattern
	ok     bool
}

// translate returns the pattern for Go's regexp, or false when it cannot do it: look-around, references to groups.
func translate(source string) (string, bool) {
	t := &translator{source: source, ok: true, groups: countGroups(source)}
	for t.at < len(source) && t.ok {
		t.atom()
	}
	return t.out.String(), t.ok
}

// countGroups counts the capturing groups, so that \1 is told from an octal escape.
func countGroups(source string) int {
	n, class := 0, false
	for i := 0; i < len(source); i++ {
		switch c := source[i]; {
		case c == '\\':
			i++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '(' && !class:
			rest := source[i+1:]
			if !strings.HasPrefix(rest, "?") || strings.HasPrefix(rest, "?<") && !strings.HasPrefix(rest, "?<=") && !strings.HasPrefix(rest, "?<!") {
				n++
			}
		}
	}
	return n
}

func (t *translator) atom() {
	c := t.source[t.at]
	switch c {
	case '.':
		t.out.WriteString(`[^\n\r\x{2028}\x{2029}]`)
	case '[':
		t.class()
		return
	case '\\':
		t.at++
		t.escape(false)
		return
	case '(':
		t.group()
		return
	default:
		t.out.WriteByte(c)
	}
	t.at++
}

// group translates the start of a group.
func (t *translator) group() {
	rest := t.source[t.at:]
	switch {
	case strings.HasPrefix(rest, "(?=") || strings.HasPrefix(rest, "(?!") || strings.HasPrefix(rest, "(?<=") || strings.HasPrefix(rest, "(?<!"):
		t.ok = false
	case strings.HasPrefix(rest, "(?:"):
		t.out.WriteString("(?:")
		t.at += 3
	case strings.HasPrefix(rest, "(?<"):
		t.out.WriteString("(?P<")
		t.at += 3
	case strings.HasPrefix(rest, "(?"):
		t.ok = false // an error, which the other library reports
	default:
		t.out.WriteByte('(')
		t.at++
	}
}

// class translates a class, from its [ to its ].
func (t *translator) class() {
	rest := t.source[t.at:]
	if strings.HasPrefix(rest, "[^]") {
		t.out.WriteString(`[\x{0}-\x{10ffff}]`)
		t.at += 3
		return
	}
	if strings.HasPrefix(rest, "[]") {
		t.out.WriteString(`[^\x{0}-\x{10ffff}]`)
		t.at += 2
		return
	}
	t.out.WriteByte('[')
	if t.at++; strings.HasPrefix(rest, "[^") {
		t.out.WriteByte('^')
		t.at++
	}
	for t.at < len(t.source) {
		switch c := t.source[t.at]; c {
		case ']':
			t.out.WriteByte(']')
			t.at++
			return
		case '\\':
			t.at++
			t.escape(true)
		case '[':
			t.out.WriteString(`\[`)
			t.at++
		default:
			t.out.WriteByte(c)
			t.at++
		}
	}
	t.ok = false
}

// escape translates what follows a backslash.
func (t *translator) escape(inClass bool) {
	if t.at >= len(t.source) {
		t.ok = false
		return
	}
	r, n := utf8.DecodeRuneInString(t.source[t.at:])
	t.at += n
	switch {
	case strings.ContainsRune("dDwWnrtfv", r):
		t.out.WriteString(`\` + string(r))
	case r == 's':
		t.write(inClass, space, "["+space+"]")
	case r == 'S':
		t.write(inClass, notSpace, "[^"+space+"]")
	case r == 'b':
		t.write(inClass, `\x08`, `\b`)
	case r == 'B' && !inClass:
		t.out.WriteString(`\B`)
	case r == 'x':
		t.hex(2, 'x')
	case r == 'u':
		t.hex(4, 'u')
	case r == 'c':
		t.control()
	case r >= '0' && r <= '9':
		t.digits(r, inClass)
	case r == 'k' && strings.Contains(t.source, "(?<"):
		t.ok = false
	default:
		t.out.WriteString(quote(r))
	}
}

func (t *translator) write(inClass bool, inside, outside string) {
	if inClass {
		t.out.WriteString(inside)
		return
	}
	t.out.WriteString(outside)
}

// quote returns a character that stands for itself, in a class and outside.
func quote(r rune) string {
	word := r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_' || r == ' '
	if word || r >= utf8.RuneSelf {
		return string(r)
	}
	return `\` + string(r)
}

// hex translates \xHH and \uHHHH. Without their digits they are letters.
func (t *translator) hex(digits int, letter rune) {
	if t.at+digits <= len(t.source) {
		if n, err := strconv.ParseUint(t.source[t.at:t.at+digits], 16, 32); err == nil {
			t.at += digits
			if n >= 0xd800 && n < 0xe000 { // half of a character
				t.ok = false
				return
			}
			t.out.WriteString(`\x{` + strconv.FormatUint(n, 16) + `}`)
			return
		}
	}
	t.out.WriteRune(letter)
}

func (t *translator) control() {
	if t.at < len(t.source) {
		if c := t.source[t.at]; c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			t.at++
			t.out.WriteString(`\x{` + strconv.FormatUint(uint64(c&31), 16) + `}`)
			return
		}
	}
	t.out.WriteString(`\\c`)
}

// digits translates an octal escape. A reference to a group needs backtracking.
func (t *translator) digits(first rune, inClass bool) {
	from := t.at - 1
	end := t.at
	for end < len(t.source) && t.source[end] >= '0' && t.source[end] <= '9' {
		end++
	}
	if n, err := strconv.Atoi(t.source[from:end]); !inClass && first != '0' && err == nil && n <= t.groups {
		t.ok = false
		return
	}
	if first > '7' {
		t.out.WriteRune(first)
		return
	}
	n, count := 0, 0
	for at := from; at < end && count < 3 && t.source[at] < '8' && n*8+int(t.source[at]-'0') < 256; at++ {
		n = n*8 + int(t.source[at]-'0')
		count++
	}
	t.at = from + count
	t.out.WriteString(`\x{` + strconv.FormatInt(int64(n), 16) + `}`)
}
