package value

import (
	"encoding/json"
	"math"
	"strconv"
	"unicode/utf8"
)

// Encode returns the value as JSON text without spaces, with the members of objects in their order and with only the escapes that
// JSON requires. It writes a number that is not finite as null, as JavaScript does, and a value of another type as Normalize has it.
func Encode(v any) string { return string(Append(make([]byte, 0, 128), v)) }

// Append appends the value as JSON text.
func Append(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case string:
		return AppendString(b, v)
	case float64:
		return AppendNumber(b, v)
	case json.Number:
		return append(b, v...)
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = Append(b, e)
		}
		return append(b, ']')
	case *Object:
		b = append(b, '{')
		for i := range v.members {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(AppendString(b, v.members[i].Key), ':')
			b = Append(b, v.members[i].Value)
		}
		return append(b, '}')
	}
	v, err := Normalize(v)
	if err != nil {
		return append(b, "null"...)
	}
	return Append(b, v)
}

// MarshalJSON encodes the object with its members in order.
func (o *Object) MarshalJSON() ([]byte, error) { return Append(nil, o), nil }

// UnmarshalJSON reads a JSON object.
func (o *Object) UnmarshalJSON(text []byte) error {
	v, err := Decode(text)
	if err != nil {
		return err
	}
	read, ok := v.(*Object)
	if !ok {
		return &json.UnmarshalTypeError{Value: "value", Offset: 0}
	}
	*o = *read
	return nil
}

// AppendNumber appends a number as JavaScript writes it: without an exponent from 1e-6 to below 1e21, -0 as 0, and null if it is not
// finite.
func AppendNumber(b []byte, f float64) []byte {
	switch abs := math.Abs(f); {
	case math.IsInf(f, 0) || math.IsNaN(f):
		return append(b, "null"...)
	case f == 0:
		return append(b, '0')
	case abs < 1<<53 && f == math.Trunc(f):
		return strconv.AppendInt(b, int64(f), 10)
	case abs >= 1e-6 && abs < 1e21:
		return strconv.AppendFloat(b, f, 'f', -1, 64)
	}
	from := len(b)
	b = strconv.AppendFloat(b, f, 'e', -1, 64)
	for i := from; i < len(b)-3; i++ { // Go writes e-07 where JavaScript writes e-7
		if b[i] == 'e' && b[i+2] == '0' {
			return append(b[:i+2], b[i+3:]...)
		}
	}
	return b
}

// plain has the bytes that a JSON string has as they are.
var plain = func() (plain [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		plain[c] = c != '"' && c != '\\'
	}
	return plain
}()

// AppendString appends a string as JSON text. It writes a lone surrogate as its \u escape and other bytes that are not UTF-8 as U+FFFD.
func AppendString(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if plain[c] {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			b = appendEscape(append(b, s[from:i]...), c)
			i++
			from = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r != utf8.RuneError || n != 1 {
			i += n
			continue
		}
		b = append(b, s[from:i]...)
		if surrogate := SurrogateAt(s[i:]); surrogate != 0 {
			b, n = append(append(b, `\u`...), strconv.FormatInt(int64(surrogate), 16)...), 3
		} else {
			b = append(b, "\ufffd"...)
		}
		i += n
		from = i
	}
	return append(append(b, s[from:]...), '"')
}

// AppendQuoted appends a JSON text, as Append writes it, as a JSON string.
func AppendQuoted(b, text []byte) []byte {
	b = append(b, '"')
	from := 0
	for i, c := range text {
		if c == '"' || c == '\\' {
			b = append(append(b, text[from:i]...), '\\')
			from = i
		}
	}
	return append(append(b, text[from:]...), '"')
}

func appendEscape(b []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	case '\b':
		return append(b, '\\', 'b')
	case '\f':
		return append(b, '\\', 'f')
	}
	return append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}
