package jsonpath

import (
	"regexp"
	"strings"

	"clinical-risk-pipeline/asl/value"
)

// filter is [?(…)]: it keeps the items of an array, or the object itself, for which the condition is true.
type filter struct {
	source    string
	condition condition
}

// condition reports whether a value passes.
type condition func(e *evaluation, at any) bool

func (f filter) definite(bool) bool    { return false }
func (f filter) child(any) (any, bool) { return nil, false }
func (f filter) String() string        { return f.source }

func (f filter) expand(e *evaluation, at any, strict bool, yield func(any) error) error {
	candidates := []any{at}
	switch at := at.(type) {
	case []any:
		candidates = at
	case *value.Object:
	default:
		if strict {
			return e.notFound(at)
		}
		return nil
	}
	for _, candidate := range candidates {
		passes := f.condition(e, candidate)
		if err := e.spend(); err != nil {
			return err
		}
		if passes {
			if err := yield(candidate); err != nil {
				return err
			}
		}
	}
	return nil
}

// filter reads the rest of a filter after [?.
func (p *parser) filter() (step, error) {
	start := p.at - 2
	if p.blanks() != '(' {
		return nil, p.fail("expected '(' after '[?'")
	}
	c, err := p.unary()
	if err != nil {
		return nil, err
	}
	if err := p.close(']'); err != nil {
		return nil, err
	}
	return filter{source: p.source[start:p.at], condition: c}, nil
}

// either reads conditions joined by ||. Each may consist of conditions joined by &&.
func (p *parser) either() (condition, error) {
	return p.joined("||", p.both, func(a, b condition) condition {
		return func(e *evaluation, at any) bool { return a(e, at) || b(e, at) }
	})
}

func (p *parser) both() (condition, error) {
	return p.joined("&&", p.unary, func(a, b condition) condition {
		return func(e *evaluation, at any) bool { return a(e, at) && b(e, at) }
	})
}

func (p *parser) joined(operator string, next func() (condition, error), join func(a, b condition) condition) (condition, error) {
	left, err := next()
	for err == nil {
		if p.blanks(); !p.accept(operator) {
			return left, nil
		}
		var right condition
		if right, err = next(); err == nil {
			left = join(left, right)
		}
	}
	return nil, err
}

// unary reads (…), !… or a comparison.
func (p *parser) unary() (condition, error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	switch p.blanks() {
	case '(':
		p.at++
		c, err := p.either()
		if err != nil {
			return nil, err
		}
		return c, p.close(')')
	case '!':
		p.at++
		c, err := p.unary()
		return func(e *evaluation, at any) bool { return !c(e, at) }, err
	}
	return p.comparison()
}

// comparison reads two values with an operator between them, or a single path, which tests whether it finds a value.
func (p *parser) comparison() (condition, error) {
	left, err := p.side()
	if err != nil {
		return nil, err
	}
	if c := p.blanks(); c == ')' || c == '&' || c == '|' {
		return func(e *evaluation, at any) bool { return left(e, at) != any(missingValue{}) }, nil
	}
	start := p.at
	word := p.operator()
	compare, known := comparisons[strings.ToLower(word)]
	if !known {
		p.at = start
		return nil, p.fail("there is no operator '%s'", word)
	}
	right, err := p.right(word)
	return func(e *evaluation, at any) bool { return compare(left(e, at), right(e, at)) }, err
}

// right reads the right side of a comparison. Behind a symbol, a value that is none of the others is a text without quotes, which
// ends before && or || or the bracket around the comparison.
func (p *parser) right(operator string) (operand, error) {
	start := p.at
	side, err := p.side()
	if c := p.blanks(); err == nil && (c == ')' || c == '&' || c == '|') {
		return side, nil
	}
	if failed := p.at; strings.IndexByte("=!<>", operator[0]) >= 0 && start < len(p.source) {
		p.at = start
		if c := p.blanks(); strings.IndexByte("'\"[{@$", c) < 0 {
			if text := p.bare(); text != "" {
				return func(*evaluation, any) any { return text }, nil
			}
		}
		p.at = failed
	}
	return side, err
}

// bare reads a text without quotes.
func (p *parser) bare() string {
	start, depth := p.at, 0
	for ; p.at < len(p.source); p.at++ {
		rest := p.source[p.at:]
		switch {
		case rest[0] == '(':
			depth++
		case rest[0] == ')' && depth == 0, strings.HasPrefix(rest, "&&"), strings.HasPrefix(rest, "||"):
			return strings.TrimRight(p.source[start:p.at], " ")
		case rest[0] == ')':
			depth--
		}
	}
	return ""
}

func (p *parser) operator() string {
	start := p.at
	symbol := strings.IndexByte("=!<>~", p.peek()) >= 0
	for p.at < len(p.source) && p.peek() != ' ' && strings.IndexByte("=!<>~", p.peek()) >= 0 == symbol {
		p.at++
	}
	return p.source[start:p.at]
}

// operand is one side of a comparison: a path's value, missingValue{} when the path finds nothing, a literal, or a *regexp.Regexp.
type operand func(e *evaluation, at any) any

type missingValue struct{}

func (p *parser) side() (operand, error) {
	switch p.blanks() {
	case '@', '$':
		return p.inner()
	case '/':
		return p.pattern()
	}
	literal, err := p.literal()
	return func(*evaluation, any) any { return literal }, err
}

// inner reads a path in a filter.
func (p *parser) inner() (operand, error) {
	start := p.at
	root := ""
	if p.peek() == '@' {
		root = current
	}
	p.at++
	steps, err := p.steps()
	if err != nil {
		return nil, err
	}
	path := newPath(p.source[start:p.at], root, steps)
	return func(e *evaluation, at any) any {
		found, err := e.within(path, at)
		if err != nil {
			return missingValue{}
		}
		return found
	}, nil
}

// pattern reads /regular expression/i. It must match a whole text.
func (p *parser) pattern() (operand, error) {
	start := p.at + 1
	for p.at++; p.at < len(p.source) && p.peek() != '/'; p.at++ {
		if p.peek() == '\\' {
			p.at++
		}
	}
	if p.at >= len(p.source) {
		p.at = start - 1
		return nil, p.fail("the regular expression is not closed")
	}
	text, flags := p.source[start:p.at], "s"
	p.at++
	if p.accept("i") {
		flags = "is"
	}
	compiled, err := regexp.Compile("(?" + flags + `)\A(?:` + text + `)\z`)
	if err != nil {
		p.at = start
		return nil, p.fail("the regular expression is not valid")
	}
	return func(*evaluation, any) any { return compiled }, nil
}
