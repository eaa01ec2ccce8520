package syntax

// regex reads a regular expression after its first slash. A slash inside brackets does not end it.
func (l *lexer) regex() token {
	from, depth := l.at, 0
	for l.at < len(l.source) {
		c := l.source[l.at]
		escaped := l.escapedAt(from)
		if c == '/' && !escaped && depth == 0 {
			pattern := l.source[from:l.at]
			if pattern == "" {
				l.fail("S0301", "")
			}
			l.at++
			return token{kind: tokenRegex, text: pattern, flags: l.flags()}
		}
		if !escaped {
			switch c {
			case '(', '[', '{':
				depth++
			case ')', ']', '}':
				depth--
			}
		}
		l.at++
	}
	l.fail("S0302", "")
	return token{}
}

// escapedAt reports whether an odd number of backslashes is before the current character.
func (l *lexer) escapedAt(from int) bool {
	n := 0
	for i := l.at - 1; i >= from && l.source[i] == '\\'; i-- {
		n++
	}
	return n%2 == 1
}

func (l *lexer) flags() string {
	from := l.at
	for l.at < len(l.source) && (l.source[l.at] == 'i' || l.source[l.at] == 'm') {
		l.at++
	}
	return l.source[from:l.at]
}
