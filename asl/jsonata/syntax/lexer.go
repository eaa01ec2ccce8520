package syntax

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"clinical-risk-pipeline/asl/jsonata/fault"
	"clinical-risk-pipeline/asl/value"
)

type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenOperator
	tokenName
	tokenVariable
	tokenLiteral
	tokenRegex
)

type token struct {
	kind     tokenKind
	text     string // operator, name, variable or pattern
	flags    string // of a regular expression
	value    any    // of a literal
	position int
}

// is reports whether the token is the operator.
func (t *token) is(operator string) bool { return t.kind == tokenOperator && t.text == operator }

// lexer reads tokens. Offsets are bytes; position converts them to the UTF-16 units of JSONata's faults.
type lexer struct {
	source string
	at     int

	counted, units int // source[:counted] has so many units
}

// singles are the characters that end a name. Those with a meaning of their own are operators.
const singles = ".[]{}(),@#;:?+-*/%|=<>^&!~"

// doubles are the operators of two characters.
var doubles = [...]string{"..", ":=", "!=", ">=", "<=", "**", "~>"}

func (l *lexer) position() int {
	if l.at < l.counted {
		l.counted, l.units = 0, 0
	}
	for l.counted < l.at {
		r, n := utf8.DecodeRuneInString(l.source[l.counted:])
		if r > 0xffff {
			l.units++
		}
		l.units++
		l.counted += n
	}
	return l.units
}

// fail stops parsing with a fault at the current position. Parse recovers it.
func (l *lexer) fail(code, tok string) {
	panic(&fault.Fault{Code: code, Position: l.position(), Token: tok})
}

func (l *lexer) rest() string { return l.source[l.at:] }

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' }

// skip passes blanks and comments.
func (l *lexer) skip() {
	for l.at < len(l.source) {
		switch {
		case blank(l.source[l.at]):
			l.at++
		case strings.HasPrefix(l.rest(), "/*"):
			end := strings.Index(l.source[l.at+2:], "*/")
			if end < 0 {
				l.at = len(l.source)
				l.fail("S0106", "")
			}
			l.at += end + 4
		default:
			return
		}
	}
}

// next reads a token. After an operand, a slash divides; elsewhere it starts a regular expression.
func (l *lexer) next(afterOperand bool) token {
	t := l.read(afterOperand)
	t.position = l.position()
	return t
}

func (l *lexer) read(afterOperand bool) token {
	l.skip()
	if l.at >= len(l.source) {
		return token{kind: tokenEnd, text: "(end)"}
	}
	c := l.source[l.at]
	if c == '/' && !afterOperand {
		l.at++
		return l.regex()
	}
	for _, operator := range doubles {
		if strings.HasPrefix(l.rest(), operator) {
			l.at += 2
			return token{kind: tokenOperator, text: operator}
		}
	}
	switch {
	case strings.IndexByte(singles, c) >= 0:
		l.at++
		return token{kind: tokenOperator, text: singles[strings.IndexByte(singles, c):][:1]}
	case c == '"' || c == '\'':
		l.at++
		return token{kind: tokenLiteral, value: l.text(c)}
	case c == '`':
		return l.quoted()
	case c >= '0' && c <= '9':
		return l.number()
	}
	return l.name()
}

// text reads the rest of a string literal.
func (l *lexer) text(quote byte) string {
	var b []byte
	for l.at < len(l.source) {
		c := l.source[l.at]
		switch c {
		case quote:
			l.at++
			return string(b)
		case '\\':
			l.at++
			b = l.escape(b)
		default:
			b = append(b, c)
			l.at++
		}
	}
	l.fail("S0101", "")
	return ""
}

var escapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func (l *lexer) escape(b []byte) []byte {
	if l.at >= len(l.source) {
		l.fail("S0103", "")
	}
	c := l.source[l.at]
	if plain, ok := escapes[c]; ok {
		l.at++
		return append(b, plain)
	}
	if c != 'u' {
		r, _ := utf8.DecodeRuneInString(l.rest())
		l.fail("S0103", string(r))
	}
	digits := l.source[l.at+1 : min(l.at+5, len(l.source))]
	unit, err := strconv.ParseUint(digits, 16, 16)
	if err != nil || len(digits) < 4 {
		l.fail("S0104", "")
	}
	l.at += 5
	return value.AppendUnit(b, uint16(unit))
}

// quoted reads a name in backquotes.
func (l *lexer) quoted() token {
	end := strings.IndexByte(l.source[l.at+1:], '`')
	if end < 0 {
		l.at = len(l.source)
		l.fail("S0105", "")
	}
	text := l.source[l.at+1 : l.at+1+end]
	l.at += end + 2
	return token{kind: tokenName, text: text}
}

func (l *lexer) digits() {
	for l.at < len(l.source) && l.source[l.at] >= '0' && l.source[l.at] <= '9' {
		l.at++
	}
}

func (l *lexer) digitAt(i int) bool {
	return i < len(l.source) && l.source[i] >= '0' && l.source[i] <= '9'
}

func (l *lexer) number() token {
	from := l.at
	if l.at++; l.source[from] != '0' {
		l.digits()
	}
	if strings.HasPrefix(l.rest(), ".") && l.digitAt(l.at+1) {
		l.at++
		l.digits()
	}
	if l.at < len(l.source) && (l.source[l.at] == 'e' || l.source[l.at] == 'E') {
		exponent := l.at + 1
		if exponent < len(l.source) && (l.source[exponent] == '+' || l.source[exponent] == '-') {
			exponent++
		}
		if l.digitAt(exponent) {
			l.at = exponent
			l.digits()
		}
	}
	text := l.source[from:l.at]
	n, err := strconv.ParseFloat(text, 64)
	if err != nil && math.IsInf(n, 0) {
		l.at = from
		l.fail("S0102", text)
	}
	return token{kind: tokenLiteral, value: n}
}

var words = map[string]token{
	"or": {kind: tokenOperator, text: "or"}, "in": {kind: tokenOperator, text: "in"}, "and": {kind: tokenOperator, text: "and"},
	"true": {kind: tokenLiteral, value: true}, "false": {kind: tokenLiteral, value: false}, "null": {kind: tokenLiteral},
}

func (l *lexer) name() token {
	from := l.at
	for l.at < len(l.source) && !blank(l.source[l.at]) && strings.IndexByte(singles, l.source[l.at]) < 0 {
		l.at++
	}
	text := l.source[from:l.at]
	if text[0] == '$' {
		return token{kind: tokenVariable, text: text[1:]}
	}
	if t, ok := words[text]; ok {
		return t
	}
	return token{kind: tokenName, text: text}
}
