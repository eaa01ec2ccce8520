package diagnose

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSource is the number of characters of a text that a location shows.
const maxSource = 500

// JSONFault is what AWS's reader says of text that is not JSON.
type JSONFault struct {
	Message string // such as "Unexpected character ('}' (code 125)): was expecting …"
	Source  string // where, such as `[Source: (String)"{}}"; line: 1, column: 3]`
}

// JSON returns the fault of a text, or nil when it is one JSON value or more text follows it. What follows a value does not count: AWS's
// reader does not look at it.
func JSON(text string) *JSONFault {
	r := &reader{text: text}
	r.space()
	if r.at == len(text) {
		return r.fault("No content to map due to end-of-input")
	}
	return r.value(0)
}

// reader walks through a text.
type reader struct {
	text string
	at   int
}

// maxNesting is the deepest nesting of a text.
const maxNesting = 1000

func (r *reader) value(depth int) *JSONFault {
	if depth > maxNesting {
		return r.fault("Document nesting depth (%d) exceeds the maximum allowed (%d)", depth, maxNesting)
	}
	c := r.text[r.at]
	switch {
	case c == '{':
		return r.object(depth)
	case c == '[':
		return r.array(depth)
	case c == '"':
		return r.quoted()
	case c == '-' || c >= '0' && c <= '9':
		return r.number()
	case unicode.IsLetter(rune(c)) || c >= utf8.RuneSelf || c == '_' || c == '$':
		return r.word()
	}
	return r.unexpected("expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')")
}

func (r *reader) object(depth int) *JSONFault {
	start := r.at
	r.at++
	for first := true; ; first = false {
		r.space()
		switch {
		case r.at == len(r.text):
			return r.unclosed("Object", start)
		case r.text[r.at] == '}' && first:
			r.at++
			return nil
		case r.text[r.at] != '"':
			return r.unexpected("was expecting double-quote to start field name")
		}
		if fault := r.quoted(); fault != nil {
			return fault
		}
		r.space()
		if r.at == len(r.text) {
			return r.unclosed("Object", start)
		}
		if r.text[r.at] != ':' {
			return r.unexpected("was expecting a colon to separate field name and value")
		}
		r.at++
		if done, fault := r.element(depth, '}', "Object", start); done || fault != nil {
			return fault
		}
	}
}

func (r *reader) array(depth int) *JSONFault {
	start := r.at
	r.at++
	for first := true; ; first = false {
		r.space()
		if first && r.at < len(r.text) && r.text[r.at] == ']' {
			r.at++
			return nil
		}
		if done, fault := r.element(depth, ']', "Array", start); done || fault != nil {
			return fault
		}
	}
}

// element reads a value and what separates it from the next one. done: it was the last.
func (r *reader) element(depth int, closing byte, what string, start int) (done bool, fault *JSONFault) {
	r.space()
	if r.at == len(r.text) {
		return false, r.unclosed(what, start)
	}
	if fault := r.value(depth + 1); fault != nil {
		return false, fault
	}
	r.space()
	switch {
	case r.at == len(r.text):
		return false, r.unclosed(what, start)
	case r.text[r.at] == closing:
		r.at++
		return true, nil
	case r.text[r.at] != ',':
		return false, r.unexpected("was expecting comma to separate %s entries", what)
	}
	r.at++
	return false, nil
}

func (r *reader) quoted() *JSONFault {
	for r.at++; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; {
		case c == '"':
			r.at++
			return nil
		case c == '\\':
			r.at++
			if r.at < len(r.text) && !strings.ContainsRune(`"\/bfnrtu`, rune(r.text[r.at])) {
				escaped := r.text[r.at]
				r.at++
				return r.fault("Unrecognized character escape '%c' (code %d)", escaped, escaped)
			}
		case c < ' ':
			r.at++
			return r.fault("Illegal unquoted character ((CTRL-CHAR, code %d)): has to be escaped using backslash to be included in string value", c)
		}
	}
	return r.fault("Unexpected end-of-input in VALUE_STRING")
}

func (r *reader) number() *JSONFault {
	start := r.at
	for r.at < len(r.text) && strings.IndexByte("+-.eE0123456789", r.text[r.at]) >= 0 {
		r.at++
	}
	digits := strings.TrimPrefix(r.text[start:r.at], "-")
	if len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9' {
		return r.fault("Invalid numeric value: Leading zeroes not allowed")
	}
	return nil
}

// word reads a word without quotes, which must be null, true or false.
func (r *reader) word() *JSONFault {
	start := r.at
	for r.at < len(r.text) {
		c, n := utf8.DecodeRuneInString(r.text[r.at:])
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '_' && c != '$' {
			break
		}
		r.at += n
	}
	word := r.text[start:r.at]
	if word == "null" || word == "true" || word == "false" {
		return nil
	}
	return r.fault("Unrecognized token '%s': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')", word)
}

func (r *reader) space() {
	r.at += len(r.text[r.at:]) - len(strings.TrimLeft(r.text[r.at:], " \t\r\n"))
}

// unexpected is the fault of the next character.
func (r *reader) unexpected(format string, args ...any) *JSONFault {
	c, n := utf8.DecodeRuneInString(r.text[r.at:])
	r.at += n
	return r.fault("Unexpected character ('%c' (code %d)): %s", c, c, fmt.Sprintf(format, args...))
}

func (r *reader) unclosed(what string, start int) *JSONFault {
	return r.fault("Unexpected end-of-input: expected close marker for %s (start marker at %s)", what, (&reader{r.text, start}).source())
}

func (r *reader) fault(format string, args ...any) *JSONFault {
	return &JSONFault{fmt.Sprintf(format, args...), r.source()}
}

// source says where the reader is.
func (r *reader) source() string {
	shown, more := r.text, ""
	if runes := []rune(shown); len(runes) > maxSource {
		shown, more = string(runes[:maxSource]), fmt.Sprintf("[truncated %d chars]", len(runes)-maxSource)
	}
	before := r.text[:r.at]
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return fmt.Sprintf("[Source: (String)\"%s\"%s; line: %d, column: %d]", shown, more, 1+strings.Count(before, "\n"), column)
}
