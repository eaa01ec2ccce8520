package policy

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Set collects the statements of a policy, by their names, as the parts of a construct ask for them.
type Set struct{ byName map[string]Statement }

// Add adds statements. Parts that ask for the same actions under the same name and conditions share a statement, which has the
// resources of all of them. It panics where a name has other actions or conditions already: that is a slip in the construct.
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
			panic(fmt.Errorf("two statements have the name %q, and other actions or conditions", added.Name))
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
