package test

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// question asks the simulator whether a request is allowed. It gets the exported fields, as JSON.
type question struct {
	Principal string         `json:"principal"` // the ARN of a role's session, or a service such as "sns.amazonaws.com"
	Action    string         `json:"action"`
	Resource  string         `json:"resource"`
	Owner     string         `json:"owner"`           // the resource's account
	Context   map[string]any `json:"context"`         // what else AWS knows about the request
	Identity  []string       `json:"identity"`        // the principal's own policies, by name
	Guard     string         `json:"guard,omitempty"` // the resource's policy, by name
	Unlisted  bool           `json:"unlisted"`        // see unlisted

	what    string // the request in words, for failure messages
	allowed bool   // the expected decision
}

// decision is the simulator's answer.
type decision struct {
	Allowed bool   `json:"allowed"`
	Error   string `json:"error"`
}

// simulator is the Node program in iam/. It starts once and answers any number of batches.
type simulator struct {
	in        io.WriteCloser
	out       *bufio.Reader
	decisions int
}

func startSimulator(t *testing.T) *simulator {
	t.Helper()
	const program, installed = "simulate.mjs", "node_modules/.package-lock.json"
	for _, file := range []string{program, installed} { // the go command reruns cached tests when one of these has changed
		if _, err := os.Stat(filepath.Join("iam", file)); err != nil {
			t.Fatalf("the policy simulator is not installed, run npm ci --prefix test/iam: %v", err)
		}
	}
	command := exec.Command("node", program)
	command.Dir, command.Stderr = "iam", os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		if err := command.Wait(); err != nil {
			t.Errorf("the policy simulator: %v", err)
		}
	})
	return &simulator{in: in, out: bufio.NewReader(out)}
}

// ask returns the decisions, in the order of the questions. A question that the simulator cannot decide fails the test.
func (s *simulator) ask(t *testing.T, policies map[string]object, questions []question) []bool {
	t.Helper()
	batch := map[string]any{"policies": policies, "questions": questions}
	if err := json.NewEncoder(s.in).Encode(batch); err != nil {
		t.Fatal(err)
	}
	line, err := s.out.ReadBytes('\n')
	if err != nil {
		t.Fatalf("the policy simulator: %v", err)
	}
	var decisions []decision
	if err := json.Unmarshal(line, &decisions); err != nil {
		t.Fatal(err)
	}
	if len(decisions) != len(questions) { // a missing decision would count as a refusal
		t.Fatalf("got %d decisions for %d questions", len(decisions), len(questions))
	}
	allowed := make([]bool, len(questions))
	for i, d := range decisions {
		if q := questions[i]; d.Error != "" {
			t.Fatalf("%s: the simulator cannot decide %s on %s: %s", q.what, q.Action, q.Resource, d.Error)
		}
		allowed[i] = d.Allowed
	}
	s.decisions += len(decisions)
	return allowed
}
