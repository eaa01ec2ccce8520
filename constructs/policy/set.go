package policy

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Set collects the statements that the parts of a construct need, by name.
type Set struct{ byName map[string]Statement }

// Add adds statements. Parts that add the same actions under the same name and conditions share one statement, with the
// resources of all of them. Add panics where a name already has other actions or conditions: that is a mistake in the
// construct.
func (s *Set) Add(statements ...Statement) {
	if s.byName == nil {
		s.byName = map[string]Statement{}
	}
	for _, added := range statements {
		known, ok := s.byName[added.Name]
		if !ok {
			s.byName[added.Name] = added
			continue
		}
		shared := added
		shared.Resources = known.Resources
		if !reflect.DeepEqual(known, shared) {
			panic(fmt.Errorf("two statements named %q have different actions or conditions", added.Name))
		}
		for _, resource := range added.Resources {
			if !slices.Contains(shared.Resources, resource) {
				shared.Resources = append(slices.Clone(shared.Resources), resource)
			}
		}
		s.byName[added.Name] = shared
	}
}

// Statements returns the statements, sorted by name.
func (s *Set) Statements() []Statement {
	var sorted []Statement
	for _, name := range slices.Sorted(maps.Keys(s.byName)) {
		sorted = append(sorted, s.byName[name])
	}
	return sorted
}
