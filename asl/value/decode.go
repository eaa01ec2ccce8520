package value

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
)

// maxDepth is the deepest nesting that Decode reads.
const maxDepth = 10_000

// maxExact is the largest n such that a float64 can hold every integer from 0 to n exactly.
const maxExact = 1 << 53

// Decode reads one JSON value (RFC 8259). Numbers become float64, except integers that a float64 cannot hold exactly, which become
// json.Number. A key that comes twice keeps its first place and its last value, as in JavaScript. A fault names its offset.
func Decode(data []byte) (any, error) { return DecodeString(string(data)) }

// DecodeString is Decode for a string. The value's strings share the memory of the text.
func DecodeString(text string) (any, error) {
	d := decoder{text: text}
	d.blanks()
	if d.at == len(text) {
		return nil, errors.New("the text is empty")
	}
	v, err := d.value(0)
	if err != nil {
		return nil, err
	}
	if d.blanks(); d.at < len(text) {
		return nil, d.fault("text after the JSON value")
	}
	return v, nil
}

type decoder struct {
	text string
	at   int
}

func (d *decoder) fault(what string) error { return &SyntaxError{Offset: d.at, Message: what} }

// SyntaxError is a fault in a JSON text.
type SyntaxError struct {
	Offset  int // in bytes
	Message string
}

// Error renders "MESSAGE at offset N".
func (e *SyntaxError) Error() string { return fmt.Sprintf("%s at offset %d", e.Message, e.Offset) }

func (d *decoder) unexpected() error {
	if d.at >= len(d.text) {
		return errors.New("the text ends inside the JSON value")
	}
	r, _ := utf8.DecodeRuneInString(d.text[d.at:])
	return d.fault(fmt.Sprintf("unexpected character %q", r))
}

func (d *decoder) blanks() {
	for d.at < len(d.text) {
		switch d.text[d.at] {
		case ' ', '\n', '\t', '\r':
			d.at++
		default:
			return
		}
	}
}

// next skips blanks and returns the next byte, or 0 at the end.
func (d *decoder) next() byte {
	d.blanks()
	if d.at < len(d.text) {
		return d.text[d.at]
	}
	return 0
}

func (d *decoder) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, d.fault("nesting is too deep")
	}
	switch c := d.next(); {
	case c == '{':
		return d.object(depth)
	case c == '[':
		return d.array(depth)
	case c == '"':
		return d.str()
	case c == '-' || c >= '0' && c <= '9':
		return d.number()
	case c == 't':
		return true, d.word("true")
	case c == 'f':
		return false, d.word("false")
	case c == 'n':
		return nil, d.word("null")
	}
	return nil, d.unexpected()
}

func (d *decoder) word(word string) error {
	if len(d.text)-d.at < len(word) || d.text[d.at:d.at+len(word)] != word {
		return d.unexpected()
	}
	d.at += len(word)
	return nil
}

func (d *decoder) object(depth int) (any, error) {
	d.at++
	o := &Object{shared: true}
	if d.next() == '}' {
		d.at++
		return o, nil
	}
	o.members = make([]Member, 0, 4)
	for {
		if d.next() != '"' {
			return nil, d.unexpected()
		}
		key, err := d.str()
		if err != nil {
			return nil, err
		}
		if d.next() != ':' {
			return nil, d.unexpected()
		}
		d.at++
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		o.Set(key, v)
		more, err := d.more('}')
		if !more || err != nil {
			return o, err
		}
	}
}

func (d *decoder) array(depth int) (any, error) {
	d.at++
	items := []any{}
	if d.next() == ']' {
		d.at++
		return items, nil
	}
	for {
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		items = append(items, v)
		more, err := d.more(']')
		if !more || err != nil {
			return items, err
		}
	}
}

// more reads a comma, and reports true, or the end of an array or object.
func (d *decoder) more(end byte) (bool, error) {
	switch d.next() {
	case ',':
		d.at++
		return true, nil
	case end:
		d.at++
		return false, nil
	}
	return false, d.unexpected()
}

func (d *decoder) digits() bool {
	from := d.at
	for d.at < len(d.text) && d.text[d.at] >= '0' && d.text[d.at] <= '9' {
		d.at++
	}
	return d.at > from
}

func (d *decoder) peek() byte {
	if d.at < len(d.text) {
		return d.text[d.at]
	}
	return 0
}

func (d *decoder) number() (any, error) {
	from, whole := d.at, true
	if d.peek() == '-' {
		d.at++
	}
	if d.peek() == '0' {
		d.at++
	} else if !d.digits() {
		return nil, d.unexpected()
	}
	if d.peek() == '.' {
		d.at++
		if whole = false; !d.digits() {
			return nil, d.unexpected()
		}
	}
	if c := d.peek(); c == 'e' || c == 'E' {
		d.at++
		if c := d.peek(); c == '+' || c == '-' {
			d.at++
		}
		if whole = false; !d.digits() {
			return nil, d.unexpected()
		}
	}
	return numberOf(d.text[from:d.at], whole), nil
}

func numberOf(text string, whole bool) any {
	if whole && len(text) <= 15 {
		n, _ := strconv.ParseInt(text, 10, 64)
		if n == 0 && text[0] == '-' {
			return math.Copysign(0, -1)
		}
		return float64(n)
	}
	return Number(json.Number(text))
}
