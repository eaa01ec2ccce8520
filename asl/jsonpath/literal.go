package jsonpath

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"clinical-risk-pipeline/asl/value"
)

var escapes = map[byte]string{'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t"}

// unescape resolves \n, \u0041 and similar escapes. It drops the backslash before any other character.
func unescape(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		if code, err := strconv.ParseUint(text[i+1:min(i+5, len(text))], 16, 16); text[i] == 'u' && err == nil {
			b.WriteString(string(utf8.AppendRune(nil, rune(code))))
			i += 4
		} else if plain, ok := escapes[text[i]]; ok {
			b.WriteString(plain)
		} else {
			b.WriteByte(text[i])
		}
	}
	return b.String()
}

// literal reads a JSON value in a filter. Strings may have single quotes.
func (p *parser) literal() (any, error) {
	switch c := p.blanks(); c {
	case '\'', '"':
		text, err := p.quoted()
		return unescape(text), err
	case '[':
		items := []any{}
		err := p.list(']', func() error {
			item, err := p.literal()
			items = append(items, item)
			return err
		})
		return items, err
	case '{':
		object := value.NewObject(2)
		err := p.list('}', func() error { return p.member(object) })
		return object, err
	}
	return p.word()
}

// list reads values between brackets, separated by commas.
func (p *parser) list(end byte, item func() error) error {
	if err := p.deeper(); err != nil {
		return err
	}
	defer func() { p.depth-- }()
	p.at++
	for first := true; p.blanks() != end; first = false {
		if !first {
			if err := p.close(','); err != nil {
				return err
			}
		}
		if err := item(); err != nil {
			return err
		}
	}
	p.at++
	return nil
}

func (p *parser) member(object *value.Object) error {
	if quote := p.blanks(); quote != '\'' && quote != '"' {
		return p.fail("expected a quoted name")
	}
	key, err := p.quoted()
	if err != nil {
		return err
	}
	if err := p.close(':'); err != nil {
		return err
	}
	v, err := p.literal()
	object.Set(unescape(key), v)
	return err
}

// word reads a number, true, false or null.
func (p *parser) word() (any, error) {
	start := p.at
	for p.at < len(p.source) && strings.IndexByte(" ,)]}=!<>~&|", p.peek()) < 0 {
		p.at++
	}
	text := p.source[start:p.at]
	v, err := value.DecodeString(text)
	if err != nil {
		p.at = start
		return nil, p.fail("expected a path, a quoted string, a number, true, false or null, got '%s'", text)
	}
	return v, nil
}

func (p *parser) deeper() error {
	if p.depth++; p.depth > maxDepth {
		return p.fail("filters and lists nest more than %d deep", maxDepth)
	}
	return nil
}
