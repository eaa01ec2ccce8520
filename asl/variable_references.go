package asl

import "slices"

// VariableReferences returns the variables that each state refers to, in the order of their names, as DescribeStateMachine does. A state
// without any is not in the map. The caller must not change it.
func (m *Machine) VariableReferences() map[string][]string { return m.references }

// references collects the variables that states use, by state.
func (i *scopeInfo) references(into map[string][]string) map[string][]string {
	for _, use := range i.uses {
		if state := use.fault.State; !use.assigns && !slices.Contains(into[state], use.variable) {
			into[state] = append(into[state], use.variable)
			slices.Sort(into[state])
		}
	}
	for _, inner := range i.inner {
		inner.references(into)
	}
	return into
}
