package jsonpath

import (
	"regexp"
	"strconv"
	"strings"
)

// index is [0], or [-1] for the last item.
type index int

func (i index) definite(bool) bool { return true }
func (i index) String() string     { return "[" + strconv.Itoa(int(i)) + "]" }

func (i index) child(at any) (any, bool) {
	items, ok := at.([]any)
	if !ok {
		return nil, false
	}
	n := int(i)
	if n < 0 {
		n += len(items)
	}
	if n < 0 || n >= len(items) {
		return nil, false
	}
	return items[n], true
}

func (i index) expand(e *evaluation, at any, strict bool, yield func(any) error) error {
	return expandChild(e, i, at, strict, yield)
}

// fromEnd is [(@.length-1)], the only script that the library has: the number counts from the end.
type fromEnd int

func (n fromEnd) definite(bool) bool { return true }
func (n fromEnd) String() string     { return "[(@.length-" + strconv.Itoa(int(n)) + ")]" }

func (n fromEnd) child(at any) (any, bool) {
	items, ok := at.([]any)
	if i := len(items) - int(n); ok && i >= 0 && i < len(items) {
		return items[i], true
	}
	return nil, false
}

func (n fromEnd) expand(e *evaluation, at any, strict bool, yield func(any) error) error {
	return expandChild(e, n, at, strict, yield)
}

// script reads (@.length-1)] or (@.size()-1)].
func (p *parser) script() (step, error) {
	end := strings.IndexByte(p.source[p.at:], ']')
	if end < 0 {
		return nil, p.fail("expected ']'")
	}
	found := scripts.FindStringSubmatch(p.source[p.at : p.at+end])
	if found == nil {
		return nil, p.fail("the only scripts are (@.length-N) and (@.size()-N)")
	}
	n, err := strconv.ParseInt(found[1], 10, 32)
	if err != nil {
		return nil, p.fail("'%s' is too large", found[1])
	}
	p.at += end + 1
	return fromEnd(n), nil
}

var scripts = regexp.MustCompile(`^\( *@ *\. *(?:length|size) *(?:\( *\))? *- *([0-9]+) *\) *$`)

// indices is [0,2,-1].
type indices []int

func (x indices) definite(bool) bool    { return false }
func (x indices) child(any) (any, bool) { return nil, false }

func (x indices) String() string {
	parts := make([]string, len(x))
	for i, n := range x {
		parts[i] = strconv.Itoa(n)
	}
	return "[" + strings.Join(parts, ",") + "]"
}

func (x indices) expand(e *evaluation, at any, strict bool, yield func(any) error) error {
	if _, ok := at.([]any); !ok && strict {
		return e.notFound(at)
	}
	for _, n := range x {
		if value, ok := index(n).child(at); ok {
			if err := yield(value); err != nil {
				return err
			}
		}
	}
	return nil
}

// slice is [from:to]. One of the two may be absent. Jayway ignores a step.
type slice struct{ from, to *int }

func (s slice) definite(bool) bool    { return false }
func (s slice) child(any) (any, bool) { return nil, false }

func (s slice) String() string {
	text := func(n *int) string {
		if n == nil {
			return ""
		}
		return strconv.Itoa(*n)
	}
	return "[" + text(s.from) + ":" + text(s.to) + "]"
}

func (s slice) expand(e *evaluation, at any, strict bool, yield func(any) error) error {
	items, ok := at.([]any)
	if !ok {
		if strict {
			return e.notFound(at)
		}
		return nil
	}
	from, to := s.bounds(len(items))
	for i := from; i < to; i++ {
		if value, ok := index(i).child(at); ok {
			if err := yield(value); err != nil {
				return err
			}
		}
	}
	return nil
}

// bounds follows Jayway: [-3:-1] counts both ends from the back, and [1:-1] is empty.
func (s slice) bounds(length int) (from, to int) {
	switch {
	case s.to == nil:
		from = *s.from
		if from < 0 {
			from = max(0, length+from)
		}
		return from, length
	case s.from == nil:
		to = *s.to
		if to < 0 {
			to += length
		}
		return 0, min(length, to)
	}
	return max(*s.from, -length), min(length, *s.to)
}

// array reads indices or a slice.
func (p *parser) array() (step, error) {
	end := strings.IndexByte(p.source[p.at:], ']')
	if end < 0 {
		return nil, p.fail("expected ']'")
	}
	text := p.source[p.at : p.at+end]
	found, ok := arrayStep(text)
	if !ok {
		return nil, p.fail("'%s' is not an index, a list of indices or a slice", text)
	}
	p.at += end + 1
	return found, nil
}

func arrayStep(text string) (step, bool) {
	if from, to, isSlice := strings.Cut(text, ":"); isSlice {
		to, _, _ = strings.Cut(to, ":")
		var s slice
		for _, bound := range []struct {
			text string
			n    **int
		}{{from, &s.from}, {to, &s.to}} {
			if bound.text = strings.TrimSpace(bound.text); bound.text == "" {
				continue
			}
			n, err := strconv.Atoi(bound.text)
			if err != nil {
				return nil, false
			}
			*bound.n = &n
		}
		return s, s.from != nil || s.to != nil
	}
	var list indices
	for _, part := range strings.Split(text, ",") {
		n, err := strconv.ParseInt(strings.TrimSpace(part), 10, 32)
		if err != nil {
			return nil, false
		}
		list = append(list, int(n))
	}
	if len(list) == 1 {
		return index(list[0]), true
	}
	return list, true
}
