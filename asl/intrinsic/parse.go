package intrinsic

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"clinical-risk-pipeline/asl/jsonpath"
)

// maxNesting is the maximum depth of nested calls, as on AWS.
const maxNesting = 10

// SyntaxError describes an error in a call and its place.
type SyntaxError struct {
	Call    string
	Offset  int // in bytes
	Message string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("Invalid intrinsic function '%s': %s at offset %d", e.Call, e.Message, e.Offset)
}

// Parse parses a call and checks the function's name and number of arguments. The error is a *SyntaxError.
func Parse(source string) (*Call, error) {
	p := &parser{source: source}
	call, err := p.call(1)
	if err != nil {
		return nil, err
	}
	if p.blanks() != 0 {
		return nil, p.fail("unexpected text after the call")
	}
	return call, nil
}

type parser struct {
	source string
	at     int
}

func (p *parser) fail(format string, values ...any) error {
	return &SyntaxError{Call: p.source, Offset: p.at, Message: fmt.Sprintf(format, values...)}
}

func (p *parser) peek() byte {
	if p.at < len(p.source) {
		return p.source[p.at]
	}
	return 0
}

func (p *parser) blanks() byte {
	for p.peek() == ' ' {
		p.at++
	}
	return p.peek()
}

func (p *parser) call(depth int) (*Call, error) {
	if depth > maxNesting {
		return nil, p.fail("intrinsic functions nest more than %d deep", maxNesting)
	}
	p.blanks()
	start := p.at
	open := strings.IndexByte(p.source[start:], '(')
	if open < 0 {
		return nil, p.fail("expected 'States.Name('")
	}
	c := &Call{name: strings.TrimSpace(p.source[start : start+open])}
	var known bool
	if c.function, known = functions[c.name]; !known {
		return nil, p.fail("there is no function %q", c.name)
	}
	p.at += open + 1
	var err error
	if c.arguments, err = p.arguments(depth); err != nil {
		return nil, err
	}
	c.source = p.source[start:p.at]
	if n := len(c.arguments); n < c.function.least || n > c.function.most {
		p.at = start
		return nil, p.fail("%s takes %s, got %d", c.name, c.function.arity(), n)
	}
	return c, nil
}

// arguments reads up to the closing parenthesis.
func (p *parser) arguments(depth int) ([]argument, error) {
	if p.blanks() == ')' {
		p.at++
		return nil, nil
	}
	var list []argument
	for {
		a, err := p.argument(depth)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
		switch p.blanks() {
		case ',':
			p.at++
		case ')':
			p.at++
			return list, nil
		default:
			return nil, p.fail("expected ',' or ')'")
		}
	}
}

func (p *parser) argument(depth int) (argument, error) {
	switch p.blanks() {
	case '\'':
		return p.text()
	case '$':
		start := p.at
		p.skipPath()
		path, err := jsonpath.Parse(strings.TrimRight(p.source[start:p.at], " "))
		var syntax *jsonpath.SyntaxError
		if errors.As(err, &syntax) {
			p.at = start + syntax.Offset
			return argument{}, p.fail("%s", syntax.Message)
		}
		return argument{path: path}, err
	}
	if IsCall(p.source[p.at:]) {
		call, err := p.call(depth + 1)
		return argument{call: call}, err
	}
	return p.literal()
}

// text reads a string in single quotes. Its only escapes are \' \\ \{ and \}.
func (p *parser) text() (argument, error) {
	start := p.at + 1
	var b strings.Builder
	for p.at++; p.at < len(p.source); p.at++ {
		switch c := p.peek(); c {
		case '\'':
			p.at++
			return argument{value: b.String(), raw: p.source[start : p.at-1]}, nil
		case '\\':
			p.at++
			if strings.IndexByte(`'\{}`, p.peek()) < 0 || p.peek() == 0 {
				return argument{}, p.fail(`the escapes in a string are \', \\, \{ and \}`)
			}
			b.WriteByte(p.peek())
		default:
			b.WriteByte(c)
		}
	}
	p.at = start - 1
	return argument{}, p.fail("the quote is not closed")
}

// skipPath moves to the end of a path: to the first comma or parenthesis outside its brackets and quotes.
func (p *parser) skipPath() {
	depth := 0
	for ; p.at < len(p.source); p.at++ {
		switch c := p.peek(); {
		case c == '\'' || c == '"':
			p.skipQuoted(c)
		case c == '[' || c == '(':
			depth++
		case (c == ',' || c == ')') && depth == 0:
			return
		case c == ']' || c == ')':
			depth--
		}
	}
}

func (p *parser) skipQuoted(quote byte) {
	for p.at++; p.at < len(p.source) && p.peek() != quote; p.at++ {
		if p.peek() == '\\' {
			p.at++
		}
	}
	p.at = min(p.at, len(p.source)-1)
}

// literal reads a number, true, false or null.
func (p *parser) literal() (argument, error) {
	start := p.at
	for p.at < len(p.source) && strings.IndexByte(",) ", p.peek()) < 0 {
		p.at++
	}
	switch word := p.source[start:p.at]; word {
	case "true", "false":
		return argument{value: word == "true"}, nil
	case "null":
		return argument{}, nil
	default:
		if number, err := strconv.ParseFloat(word, 64); err == nil && json.Valid([]byte(word)) {
			return argument{value: number}, nil
		}
		p.at = start
		return argument{}, p.fail("expected a path, a string in single quotes, a number, true, false, null or a function, got %q", word)
	}
}
