package eval

import (
	"math"
	"strconv"
	"unicode/utf8"

	"clinical-risk-pipeline/asl/jsonata/fault"
	"clinical-risk-pipeline/asl/value"
)

// utf16Length returns the length of a text in UTF-16 units, in which JavaScript counts.
func utf16Length(s string) int {
	n := 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			i++
			n++
			continue
		}
		size, units := character(s[i:])
		i += size
		n += units
	}
	return n
}

// character returns the size of the first character in bytes and in UTF-16 units. A lone surrogate is a character.
func character(s string) (size, units int) {
	if s[0] < utf8.RuneSelf {
		return 1, 1
	}
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && n == 1 && value.SurrogateAt(s) != 0 {
		return 3, 1
	}
	if r > 0xffff {
		return n, 2
	}
	return n, 1
}

// characters returns the number of characters.
func characters(s string) int {
	n := 0
	for i := 0; i < len(s); n++ {
		size, _ := character(s[i:])
		i += size
	}
	return n
}

// characterOffset returns the offset in bytes of the nth character, or the length.
func characterOffset(s string, n int) int {
	at := 0
	for ; at < len(s) && n > 0; n-- {
		size, _ := character(s[at:])
		at += size
	}
	return at
}

// byteOffset converts an offset in UTF-16 units into one in bytes.
func byteOffset(s string, units int) int {
	at := 0
	for at < len(s) && units > 0 {
		size, n := character(s[at:])
		at += size
		units -= n
	}
	return at
}

// stringify writes a value as JSON, as $string does: numbers with 15 digits, functions as empty texts.
func (r *run) stringify(v any, pretty bool) string {
	switch v := v.(type) {
	case string:
		return v
	case *function:
		return ""
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			panic(fault.New("D3001", v))
		}
		var space [32]byte
		return string(appendRounded(space[:0], v))
	case *list:
		if v.outer {
			return r.stringify(v.items[0], pretty)
		}
	}
	w := writer{run: r, pretty: pretty}
	w.write(v)
	return string(w.out)
}

// appendRounded appends a number with at most 15 significant digits.
func appendRounded(b []byte, f float64) []byte {
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return value.AppendNumber(b, f)
	}
	var space [32]byte
	rounded, _ := strconv.ParseFloat(string(strconv.AppendFloat(space[:0], f, 'e', 14, 64)), 64)
	return value.AppendNumber(b, rounded)
}

// writer writes JSON.
type writer struct {
	*run
	out    []byte
	pretty bool
	indent int
}

func (w *writer) write(v any) {
	w.step(1)
	w.nest()
	from := len(w.out)
	switch v := v.(type) {
	case *function:
		w.out = append(w.out, `""`...)
	case undef:
		w.out = append(w.out, "null"...)
	case float64:
		w.out = appendRounded(w.out, w.finite(v))
	case *list:
		w.array(v.items)
	case []any:
		w.array(v)
	default:
		if isObject(v) {
			w.object(v)
		} else if f, ok := number(v); ok {
			w.out = appendRounded(w.out, f)
		} else {
			w.out = value.Append(w.out, v)
		}
	}
	w.nested--
	if symbol(v) != 'a' && symbol(v) != 'o' {
		w.grow(len(w.out) - from)
	}
}

func (w *writer) array(items []any) {
	w.out = append(w.out, '[')
	w.indent++
	for i, item := range items {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.line()
		w.write(item)
	}
	w.indent--
	if len(items) > 0 {
		w.line()
	}
	w.out = append(w.out, ']')
}

func (w *writer) object(o any) {
	w.out = append(w.out, '{')
	w.indent++
	n := 0
	for key, v := range members(o) {
		if isUndefined(v) {
			continue
		}
		if n++; n > 1 {
			w.out = append(w.out, ',')
		}
		w.line()
		w.out = append(value.AppendString(w.out, key), ':')
		if w.pretty {
			w.out = append(w.out, ' ')
		}
		w.write(v)
	}
	w.indent--
	if n > 0 {
		w.line()
	}
	w.out = append(w.out, '}')
}

func (w *writer) line() {
	if !w.pretty {
		return
	}
	w.out = append(w.out, '\n')
	for range w.indent {
		w.out = append(w.out, "  "...)
	}
}
