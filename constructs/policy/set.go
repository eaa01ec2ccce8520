package policy

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Set collects the statements that the parts of a construct need, by name.
type Set struct {
	byName map[string]Statement
	partOf map[string]int // of the first part that asked for it
	part   int
}

// Into says which part adds the next statements: 0, which is the first, or a higher one.
func (s *Set) Into(part int) { s.part = part }

// Add adds statements. Parts that add the same actions under the same name and conditions share one statement, with the
// resources of all of them. Add panics where a name already has other actions or conditions: that is a mistake in the
// construct.
func (s *Set) Add(statements ...Statement) {
	if s.byName == nil {
		s.byName, s.partOf = map[string]Statement{}, map[string]int{}
	}
	for _, added := range statements {
		known, ok := s.byName[added.Name]
		if !ok {
			s.byName[added.Name], s.partOf[added.Name] = added, s.part
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

// Parts returns the statements by part, each sorted by name. A statement that several parts share belongs to the first that added it.
func (s *Set) Parts() [][]Statement {
	var parts [][]Statement
	for _, name := range slices.Sorted(maps.Keys(s.byName)) {
		for part := s.partOf[name]; part >= len(parts); {
			parts = append(parts, nil)
		}
		parts[s.partOf[name]] = append(parts[s.partOf[name]], s.byName[name])
	}
	return parts
}
