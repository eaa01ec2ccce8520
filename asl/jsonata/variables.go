package jsonata

import "sort"

// Variables lists what an expression refers to, for checks before an execution.
type Variables struct {
	// Free lists the variables that the expression uses without binding them, sorted and without the $: "states" and the
	// variables of the state machine. A variable may have the name of a function, such as $count in $count + 1. Where a function
	// is allowed, as in $map(list, $count), such a name means the function.
	Free []string
	// Functions lists the functions that the expression calls or passes by name, except its own, sorted and without the $.
	Functions []string
	// Unknown lists those of Functions that neither JSONata nor AWS defines. Such a call fails with T1006, unless the state
	// machine has a variable of that name.
	Unknown []string
	// States lists the members of $states that the expression names, sorted: "context", "errorOutput", "input", "result".
	States []string
	// AllStates reports that the expression uses $states as a whole, so States may be incomplete.
	AllStates bool
	// Root reports that the expression uses $, $$ or an unqualified name without a context, which AWS does not support.
	Root bool
}

// variables sums up what was found.
func (u *uses) variables() Variables {
	v := Variables{Root: u.root}
	for name, use := range u.free {
		known := functions.Has(name)
		if use.read || use.passed && !known {
			v.Free = append(v.Free, name)
		}
		if use.called || use.passed && known {
			v.Functions = append(v.Functions, name)
		}
		if use.called && !known {
			v.Unknown = append(v.Unknown, name)
		}
	}
	if states := u.free["states"]; states != nil {
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
