// Package jsonpath evaluates JSONPath as AWS Step Functions does, that is as the Java library Jayway JsonPath does
// (https://github.com/json-path/JsonPath), with the roots that the Amazon States Language adds.
//
//	path, err := jsonpath.Parse("$.subjects[?(@.risk > 0.75)].id")
//	ids, err := path.Get(input)
//
// Beyond names, indices and wildcards it knows recursive descent (..), slices ([1:3]), unions ([0,2] and ['a','b']), filters
// and the functions min, max, avg, stddev, sum, length, size, keys, first, last and index. A path is definite when it can
// find one value at most; an indefinite path always finds a list, which may be empty.
//
// Values are JSON values: nil, bool, string, float64 (or json.Number), []any and map[string]any; they are never mutated. The
// members of an object are visited in the order of their names, since a Go map has no order of its own.
package jsonpath

import "fmt"

// Path is a parsed path. It is immutable and safe for concurrent use.
type Path struct {
	source string
	root   string
	steps  []step
	plain  bool // names and single indices only
}

// Context is what Path.Root returns for paths into the context object.
const Context = "$"

// current is the root of paths within filters that start at the value that is being filtered: @.
const current = "@"

// String returns the path as it was written.
func (p *Path) String() string { return p.source }

// Root says what the path starts from: "" for the state's input ($, $.a), Context for the context object ($$, $$.Execution),
// else the name of a variable ($name, $name.a).
func (p *Path) Root() string { return p.root }

// IsDefinite reports whether the path finds one value at most. An indefinite path finds a list.
func (p *Path) IsDefinite() bool {
	definite, descended := true, false
	for i, s := range p.steps {
		switch s.(type) {
		case descent:
			descended = true
		case call:
			definite = definite || descended
		}
		definite = definite && s.definite(i == len(p.steps)-1)
	}
	return definite
}

// IsReference reports whether this is a reference path: names and single indices only, each of which leads to one node
// (https://states-language.net/spec.html#ref-paths). Reference paths are the only ones to write to.
func (p *Path) IsReference() bool {
	return p.plain && p.root == ""
}

// NotFoundError says that a definite path leads nowhere in the value it was applied to.
type NotFoundError struct {
	// Path is the path as written.
	Path string
	// Reason is Jayway's sentence: "No results for path: $['a']['b']", "Missing property in path $['a']".
	Reason string
}

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("Invalid path '%s' : %s", e.Path, e.Reason)
}

// Get returns what the path finds in root: one value for a definite path, else a []any. The error is a *NotFoundError when a
// definite path, or the definite beginning of an indefinite one, leads nowhere.
func (p *Path) Get(root any) (any, error) {
	if p.plain {
		return p.walk(root)
	}
	visits := maxVisits
	return p.get(root, root, &visits)
}

// notFound explains why step i finds nothing in at, in Jayway's words.
func (p *Path) notFound(i int, at any) error {
	return &NotFoundError{Path: p.source, Reason: missing(p.steps, i, at)}
}
