package nights

import (
	"bytes"
	_ "embed"
	"html/template"
	"strings"

	"clinical-risk-pipeline/workflow/alert"
)

// Received is what a recipient received.
type Received struct {
	Role        string
	Transitions int
	Due         int
	Digests     int
	Before      int // the alerts that the recipient would have got without a registry: one for each run with high risk
}

// All is the number of messages.
func (r Received) All() int { return r.Transitions + r.Due + r.Digests }

// Received returns what each recipient received, in the order of the trial's file.
func (p *Played) Received() []Received {
	var all []Received
	for _, recipient := range p.Trial.Recipients {
		r := Received{Role: recipient.Role}
		for _, night := range p.Nights {
			if night.High > 0 {
				r.Before++
			}
			for _, m := range night.Messages {
				if m.Role != recipient.Role {
					continue
				}
				switch alert.Topic(m.Attributes["kind"]) {
				case alert.AboutRun:
					r.Transitions++
				case alert.AboutDay:
					r.Due++
				case alert.AboutDigest:
					r.Digests++
				}
			}
		}
		all = append(all, r)
	}
	return all
}

// To returns the messages of a night to a role.
func (n Night) To(role string) []alert.Message {
	var messages []alert.Message
	for _, m := range n.Messages {
		if m.Role == role {
			messages = append(messages, m)
		}
	}
	return messages
}

// Quiet reports whether nobody received anything.
func (n Night) Quiet() bool { return len(n.Messages) == 0 }

//go:embed page.gohtml
var pageText string

var page = template.Must(template.New("nights").Funcs(template.FuncMap{
	"kind": func(m alert.Message) string { return m.Attributes["kind"] },
	"body": func(m alert.Message) string { return strings.TrimSpace(m.Text) },
	"said": func(m alert.Message) string { // "TRIAL data cut 2026-03-02, alerts that changed: 2 opened."
		first, _, _ := strings.Cut(m.Text, "\n")
		_, said, _ := strings.Cut(first, ": ")
		return strings.TrimSuffix(said, ".")
	},
}).Parse(pageText))

// Page renders the nights.
func (p *Played) Page() ([]byte, error) {
	var b bytes.Buffer
	err := page.Execute(&b, p)
	return b.Bytes(), err
}
