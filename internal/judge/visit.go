package judge

import (
	"slices"
	"strings"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

// visit is one visit of a state.
type visit struct {
	state     string
	input     any
	variables *value.Object
	attempts  []attempt // of a task: how each ended
	branches  []branch  // of a Map or Parallel state
	next      string    // the state after it; "" if none was entered
	exited    bool
	execution *asl.Execution
	from      string // how a state is reached that no scenario visits

	parent *visit // of the Map or Parallel state around it
	branch int64  // the event that entered the first state of its branch
}

// attempt is how an attempt of a task ended.
type attempt struct {
	result any
	err    *asl.Error // nil: it succeeded
}

// branch is a branch of a Parallel state or an iteration of a Map, with the output of the state that was left last.
type branch struct {
	first  int64 // the event that entered its first state
	output any
}

// place is where an execution is after an event.
type place struct {
	visit     *visit // nil: outside all states
	variables *value.Object
	branch    int64  // the event that entered the first state of the branch; 0 before
	left      *visit // the state that was left, until the next one is entered
}

// visits returns the visits of an execution's states in the order in which they were entered.
func visits(x *asl.Execution) []*visit {
	var all []*visit
	after := make([]place, len(x.History)+1) // by event
	after[0].variables = value.NewObject(0)
	for i := range x.History {
		e := &x.History[i]
		at := after[e.PreviousEventID]
		switch d := e.Details.(type) {
		case *asl.StateEntered:
			if at.branch == 0 {
				at.branch = e.ID
			}
			v := &visit{state: d.Name, input: d.Input, variables: at.variables, execution: x, parent: at.visit, branch: at.branch}
			if at.left != nil {
				at.left.next = v.state
			}
			all = append(all, v)
			at = place{visit: v, variables: at.variables, branch: at.branch}
		case *asl.StateExited:
			at = leave(at, d)
		case *asl.TaskResult:
			if strings.HasSuffix(e.Type, "Succeeded") {
				at.visit.attempts = append(at.visit.attempts, attempt{result: d.Output})
			}
		case *asl.Failure:
			if isAttempt(e.Type) {
				at.visit.attempts = append(at.visit.attempts, attempt{err: &asl.Error{Name: d.Error, Cause: d.Cause}})
			}
		case *asl.MapIteration:
			at.branch, at.left = 0, nil
		default:
			if e.Type == "ParallelStateStarted" {
				at.branch = 0
			}
		}
		after[e.ID] = at
	}
	return all
}

// isAttempt reports whether an event that has an error is about an attempt of a task.
func isAttempt(eventType string) bool {
	for _, other := range []string{"Execution", "Map", "Parallel"} {
		if strings.HasPrefix(eventType, other) {
			return false
		}
	}
	return true
}

// leave ends the visit of the state that an event leaves.
func leave(at place, d *asl.StateExited) place {
	v := at.visit
	for v.state != d.Name { // A Map or Parallel state may be left while states inside it never were.
		v = v.parent
	}
	v.exited = true
	variables := v.variables
	if d.AssignedVariables != nil {
		variables = variables.Clone()
		for _, m := range d.AssignedVariables.Members() {
			variables.Set(m.Key, m.Value)
		}
	}
	if outer := v.parent; outer != nil {
		i := slices.IndexFunc(outer.branches, func(b branch) bool { return b.first == v.branch })
		if i < 0 {
			i, outer.branches = len(outer.branches), append(outer.branches, branch{first: v.branch})
		}
		outer.branches[i].output = d.Output
	}
	return place{visit: v.parent, variables: variables, branch: v.branch, left: v}
}
