package jsonpath

import (
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
