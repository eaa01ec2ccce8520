// Package jsonpath evaluates JSONPath as AWS Step Functions does: like the Java library Jayway JsonPath
// (https://github.com/json-path/JsonPath), with the roots that the Amazon States Language adds.
//
//	path, err := jsonpath.Parse("$.subjects[?(@.risk > 0.75)].id")
//	ids, err := path.Get(input)
//
// In addition to names, indices and wildcards it supports recursive descent (..), slices ([1:3]), unions ([0,2] and ['a','b']),
// filters, the script of a last index ([(@.length-1)]) and the functions min, max, avg, stddev, sum, length, size, keys, first, last
// and index. A text in a filter needs no quotes: $[?(@.name==Not Started)]. A definite path finds at most one value. An indefinite path
// finds a list, which may be empty: also where a name on its way is missing, as in $.missing[*].
//
// Values are JSON values: nil, bool, string, float64 (or json.Number), []any and *value.Object. The package never mutates them. It
// visits the members of an object in the order of their names, because a Go map has no order.
package jsonpath

import "fmt"

// Path is a parsed path. It is immutable and safe for concurrent use.
type Path struct {
	source string
	root   string
	steps  []step
	plain  bool // names and single indices only

	definite bool // what IsDefinite returns
}

// Context is what Path.Root returns for paths into the context object.
const Context = "$"

// current is the root of paths in filters that start at the filtered value: @.
const current = "@"

// String returns the path as written.
func (p *Path) String() string { return p.source }

// Root returns the root of the path: "" for the state's input ($, $.a), Context for the context object ($$, $$.Execution),
// otherwise the name of a variable ($name, $name.a).
func (p *Path) Root() string { return p.root }

// IsDefinite reports whether the path finds at most one value. An indefinite path finds a list.
func (p *Path) IsDefinite() bool { return p.definite }

func isDefinite(steps []step) bool {
	definite, descended := true, false
	for i, s := range steps {
		switch s.(type) {
		case descent:
			descended = true
		case call:
			definite = definite || descended
		}
		definite = definite && s.definite(i == len(steps)-1)
	}
	return definite
}

// IsReference reports whether this is a reference path, which has only names and single indices and identifies one node
// (https://states-language.net/spec.html#ref-paths). Set accepts only reference paths.
func (p *Path) IsReference() bool {
	return p.plain && p.root == ""
}

// NotFoundError reports that a definite path finds nothing in a value.
type NotFoundError struct {
	// Path is the path as written.
	Path string
	// Reason is Jayway's message: "No results for path: $['a']['b']", "Missing property in path $['a']".
	Reason string
}

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("Invalid path '%s' : %s", e.Path, e.Reason)
}

// Get returns what the path finds in root: one value for a definite path, otherwise a []any. The error is a *NotFoundError when a
// definite path, or the definite start of an indefinite path, finds nothing.
func (p *Path) Get(root any) (any, error) {
	if p.plain {
		return p.walk(root)
	}
	visits := maxVisits
	return p.get(root, root, &visits)
}

// notFound explains in Jayway's words why step i finds nothing in at.
func (p *Path) notFound(i int, at any) error {
	return &NotFoundError{Path: p.source, Reason: missing(p.steps, i, at)}
}
