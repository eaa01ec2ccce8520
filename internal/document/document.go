// Package document reads YAML and JSON files that people write into a tree that knows the lines of the file, so that a reader of a
// format can report every fault at its place. It takes only what both languages have: no anchors, aliases, tags or merges.
package document

import (
	"strconv"
	"strings"
)

// Kind is what a value is. People read it.
type Kind string

// The kinds of values.
const (
	Text    Kind = "text"
	Number  Kind = "number"
	Boolean Kind = "boolean"
	Null    Kind = "nothing"
	List    Kind = "list"
	Object  Kind = "object"
	Refused Kind = "" // has a fault already
)

// Node is a value of a file, with its place.
type Node struct {
	Kind   Kind
	Text   string // of a text, and as written of a number or boolean
	Items  []*Node
	Fields map[string]*Node
	Names  []Name // of Fields, in the order of the file
	Line   int
}

// Name is a field's name, with its place.
type Name struct {
	Text string
	Line int
}

// Fault is a fault of the form of a file, such as a field that occurs twice.
type Fault struct {
	Line    int
	Field   string // such as cases[0].name, or "" for the file as a whole
	Problem string
}

// Join names a field of an object.
func Join(object, field string) string {
	if object == "" {
		return field
	}
	return object + "." + field
}

// Got describes a value to people.
func (n *Node) Got() string {
	switch n.Kind {
	case Text:
		return strconv.Quote(Short(n.Text))
	case Number, Boolean:
		return Short(n.Text)
	case Null:
		return "nothing"
	case Object:
		return "an object"
	}
	return "a " + string(n.Kind)
}

// Short cuts a long text.
func Short(text string) string {
	const most = 60
	if runes := []rune(text); len(runes) > most {
		return strings.TrimSpace(string(runes[:most])) + "…"
	}
	return text
}
