package eval

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"clinical-risk-pipeline/asl/jsonata/fault"
)

var encodingRows = []Row{
	{"base64encode", "<s-:s>", 0, base64Encode},
	{"base64decode", "<s-:s>", 0, base64Decode},
	{"encodeUrlComponent", "<s-:s>", 0, func(c *Call) any { return c.encodeURL("encodeUrlComponent", unreserved) }},
	{"encodeUrl", "<s-:s>", 0, func(c *Call) any { return c.encodeURL("encodeUrl", unreserved+reserved+"#") }},
	{"decodeUrlComponent", "<s-:s>", 0, func(c *Call) any { return c.decodeURL("decodeUrlComponent", "") }},
	{"decodeUrl", "<s-:s>", 0, func(c *Call) any { return c.decodeURL("decodeUrl", reserved+"#") }},
}

const (
	unreserved = "-_.!~*'()"
	reserved   = ";/?:@&=+$,"
)

// base64Encode encodes the characters as bytes, as JSONata does: those above U+00FF lose their higher bits.
func base64Encode(c *Call) any {
	return c.mapText(func(s string) string {
		bytes := make([]byte, 0, len(s))
		for _, r := range s {
			if r > 0xffff {
				r -= 0x10000
				bytes = append(bytes, byte(r>>10), byte(r))
				continue
			}
			bytes = append(bytes, byte(r))
		}
		return base64.StdEncoding.EncodeToString(bytes)
	})
}

func base64Decode(c *Call) any {
	return c.mapText(func(s string) string {
		bytes, _ := base64.RawStdEncoding.DecodeString(base64Text(s))
		var b strings.Builder
		for _, c := range bytes {
			b.WriteRune(rune(c))
		}
		return b.String()
	})
}

// base64Text drops what a lenient decoder ignores, and reads the alphabet for URLs.
func base64Text(s string) string {
	s, _, _ = strings.Cut(s, "=")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '-':
			return '+'
		case r == '_':
			return '/'
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '+', r == '/':
			return r
		}
		return -1
	}, s)
	if len(s)%4 == 1 {
		s = s[:len(s)-1]
	}
	return s
}

func alphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func malformed(name, s string) *fault.Fault {
	return &fault.Fault{Code: "D3140", Token: name, Value: s}
}

func (c *Call) encodeURL(name, keep string) any {
	return c.mapText(func(s string) string {
		if !utf8.ValidString(s) { // a lone surrogate
			panic(malformed(name, s))
		}
		const hex = "0123456789ABCDEF"
		b := make([]byte, 0, len(s)+16)
		for i := 0; i < len(s); i++ {
			if ch := s[i]; alphanumeric(ch) || strings.IndexByte(keep, ch) >= 0 {
				b = append(b, ch)
			} else {
				b = append(b, '%', hex[ch>>4], hex[ch&15])
			}
		}
		return string(b)
	})
}

// decodeURL decodes %XX, except for the characters in keep.
func (c *Call) decodeURL(name, keep string) any {
	return c.mapText(func(s string) string {
		b := make([]byte, 0, len(s))
		for i := 0; i < len(s); i++ {
			if s[i] != '%' {
				b = append(b, s[i])
				continue
			}
			if i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
				panic(malformed(name, s))
			}
			decoded := unhex(s[i+1])<<4 | unhex(s[i+2])
			if strings.IndexByte(keep, decoded) >= 0 {
				b = append(b, s[i:i+3]...)
			} else {
				b = append(b, decoded)
			}
			i += 2
		}
		if !utf8.Valid(b) {
			panic(malformed(name, s))
		}
		return string(b)
	})
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	}
	return c - 'a' + 10
}
