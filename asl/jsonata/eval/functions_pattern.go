package eval

import (
	"math"
	"strconv"
	"strings"
	"time"

	"clinical-risk-pipeline/asl/jsonata/fault"
	"clinical-risk-pipeline/asl/value"
)

var patternRows = []Row{
	{"match", "<s-f<s:o>n?:a<o>>", 0, match},
	{"contains", "<s-(sf):b>", 0, contains},
	{"replace", "<s-(sf)(sf)n?:s>", 0, replace},
	{"split", "<s-(sf)n?:a<s>>", 0, split},
}

// limit returns the argument that limits the number of matches, or -1. code is that of the fault when it is negative.
func (c *Call) limit(i int, code string) int {
	f, ok := c.Number(i)
	if !ok {
		return -1
	}
	if f < 0 {
		panic(&fault.Fault{Code: code, Value: f, Index: i + 1})
	}
	return int(min(math.Ceil(f), math.MaxInt32))
}

// found returns the matches up to a limit. It looks one match further, which shows whether the pattern matches nothing.
func (c *Call) found(pattern any, text string, limit int) []found {
	if limit < 0 {
		return c.matches(pattern, text, -1)
	}
	all := c.matches(pattern, text, limit+1)
	return all[:min(limit, len(all))]
}

func match(c *Call) any {
	text, ok := c.Text(0)
	if !ok {
		return undefined
	}
	result := sequence()
	units, at := 0, 0
	for _, m := range c.found(c.Arg(1), text, c.limit(2, "D3040")) {
		units += utf16Length(text[at:max(at, m.start)])
		at = max(at, m.start)
		result.items = append(result.items, value.ObjectOf(
			value.Member{Key: "match", Value: m.text},
			value.Member{Key: "index", Value: float64(units)},
			value.Member{Key: "groups", Value: array(m.groups)},
		))
	}
	return result
}

func contains(c *Call) any {
	text, ok := c.Text(0)
	if !ok {
		return undefined
	}
	switch pattern := c.Arg(1).(type) {
	case string:
		return strings.Contains(text, pattern)
	case *function:
		if pattern.matcher != nil {
			return c.matchesAny(pattern, text)
		}
	}
	return len(c.matches(c.Arg(1), text, 1)) > 0
}

func (c *Call) matchesAny(pattern *function, text string) bool {
	began := time.Now()
	start, end, ok, err := pattern.matcher.regex.Match(text)
	c.searched(pattern.matcher, text, began)
	if err != nil {
		panic(&fault.Fault{Code: fault.Stopped, Text: TooLong})
	}
	if ok && start == end {
		panic(&fault.Fault{Code: "D1004", Position: pattern.matcher.node.Position, Value: pattern.matcher.node.Text})
	}
	return ok
}

func replace(c *Call) any {
	text, ok := c.Text(0)
	if !ok {
		return undefined
	}
	if pattern, ok := c.Text(1); ok && pattern == "" {
		panic(&fault.Fault{Code: "D3010", Value: "", Index: 2})
	}
	limit := c.limit(3, "D3011")
	if pattern, ok := c.Text(1); ok {
		replacement := c.text(c.Arg(2))
		c.grow(len(text) + strings.Count(text, pattern)*len(replacement))
		return strings.Replace(text, pattern, replacement, limit)
	}
	if limit == 0 {
		return text
	}
	all := c.found(c.Arg(1), text, limit)
	var b strings.Builder
	at := 0
	for i, m := range all {
		b.WriteString(text[min(at, m.start):m.start])
		b.WriteString(c.replacement(text, all, i))
		at = min(m.start+len(m.text), len(text))
	}
	b.WriteString(text[at:])
	c.grow(len(text))
	return b.String()
}

// replacement returns what replaces a match.
func (c *Call) replacement(text string, all []found, i int) string {
	replaced, ok := c.Text(2)
	if ok {
		replaced = expand(replaced, all[i])
	} else {
		v := c.invoke(c.Arg(2), []any{matchObject(text, all, i)}, nil, c.env)
		if replaced, ok = v.(string); !ok {
			panic(fault.New("D3012", c.shown(v)))
		}
	}
	c.grow(2 * len(replaced)) // here, and in the result
	return replaced
}

// expand replaces $0, $1 and so on by the match and its groups, and $$ by $.
func expand(template string, m found) string {
	if strings.IndexByte(template, '$') < 0 {
		return template
	}
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(template, "$")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		switch {
		case strings.HasPrefix(after, "$"):
			b.WriteByte('$')
			template = after[1:]
		case strings.HasPrefix(after, "0"):
			b.WriteString(m.text)
			template = after[1:]
		default:
			n, length := groupNumber(after, len(m.groups))
			if length == 0 {
				b.WriteByte('$')
			} else if n >= 1 && n <= len(m.groups) {
				group, _ := m.groups[n-1].(string)
				b.WriteString(group)
			}
			template = after[length:]
		}
	}
}

// groupNumber reads as many digits as the number of groups has, and one less if there is no such group.
func groupNumber(text string, groups int) (n, length int) {
	digits := len(strconv.Itoa(max(groups, 1)))
	for length < len(text) && length < digits && text[length] >= '0' && text[length] <= '9' {
		n = n*10 + int(text[length]-'0')
		length++
	}
	if digits > 1 && length == digits && n > groups {
		n, length = n/10, length-1
	}
	return n, length
}

func split(c *Call) any {
	text, ok := c.Text(0)
	if !ok {
		return undefined
	}
	limit := c.limit(2, "D3020")
	if f, ok := c.Number(2); ok && c.isText(1) {
		limit = int(f)
	}
	parts := []any{}
	add := func(s string) {
		if limit < 0 || len(parts) < limit {
			parts = append(parts, s)
		}
	}
	if separator, ok := c.Text(1); ok {
		for s := range strings.SplitSeq(text, separator) {
			add(s)
		}
	} else {
		at := 0
		for _, m := range c.found(c.Arg(1), text, limit) {
			add(text[min(at, m.start):m.start])
			at = m.end
		}
		add(text[at:])
	}
	c.step(len(parts))
	c.grow(len(parts) * 2 * wordsPerItem)
	return array(parts)
}

func (c *Call) isText(i int) bool {
	_, ok := c.Text(i)
	return ok
}
