package judge

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"html/template"
	"time"
)

// Report is what came out.
type Report struct {
	Written     time.Time         `json:"written"`
	Service     string            `json:"service"` // which answered
	Engine      string            `json:"engine"`  // the version of the program
	Environment string            `json:"environment"`
	Machines    []MachineReport   `json:"machines"`
	Questions   int               `json:"questions"`
	Answered    int               `json:"answered"`
	Oldest      *time.Time        `json:"oldest,omitempty"` // the oldest answer
	Agree       int               `json:"agree"`            // the questions without a difference
	Left        int               `json:"leftToChance"`     // places that were not compared, because they differ from call to call
	Kinds       map[Kind]int      `json:"kinds"`            // the number of differences
	Differing   []DifferingAnswer `json:"differing"`
	Skipped     []Skipped         `json:"skipped"`
}

// MachineReport is about a state machine.
type MachineReport struct {
	Name        string        `json:"name"` // of its stack
	Environment string        `json:"environment"`
	SHA256      string        `json:"sha256"` // of the definition that was sent
	Validation  string        `json:"validation"`
	States      []StateReport `json:"states,omitempty"`
}

// StateReport counts the questions about a state.
type StateReport struct {
	Name      string `json:"name"`
	Questions int    `json:"questions"`
	Differing int    `json:"differing"`
}

// DifferingAnswer is a question whose answers differ.
type DifferingAnswer struct {
	Machine     string          `json:"machine"`
	State       string          `json:"state,omitempty"`
	About       string          `json:"about"`
	Operation   string          `json:"operation"`
	Differences []Difference    `json:"differences"`
	Request     json.RawMessage `json:"request"` // for --cli-input-json of the AWS command line
}

// Compare compares the kept answers with those of the engine.
func Compare(p *Plan, kept *Answers) (*Report, error) {
	r := &Report{Written: time.Now().UTC(), Service: kept.service, Questions: len(p.Questions), Kinds: map[Kind]int{}, Differing: []DifferingAnswer{}, Skipped: append([]Skipped{}, p.Skipped...)}
	asked, differing := map[[2]string]int{}, map[[2]string]int{}
	validations := map[string]string{}
	for i, q := range p.Questions {
		answer := kept.Of(q)
		if answer == nil {
			continue
		}
		r.Answered++
		if r.Oldest == nil || answer.At.Before(*r.Oldest) {
			r.Oldest = &answer.At
		}
		of := [2]string{q.Machine.Stack, q.State}
		asked[of]++
		if q.State == "" {
			validations[q.Machine.Stack] = answer.says()
		}
		r.Left += len(p.expected[i].volatile)
		found := p.expected[i].differ(answer)
		if len(found) == 0 {
			r.Agree++
			continue
		}
		differing[of]++
		for _, d := range found {
			r.Kinds[d.Kind]++
		}
		request, err := q.request()
		if err != nil {
			return nil, err
		}
		r.Differing = append(r.Differing, DifferingAnswer{q.Machine.Stack, q.State, q.About, q.operation(), found, request})
	}
	for _, m := range p.Machines {
		digest := sha256.Sum256(m.Definition)
		of := MachineReport{Name: m.Stack, Environment: m.Environment, SHA256: hex.EncodeToString(digest[:]), Validation: validations[m.Stack]}
		for _, state := range m.States {
			key := [2]string{m.Stack, state}
			of.States = append(of.States, StateReport{state, asked[key], differing[key]})
		}
		r.Machines = append(r.Machines, of)
	}
	return r, nil
}

// request returns the request with the names of the API.
func (q *Question) request() (json.RawMessage, error) {
	var of any = q.Test
	if q.Test == nil {
		of = q.Validate
	}
	body, err := named(of)
	if err != nil {
		return nil, err
	}
	return json.Marshal(body)
}

// JSON returns the report for programs.
func (r *Report) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(r, "", "  ")
	return append(text, '\n'), err
}

//go:embed page.gohtml style.css
var files embed.FS

var page = template.Must(template.New("page.gohtml").ParseFS(files, "page.gohtml"))

// Page returns the report for people.
func (r *Report) Page() ([]byte, error) {
	style, err := files.ReadFile("style.css")
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = page.Execute(&out, struct {
		*Report
		Style template.CSS
	}{r, template.CSS(style)}) //nolint:gosec // the file of this package
	return out.Bytes(), err
}
