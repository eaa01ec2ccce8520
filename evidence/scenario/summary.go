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

// Counts are numbers of scenarios.
type Counts struct {
	Scenarios int `json:"scenarios"`
	Struck    int `json:"struck"` // a fault struck; others did not reach the state or the attempt
	Succeeded int `json:"succeeded"`
	Failed    int `json:"failed"` // with an error that names the cause
	TimedOut  int `json:"timedOut"`
	Redriven  int `json:"redriven"`  // among those that did not succeed
	Recovered int `json:"recovered"` // among these, succeeded after the redrive
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

// Group counts the scenarios with a common property, and the groups inside it.
type Group struct {
	Name string `json:"name"`
	Counts
	Groups []*Group `json:"groups,omitempty"`

	byName map[string]*Group
}

// The names of the groups of scenarios without a fault and with several faults.
const (
	NoFault       = "no fault"
	SeveralFaults = "several faults"
)

// of returns the inner group of a name, and creates it if needed.
func (g *Group) of(name string) *Group {
	if g.byName == nil {
		g.byName = map[string]*Group{}
	}
	if g.byName[name] == nil {
		g.byName[name] = &Group{Name: name}
	}
	return g.byName[name]
}

// close sorts the groups by name: no fault first, several faults last.
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

// File is a scenario file.
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

// Summary summarizes the scenarios in a folder.
type Summary struct {
	Group                         // all scenarios, grouped by test, by variant and, in tests with faults, by struck state and outcome
	Files       []File            `json:"files"`
	Definitions map[string]string `json:"definitions"` // the digest of each variant's definition
	Samples     []Sample          `json:"-"`           // for each variant under faults, one scenario that failed first and recovered
}

// Summarize reads all scenarios in a folder.
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

// add counts a scenario in each of its groups.
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

// struck returns the state that a fault strikes, and the outcome of the call.
func (s *Scenario) struck() (state, outcome string) {
	switch len(s.Faults) {
	case 0:
		return NoFault, ""
	case 1:
		return s.Faults[0].State, s.Faults[0].Outcome
	}
	return SeveralFaults, ""
}

// describe returns size and digest of a file.
func describe(file string) (File, error) {
	content, err := os.ReadFile(file)
	return File{Name: filepath.Base(file), Bytes: int64(len(content)), SHA256: Digest(content)}, err
}
