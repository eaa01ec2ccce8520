package jsonpath

import (
	"fmt"
	"strings"
)

// SyntaxError describes an error in a path and its place.
type SyntaxError struct {
	Path    string
	Offset  int // in bytes
	Message string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("Invalid path '%s': %s at offset %d", e.Path, e.Message, e.Offset)
}

// maxDepth is the maximum depth of nested filters.
const maxDepth = 32

// Parse parses a path. A path starts with $ for the state's input, $$ for the context object, or $name for a variable. Blanks at its
// end have no meaning. The error is a *SyntaxError.
func Parse(path string) (*Path, error) {
	if !strings.HasPrefix(path, "$") {
		return nil, &SyntaxError{Path: path, Message: "a path starts with $"}
	}
	p := &parser{source: strings.TrimRight(path, " \t\r\n"), at: 1}
	root := p.root()
	steps, err := p.steps()
	if err != nil {
		return nil, err
	}
	return newPath(path, root, steps), nil
}

func newPath(source, root string, steps []step) *Path {
	plain := true
	for _, s := range steps {
		switch s.(type) {
		case name, index:
		default:
			plain = false
		}
	}
	return &Path{source: source, root: root, steps: steps, plain: plain, definite: isDefinite(steps)}
}

// parser reads a path or the part of a path in a filter.
type parser struct {
	source string
	at     int
	depth  int
}

func (p *parser) fail(format string, values ...any) error {
	return &SyntaxError{Path: p.source, Offset: p.at, Message: fmt.Sprintf(format, values...)}
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

func (p *parser) accept(text string) bool {
	if strings.HasPrefix(p.source[p.at:], text) {
		p.at += len(text)
		return true
	}
	return false
}

// root reads the rest of the root after the first $: another $, or the name of a variable.
func (p *parser) root() string {
	if p.accept("$") {
		return Context
	}
	start := p.at
	for p.at < len(p.source) && !strings.ContainsRune(".[ ", rune(p.peek())) {
		p.at++
	}
	return p.source[start:p.at]
}

// steps reads to the end of the path.
func (p *parser) steps() ([]step, error) {
	var steps []step
	for !p.ends() {
		s, err := p.step()
		if err != nil {
			return nil, err
		}
		steps = append(steps, s...)
	}
	return steps, nil
}

// ends reports whether the path ends here. In a filter or a function's arguments it also ends before an operator.
func (p *parser) ends() bool {
	return p.at >= len(p.source) || p.depth > 0 && strings.IndexByte(" =!<>~&|),]", p.peek()) >= 0
}

func (p *parser) step() ([]step, error) {
	switch {
	case p.accept(".."):
		if p.ends() {
			return nil, p.fail("a path must not end with '..'")
		}
		next, err := p.single()
		if err != nil {
			return nil, err
		}
		return []step{descent{next}, next}, nil
	case p.accept("."):
		if p.ends() {
			return nil, p.fail("a path must not end with '.'")
		}
		s, err := p.single()
		return []step{s}, err
	case p.peek() == '[':
		s, err := p.bracket()
		return []step{s}, err
	}
	return nil, p.fail("expected '.' or '['")
}

// single reads one step behind a dot.
func (p *parser) single() (step, error) {
	switch p.peek() {
	case '[':
		return p.bracket()
	case '*':
		p.at++
		return wildcard{}, nil
	case '.':
		return nil, p.fail("unexpected '.'")
	}
	start := p.at
	for !p.ends() {
		switch p.peek() {
		case '.', '[':
			return name(p.source[start:p.at]), nil
		case '(':
			return p.call(p.source[start:p.at])
		case ' ':
			return nil, p.fail("use ['…'] for a name with blanks")
		}
		p.at++
	}
	return name(p.source[start:p.at]), nil
}

// bracket reads ['name'], ['a','b'], [0], [0,1], [1:2], [*], [?(…)] or [(@.length-1)].
func (p *parser) bracket() (step, error) {
	p.at++
	switch c := p.blanks(); {
	case c == '\'' || c == '"':
		return p.union()
	case c == '*':
		p.at++
		return wildcard{}, p.close(']')
	case c == '?':
		p.at++
		return p.filter()
	case c == '(':
		return p.script()
	case c == '-' || c == ':' || '0' <= c && c <= '9':
		return p.array()
	}
	return nil, p.fail("expected a quoted name, an index, '*', a filter or a script after '['")
}

func (p *parser) close(bracket byte) error {
	if p.blanks() != bracket {
		return p.fail("expected '%c'", bracket)
	}
	p.at++
	return nil
}

func (p *parser) union() (step, error) {
	var list union
	for {
		quote := p.blanks()
		if quote != '\'' && quote != '"' {
			return nil, p.fail("expected a quoted name")
		}
		text, err := p.quoted() // its escapes stay: AWS compares the name as written
		if err != nil {
			return nil, err
		}
		list = append(list, text)
		if p.blanks() != ',' {
			break
		}
		p.at++
	}
	if err := p.close(']'); err != nil {
		return nil, err
	}
	if len(list) == 1 {
		return name(list[0]), nil
	}
	return list, nil
}

// quoted reads a quoted string and keeps its escapes.
func (p *parser) quoted() (string, error) {
	quote := p.peek()
	start := p.at + 1
	for p.at++; p.at < len(p.source); p.at++ {
		switch p.peek() {
		case quote:
			p.at++
			return p.source[start : p.at-1], nil
		case '\\':
			p.at++
		}
	}
	p.at = start - 1
	return "", p.fail("the quote is not closed")
}
