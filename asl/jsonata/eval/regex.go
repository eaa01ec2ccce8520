package eval

import (
	"time"

	"clinical-risk-pipeline/asl/jsonata/fault"
	"clinical-risk-pipeline/asl/jsonata/regex"
	"clinical-risk-pipeline/asl/jsonata/syntax"
	"clinical-risk-pipeline/asl/value"
)

// matcher is a regular expression in an expression.
type matcher struct {
	regex *regex.Regex
	node  *syntax.Node
}

// compileRegexes compiles the regular expressions of a tree and keeps each in its node.
func compileRegexes(root *syntax.Node) error {
	var first error
	syntax.Walk(root, func(n *syntax.Node) {
		if n.Kind != syntax.Regex || first != nil {
			return
		}
		compiled, err := regex.Compile(n.Text, n.Flags)
		if err != nil {
			first = &fault.Fault{Position: n.Position, Text: err.Error()}
			return
		}
		f := &function{arity: 2, matcher: &matcher{compiled, n}}
		f.code = func(c *Call) any { return f.matcher.call(c) }
		n.Value = f
	})
	return first
}

func regexFunction(n *syntax.Node) any { return n.Value }

// found is a match: its text and groups, and where it starts and ends in the text that was searched, in bytes.
type found struct {
	text       string
	start, end int
	groups     []any
	object     any // of a matcher that is an ordinary function
}

// matches returns the first n matches of a matcher in a text, or all if n is negative. A matcher is a regular expression or a function
// that returns a match as an object.
func (c *Call) matches(f any, text string, n int) []found {
	fn, ok := f.(*function)
	if !ok || fn.matcher == nil {
		return c.customMatches(f, text, n)
	}
	start := time.Now()
	all, err := fn.matcher.regex.FindAll(text, n)
	c.searched(fn.matcher, text, start)
	if err != nil {
		panic(&fault.Fault{Code: fault.Stopped, Text: TooLong})
	}
	c.grow(len(all) * 8 * wordsPerItem)
	result := make([]found, len(all))
	for i, offsets := range all {
		m := found{text: text[offsets[0]:offsets[1]], start: offsets[0], end: offsets[1]}
		if m.text == "" {
			panic(&fault.Fault{Code: "D1004", Position: fn.matcher.node.Position, Value: fn.matcher.node.Text})
		}
		for g := 2; g < len(offsets); g += 2 {
			if offsets[g] < 0 {
				m.groups = append(m.groups, undefined)
			} else {
				m.groups = append(m.groups, text[offsets[g]:offsets[g+1]])
			}
		}
		result[i] = m
	}
	return result
}

// maxBacktracking is the time that the backtracking searches of one evaluation may take. The library that searches counts no steps, so
// this limit is not the same on every machine. It is far from what an expression needs that is no attack.
const maxBacktracking = 500 * time.Millisecond

// searched counts the work of a search. That of a search with backtracking is not linear in the length of the text: its time counts.
func (c *Call) searched(m *matcher, text string, start time.Time) {
	c.step(1 + len(text)/8)
	if m.regex.Linear() {
		return
	}
	if c.backtracked += time.Since(start); c.backtracked > maxBacktracking {
		panic(&fault.Fault{Code: fault.Stopped, Text: TooLong})
	}
}

// customMatches calls a function and then the next function of each match.
func (c *Call) customMatches(f any, text string, n int) []found {
	var result []found
	v := c.invoke(f, []any{text}, nil, c.env)
	for len(result) != n && !isUndefined(v) {
		c.step(1)
		m, ok := matchOf(v, text)
		if !ok {
			panic(&fault.Fault{Code: "T1010"})
		}
		result = append(result, m)
		if v = c.invoke(member(v, "next"), nil, nil, c.env); v == nil {
			break
		}
	}
	return result
}

// matchOf reads a match from an object.
func matchOf(v any, text string) (found, bool) {
	start, hasStart := number(member(v, "start"))
	end, hasEnd := number(member(v, "end"))
	groups, hasGroups := itemsOf(member(v, "groups"))
	_, hasNext := member(v, "next").(*function)
	if !hasStart && !hasEnd && !hasGroups && !hasNext {
		return found{}, false
	}
	m := found{start: byteOffset(text, int(start)), end: byteOffset(text, int(end)), groups: groups, object: v}
	m.text, _ = member(v, "match").(string)
	return m, true
}

// call runs a regular expression that is called as a function.
func (m *matcher) call(c *Call) any {
	text, ok := c.Arg(0).(string)
	if !ok {
		return undefined
	}
	all := c.matches(m.node.Value, text, -1)
	return matchObject(text, all, 0)
}

// matchObject returns a match as an object whose next function returns the following match.
func matchObject(text string, all []found, i int) any {
	if i >= len(all) {
		return undefined
	}
	m := all[i]
	if m.object != nil {
		return m.object
	}
	return value.ObjectOf(
		value.Member{Key: "match", Value: m.text},
		value.Member{Key: "start", Value: float64(utf16Length(text[:m.start]))},
		value.Member{Key: "end", Value: float64(utf16Length(text[:m.end]))},
		value.Member{Key: "groups", Value: array(m.groups)},
		value.Member{Key: "next", Value: &function{code: func(*Call) any { return matchObject(text, all, i+1) }}},
	)
}
