package requirement

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// AnsweredBy says what answers a requirement.
type AnsweredBy string

// What answers a requirement.
const (
	Design    AnsweredBy = "design"    // the code of the project; tests must show it
	Shared    AnsweredBy = "shared"    // code and tests answer a part; a procedure of the operator answers the residual
	Procedure AnsweredBy = "procedure" // a procedure of the operator; no test can show it
	Open      AnsweredBy = "notShown"  // nothing shows it yet; the residual says what is missing
)

// Criterion is a condition under which a requirement counts as met.
type Criterion struct {
	Text  string   `yaml:"criterion" json:"criterion"`
	Tests []string `yaml:"tests" json:"tests"` // the tests that check it; each names the requirement
}

// Requirement is something that the project, or a procedure around it, must do.
type Requirement struct {
	ID         string     `yaml:"id" json:"id"` // such as "P11-10e"
	Title      string     `yaml:"title" json:"title"`
	Clause     string     `yaml:"clause" json:"clause"`           // the source, such as "21 CFR 11.10(e)"
	GCP        []string   `yaml:"gcp" json:"gcp,omitempty"`       // what good clinical practice says about the same
	Same       []string   `yaml:"same" json:"same,omitempty"`     // other clauses with the same demand
	Text       string     `yaml:"requirement" json:"requirement"` // in our own words
	Answer     string     `yaml:"answer" json:"answer"`           // how it is met
	AnsweredBy AnsweredBy `yaml:"answeredBy" json:"answeredBy"`
	Residual   string     `yaml:"residual" json:"residual,omitempty"` // what Shared leaves to a procedure, and what Open lacks

	// Acceptance are the criteria of what the design answers. Each must be checked by a test.
	Acceptance  []Criterion `yaml:"acceptance" json:"acceptance,omitempty"`
	Criticality string      `yaml:"criticality" json:"criticality"` // "high", "medium" or "low"
	Line        int         `yaml:"-" json:"line"`                  // in the file, from 1
}

var idPattern = regexp.MustCompile(`^[A-Z][A-Z0-9]*-[0-9]+[a-z0-9]*(-[a-z]+)?$`)

// UnmarshalYAML implements yaml.NodeUnmarshaler, to record the line.
func (r *Requirement) UnmarshalYAML(node ast.Node) error {
	type plain Requirement
	if err := yaml.NodeToValue(node, (*plain)(r), yaml.Strict()); err != nil {
		return err
	}
	r.Line = node.GetToken().Position.Line
	if mapping, ok := node.(*ast.MappingNode); ok && len(mapping.Values) > 0 {
		r.Line = mapping.Values[0].Key.GetToken().Position.Line
	}
	return nil
}

// InDesign reports whether code and tests must answer the requirement, or a part of it.
func (r *Requirement) InDesign() bool { return r.AnsweredBy == Design || r.AnsweredBy == Shared }

// List is the contents of the file of requirements.
type List struct {
	Requirements []Requirement `yaml:"requirements"`
	Annex11      []Clause      `yaml:"annex11"`
}

// Load reads a list of requirements. Its error names file and line of every wrong field. It accepts an id that occurs twice, which
// [Disagreements] reports.
func Load(file string) (*List, error) {
	source, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var list List
	if err := yaml.UnmarshalWithOptions(source, &list, yaml.Strict()); err != nil {
		return nil, located(file, err)
	}
	var faults []error
	if len(list.Requirements) == 0 {
		faults = append(faults, fmt.Errorf("%s:1: no requirements", file))
	}
	for _, r := range list.Requirements {
		for _, fault := range r.faults() {
			faults = append(faults, fmt.Errorf("%s:%d: %s", file, r.Line, fault))
		}
	}
	for _, fault := range list.clauseFaults() {
		faults = append(faults, fmt.Errorf("%s: %s", file, fault))
	}
	return &list, errors.Join(faults...)
}

// located puts file and line before an error of the YAML library, and drops the library's excerpt.
func located(file string, err error) error {
	var syntax yaml.Error
	if !errors.As(err, &syntax) {
		return fmt.Errorf("%s: %w", file, err)
	}
	return fmt.Errorf("%s:%d: %s", file, syntax.GetToken().Position.Line, syntax.GetMessage())
}

// faults describes the wrong fields.
func (r *Requirement) faults() []string {
	var faults []string
	if !idPattern.MatchString(r.ID) {
		faults = append(faults, fmt.Sprintf("id must have the form SRC-01 or P11-10e, got %q", r.ID))
	}
	for _, field := range []struct{ name, value string }{
		{"title", r.Title}, {"clause", r.Clause}, {"requirement", r.Text}, {"answer", r.Answer},
	} {
		if strings.TrimSpace(field.value) == "" {
			faults = append(faults, fmt.Sprintf("%s: %s is missing", r.ID, field.name))
		}
	}
	if !slices.Contains([]AnsweredBy{Design, Shared, Procedure, Open}, r.AnsweredBy) {
		faults = append(faults, fmt.Sprintf("%s: answeredBy must be %s, %s, %s or %s, got %q", r.ID, Design, Shared, Procedure, Open, r.AnsweredBy))
	}
	if (r.AnsweredBy == Shared || r.AnsweredBy == Open) != (strings.TrimSpace(r.Residual) != "") {
		faults = append(faults, fmt.Sprintf("%s: residual must be set if and only if answeredBy is %s or %s", r.ID, Shared, Open))
	}
	if r.InDesign() != (len(r.Acceptance) > 0) {
		faults = append(faults, fmt.Sprintf("%s: acceptance must be set if and only if answeredBy is %s or %s", r.ID, Design, Shared))
	}
	for i, c := range r.Acceptance {
		if strings.TrimSpace(c.Text) == "" || len(c.Tests) == 0 {
			faults = append(faults, fmt.Sprintf("%s: acceptance[%d] must have a criterion and its tests", r.ID, i))
		}
	}
	if levels := []string{"high", "medium", "low"}; !slices.Contains(levels, r.Criticality) {
		faults = append(faults, fmt.Sprintf("%s: criticality must be high, medium or low, got %q", r.ID, r.Criticality))
	}
	return faults
}
