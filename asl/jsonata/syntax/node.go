// Package syntax parses JSONata 2.0.6 (https://docs.jsonata.org/) into a tree that an evaluator walks. The tree is in the form in
// which the language evaluates it: names are paths of one step, the steps of a path are a list, each % knows the step whose input
// it means, and a call in the place of a function's result is marked as a tail call.
package syntax

import "clinical-risk-pipeline/asl/jsonata/signature"

// Kind tells what a node is.
type Kind uint8

// The kinds of nodes, and the fields that they use.
const (
	Literal     Kind = iota + 1 // Value: a string, float64, bool or nil
	Regex                       // Text: the pattern; Flags: some of "im"
	Variable                    // Text: the name without its $; "" is the context, "$" the input
	Name                        // Text; a step of a path
	Path                        // Nodes: the steps
	Wildcard                    // *
	Descendant                  // **
	Parent                      // %; Slot
	Array                       // Nodes
	Object                      // Pairs
	Negate                      // Left
	Binary                      // Text: the operator; Left, Right
	Bind                        // Text: the variable; Right
	Apply                       // ~>; Left, Right
	Condition                   // Left ? Right : Else
	Block                       // Nodes
	Call                        // Left: the function; Nodes: the arguments
	Partial                     // as Call; an argument may be a Placeholder
	Placeholder                 // ? as an argument
	Lambda                      // Params, Signature, Right: the body
	Transform                   // |Left|Right, Else|: pattern, update, delete
	Sort                        // Terms; a step of a path
)

// Node is a node of the tree. Do not change it after parsing.
type Node struct {
	Kind     Kind
	Position int // after the token, in UTF-16 units from the start
	Text     string
	Flags    string
	Value    any
	Left     *Node
	Right    *Node
	Else     *Node
	Nodes    []*Node
	Pairs    []Pair
	Terms    []Term

	// Lambda
	Params    []string
	Signature *signature.Signature
	Tail      bool // the body is a call that the caller makes instead (a tail call)

	// What follows an expression or a step of a path.
	Predicates    []*Node // of an expression that is not a step after a dot
	Stages        []Stage // predicates and index bindings of a step, in order
	Group         *Node   // group-by: an Object
	Keep          bool    // []: keeps an array of one value
	KeepSingleton bool    // Path: a step has []
	Cons          bool    // an array constructor, or a block of one, whose array is not flattened
	Focus         string  // @$name
	Index         string  // #$name
	Free          bool    // Variable: nothing in the expression binds a variable of this name
	Tuple         bool    // a step that yields tuples of bindings
	Ancestor      *Slot   // a later % means the input of this step
	Slot          *Slot   // Parent

	seeking []*Slot // those % that no step has answered yet
	checked bool    // of a path: its steps so far are checked
}

// Pair is a key and a value of an object constructor.
type Pair struct{ Key, Value *Node }

// Term is a term of an order-by clause.
type Term struct {
	Expression *Node
	Descending bool
}

// Stage filters the values of a step, or numbers them if Filter is nil.
type Stage struct {
	Filter *Node
	Index  string
}

// Slot connects a % with the step whose input it means. Evaluation binds that input to Label.
type Slot struct {
	Label string
	level int
	same  *Slot // a slot of the same step, whose label counts
}

// Name returns the label that evaluation binds.
func (s *Slot) Name() string {
	for s.same != nil {
		s = s.same
	}
	return s.Label
}
