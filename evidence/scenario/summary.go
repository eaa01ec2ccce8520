package scenario

import (
	"cmp"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"clinical-risk-pipeline/asl"
)

// Counts are how many scenarios there are, by how they ended.
type Counts struct {
	Scenarios int `json:"scenarios"`
	Struck    int `json:"struck"` // a fault struck; others did not come to the state, or succeeded before the attempt
	Succeeded int `json:"succeeded"`
	Failed    int `json:"failed"` // with an error that names what is wrong
	TimedOut  int `json:"timedOut"`
	Redriven  int `json:"redriven"`  // of those that did not succeed
	Recovered int `json:"recovered"` // of these, succeeded after the redrive
	Violating int `json:"violating"` // broke a rule
	Children  int `json:"children"`  // executions of batches
}

func (c *Counts) add(s *Scenario) {
	c.Scenarios++
	if s.Struck {
		c.Struck++
	}
	switch s.First.Status {
	case asl.Succeeded:
		c.Succeeded++
	case asl.TimedOut:
		c.TimedOut++
	default:
		c.Failed++
	}
	if s.Redriven != nil {
		c.Redriven++
		if s.Redriven.Status == asl.Succeeded {
			c.Recovered++
		}
	}
	if len(s.Violations) > 0 {
		c.Violating++
	}
	c.Children += len(s.Children)
}

// Group are scenarios that have something in common, and how they divide further.
type Group struct {
	Name string `json:"name"`
	Counts
	Groups []*Group `json:"groups,omitempty"`

	byName map[string]*Group
}

// The names of groups of scenarios that no fault strikes, and several faults do.
const (
	NoFault       = "no fault"
	SeveralFaults = "several faults"
)

// of returns the group of a name inside, which it makes.
func (g *Group) of(name string) *Group {
	if g.byName == nil {
		g.byName = map[string]*Group{}
	}
	if g.byName[name] == nil {
		g.byName[name] = &Group{Name: name}
	}
	return g.byName[name]
}

// close orders the groups by name, those without a fault first and those with several last.
func (g *Group) close() {
	rank := func(g *Group) int {
		return map[string]int{NoFault: -1, SeveralFaults: 1}[g.Name]
	}
	g.Groups = slices.SortedFunc(maps.Values(g.byName), func(a, b *Group) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Name, b.Name))
	})
	for _, inner := range g.Groups {
		inner.close()
	}
}

// File is a file of scenarios.
type File struct {
	Name      string `json:"name"`
	Bytes     int64  `json:"bytes"`
	SHA256    string `json:"sha256"`
	Scenarios int    `json:"scenarios"`
}

// Sample is a scenario whose history the evidence shows.
type Sample struct {
	Scenario
	Events []Event `json:"-"`
}

// Summary is what the scenarios of a folder say together.
type Summary struct {
	Group                         // all; inside by test, by variant, and, where faults are said, by the state that is struck and the outcome
	Files       []File            `json:"files"`
	Definitions map[string]string `json:"definitions"` // the digest of each variant's definition
	Samples     []Sample          `json:"-"`           // of each variant that is struck by faults, one that failed at first and recovered
}

// Summarize reads all scenarios of a folder.
func Summarize(dir string) (*Summary, error) {
	files, err := Files(dir)
	if err != nil {
		return nil, err
	}
	all := &Summary{Group: Group{Name: "all"}, Definitions: map[string]string{}}
	for _, file := range files {
		before := all.Scenarios
		if err := Read(file, all.add); err != nil {
			return nil, err
		}
		described, err := describe(file)
		if err != nil {
			return nil, err
		}
		described.Scenarios = all.Scenarios - before
		all.Files = append(all.Files, described)
	}
	all.close()
	for i := range all.Samples {
		if err := json.Unmarshal(all.Samples[i].History, &all.Samples[i].Events); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// add counts a scenario in every group that it belongs to.
func (s *Summary) add(one *Scenario) {
	test := s.of(testOf(one.Test))
	variant := test.of(one.Variant)
	counted := []*Group{&s.Group, test, variant}
	if one.Scores != nil {
		struck, outcome := one.struck()
		state := variant.of(struck)
		counted = append(counted, state)
		if outcome != "" {
			counted = append(counted, state.of(outcome))
		}
		s.sample(one)
	}
	for _, group := range counted {
		group.add(one)
	}
	s.Definitions[one.Variant] = one.Definition
}

// sample keeps the first scenario of each variant that failed and recovered.
func (s *Summary) sample(one *Scenario) {
	sampled := slices.ContainsFunc(s.Samples, func(sample Sample) bool { return sample.Variant == one.Variant })
	if !sampled && one.Redriven != nil && one.Redriven.Status == asl.Succeeded {
		s.Samples = append(s.Samples, Sample{Scenario: *one})
	}
}

// struck is the state that a fault strikes, and how the call ends.
func (s *Scenario) struck() (state, outcome string) {
	switch len(s.Faults) {
	case 0:
		return NoFault, ""
	case 1:
		return s.Faults[0].State, s.Faults[0].Outcome
	}
	return SeveralFaults, ""
}

// describe is size and digest of a file.
func describe(file string) (File, error) {
	content, err := os.ReadFile(file)
	return File{Name: filepath.Base(file), Bytes: int64(len(content)), SHA256: Digest(content)}, err
}
