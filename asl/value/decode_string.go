package value

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// str reads a string. The common string, without escapes, is a part of the text.
func (d *decoder) str() (string, error) {
	d.at++
	from := d.at
	for d.at < len(d.text) {
		switch c := d.text[d.at]; {
		case c == '"':
			s := d.text[from:d.at]
			d.at++
			return valid(s), nil
		case c == '\\':
			return d.escaped(from)
		case c < ' ':
			return "", d.fault("a control character inside a string")
		}
		d.at++
	}
	return "", d.unexpected()
}

// valid replaces bytes that are not UTF-8.
func valid(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return strings.ToValidUTF8(s, "\ufffd")
		}
	}
	return s
}

// escaped reads the rest of a string that has escapes.
func (d *decoder) escaped(from int) (string, error) {
	b := append(make([]byte, 0, d.at-from+32), valid(d.text[from:d.at])...)
	for d.at < len(d.text) {
		switch c := d.text[d.at]; {
		case c == '"':
			d.at++
			return string(b), nil
		case c == '\\':
			d.at++
			var err error
			if b, err = d.escape(b); err != nil {
				return "", err
			}
		case c < ' ':
			return "", d.fault("a control character inside a string")
		case c < utf8.RuneSelf:
			b = append(b, c)
			d.at++
		default:
			r, n := utf8.DecodeRuneInString(d.text[d.at:])
			b = utf8.AppendRune(b, r)
			d.at += n
		}
	}
	return "", d.unexpected()
}

// escape reads what follows a backslash.
func (d *decoder) escape(b []byte) ([]byte, error) {
	c := d.peek()
	d.at++
	switch c {
	case '"', '\\', '/':
		return append(b, c), nil
	case 'b':
		return append(b, '\b'), nil
	case 'f':
		return append(b, '\f'), nil
	case 'n':
		return append(b, '\n'), nil
	case 'r':
		return append(b, '\r'), nil
	case 't':
		return append(b, '\t'), nil
	case 'u':
		r, ok := d.unit()
		if !ok {
			return nil, d.fault(`\u without four hexadecimal digits`)
		}
		return AppendUnit(b, r), nil
	}
	d.at--
	return nil, d.unexpected()
}

// unit reads the four digits of a \u escape.
func (d *decoder) unit() (uint16, bool) {
	if len(d.text)-d.at < 4 {
		return 0, false
	}
	n, err := strconv.ParseUint(d.text[d.at:d.at+4], 16, 16)
	if err != nil {
		return 0, false
	}
	d.at += 4
	return uint16(n), true
}

// AppendUnit appends a UTF-16 unit to a text in WTF-8. A low surrogate completes a high surrogate at the end of the text.
func AppendUnit(b []byte, unit uint16) []byte {
	r := rune(unit)
	if !utf16.IsSurrogate(r) {
		return utf8.AppendRune(b, r)
	}
	if n := len(b); r >= 0xdc00 && n >= 3 {
		if high := SurrogateAt(string(b[n-3:])); high != 0 && high < 0xdc00 {
			return utf8.AppendRune(b[:n-3], utf16.DecodeRune(high, r))
		}
	}
	return append(b, byte(0xe0|r>>12), byte(0x80|r>>6&0x3f), byte(0x80|r&0x3f))
}

// SurrogateAt returns the lone surrogate at the start of a text in WTF-8, or 0. It has three bytes.
func SurrogateAt(s string) rune {
	if len(s) < 3 || s[0] != 0xed || s[1] < 0xa0 || s[1] > 0xbf || s[2] < 0x80 || s[2] > 0xbf {
		return 0
	}
	return 0xd000 | rune(s[1]&0x3f)<<6 | rune(s[2]&0x3f)
}
