package asl

import (
	"fmt"
	"strings"
)

// Fault is something wrong with a definition. Load joins all of them.
type Fault struct {
	State   string // the state's name; "" for the definition itself
	Field   string // the field in the state, such as "Next" or "Retry[0].ErrorEquals"; "" for the state itself
	Message string // what is wrong, and what would be right
	Lint    bool   // AWS creates such a state machine, but it fails when it gets there. Lenient does not report it.
}

// Error renders `state "NAME": FIELD: MESSAGE`.
func (f *Fault) Error() string {
	var b strings.Builder
	if f.State != "" {
		fmt.Fprintf(&b, "state %q: ", f.State)
	}
	if f.Field != "" {
		b.WriteString(f.Field + ": ")
	}
	return b.String() + f.Message
}
