package jsonata

import "sort"

// Variables says what an expression refers to, for checks before anything runs.
type Variables struct {
	// Free are the variables that the expression uses without binding them itself, sorted and without the $: "states" and
	// those of the state machine. A variable may have the name of a function, such as $count in $count + 1; where a function
	// makes sense, as in $map(list, $count), such a name is taken for the function.
	Free []string
	// Functions are the functions that the expression calls or passes on by name, its own excepted, sorted and without the $.
	Functions []string
	// Unknown are those of Functions that neither the library nor AWS defines. Unless the state machine has a variable of that
	// name, such a call fails with T1006.
	Unknown []string
	// States are the members of $states that it names, sorted: "context", "errorOutput", "input", "result".
	States []string
	// AllStates says that it uses $states as a whole, so that States may lack some.
	AllStates bool
	// Root says that it uses $, $$ or an unqualified name where there is no context, all of which AWS does not support.
	Root bool
}

// Variables returns what the expression refers to.
func (e *Expression) Variables() Variables {
	v := Variables{Root: e.uses.root}
	for name, use := range e.uses.free {
		builtin := e.uses.builtin[name]
		if use.read || use.passed && !builtin {
			v.Free = append(v.Free, name)
		}
		if use.called || use.passed && builtin {
			v.Functions = append(v.Functions, name)
		}
		if use.called && !builtin {
			v.Unknown = append(v.Unknown, name)
		}
	}
	if states := e.uses.free["states"]; states != nil {
		v.AllStates = states.all
		for member := range states.members {
			v.States = append(v.States, member)
		}
	}
	for _, list := range [][]string{v.Free, v.Functions, v.Unknown, v.States} {
		sort.Strings(list)
	}
	return v
}
