// Package regex compiles and runs regular expressions of JavaScript. Go's regexp, which needs linear time, runs those that it can do.
// A library that backtracks runs the rest: look-around and references to groups. Its time is limited.
//
// Two differences from JavaScript remain. A character outside the Basic Multilingual Plane is one character and not two; and Go's
// case folding, for the flag i, knows two more pairs (ſ and s, K and the sign for kelvin).
package regex

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/dlclark/regexp2/v2"
)

// Timeout is the time that the search for matches with backtracking may take.
const Timeout = 250 * time.Millisecond

// ErrTimeout is the error of a match that takes too long.
var ErrTimeout = errors.New("the regular expression takes too long")

// Regex is a compiled regular expression. It is safe for concurrent use.
type Regex struct {
	linear       *regexp.Regexp
	backtracking *regexp2.Regexp // used if linear is nil
}

// Compile compiles a pattern of JavaScript with flags, some of "im". The error has JavaScript's text: "Invalid regular expression: …".
func Compile(pattern, flags string) (*Regex, error) {
	if source, ok := translate(pattern); ok {
		if flags != "" {
			source = "(?" + flags + ")" + source
		}
		if re, err := regexp.Compile(source); err == nil {
			return &Regex{linear: re}, nil
		}
	}
	options := regexp2.ECMAScript
	for _, flag := range flags {
		switch flag {
		case 'i':
			options |= regexp2.IgnoreCase
		case 'm':
			options |= regexp2.Multiline
		}
	}
	re, err := regexp2.Compile(pattern, options)
	if err != nil {
		return nil, fmt.Errorf("Invalid regular expression: /%s/: %w", pattern, err) //nolint:staticcheck // the text of JavaScript
	}
	re.MatchTimeout = Timeout
	return &Regex{backtracking: re}, nil
}

// Linear reports whether the time of a search is linear in the length of the text.
func (x *Regex) Linear() bool { return x.linear != nil }

// FindAll returns the first n matches in a text, or all if n is negative. A match is the offsets of its start and end in bytes, then
// those of each group, -1 for a group that took no part.
func (x *Regex) FindAll(text string, n int) ([][]int, error) {
	if x.linear != nil {
		return x.linear.FindAllStringSubmatchIndex(text, n), nil
	}
	var found [][]int
	start := time.Now()
	m, err := x.backtracking.FindStringMatch(text)
	for ; m != nil && err == nil && len(found) != n; m, err = x.backtracking.FindNextMatch(m) {
		var offsets []int
		for i := range m.GroupCount() {
			group := m.GroupByNumber(i)
			if group == nil || len(group.Captures) == 0 {
				offsets = append(offsets, -1, -1)
				continue
			}
			from, length := group.ByteRange()
			offsets = append(offsets, from, from+length)
		}
		found = append(found, offsets)
		if time.Since(start) > Timeout {
			return nil, ErrTimeout
		}
	}
	if err != nil {
		return nil, ErrTimeout
	}
	return found, nil
}

// Match reports whether the text has a match, and where the first one starts and ends.
func (x *Regex) Match(text string) (start, end int, ok bool, err error) {
	if x.linear != nil {
		at := x.linear.FindStringIndex(text)
		if at == nil {
			return 0, 0, false, nil
		}
		return at[0], at[1], true, nil
	}
	found, err := x.FindAll(text, 1)
	if err != nil || len(found) == 0 {
		return 0, 0, false, err
	}
	return found[0][0], found[0][1], true, nil
}
