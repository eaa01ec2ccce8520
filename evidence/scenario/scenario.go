// Package scenario records what the verification executes: a test writes a line with the history of each execution of
// a synthesized definition, and the evidence reads these lines.
//
// The file has the name of the test, such as TestFaultSweep.jsonl.gz, and contains JSON Lines compressed by gzip. All values are
// synthetic: no scenario contains a real subject.
package scenario

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"clinical-risk-pipeline/asl"
)

// Variable is the environment variable with the folder for the scenarios, an absolute path. Without it tests write no scenarios.
const Variable = "EVIDENCE_SCENARIOS"

// suffix ends the name of a file.
const suffix = ".jsonl.gz"

// Scenario is an execution of a definition, with the verdict of its test.
type Scenario struct {
	Test       string             `json:"test"`                 // the full name of the test, such as "TestRetries/up_to_six_times"
	Variant    string             `json:"variant"`              // the variant of the pipeline
	Definition string             `json:"definition"`           // digest of the definition, see [workflow.DefinitionDigest]
	Scores     map[string]float64 `json:"scores,omitempty"`     // of the synthetic subjects, if the test sets them
	Decision   string             `json:"decision,omitempty"`   // of the approver, if the test sets it; "" for none
	Faults     []Fault            `json:"faults,omitempty"`     // the faults that the test injects
	Struck     bool               `json:"struck"`               // a fault struck; an execution may end before it
	First      Ending             `json:"first"`                // the end of the execution
	Redriven   *Ending            `json:"redriven,omitempty"`   // the end after a redrive
	Violations []string           `json:"violations,omitempty"` // the rules that the execution broke
	History    json.RawMessage    `json:"history"`              // the events as GetExecutionHistory returns them, including those of a redrive
	Children   []Child            `json:"children,omitempty"`   // of a distributed map, in the order of their ends
}

// Fault is a failure of a call.
type Fault struct {
	State     string `json:"state"`
	Outcome   string `json:"outcome"`   // such as "error SNS.AmazonSNSException", "hangs", "answer {}"
	Attempt   int    `json:"attempt"`   // from 1
	Forever   bool   `json:"forever"`   // strikes this attempt and all later attempts
	AfterWork bool   `json:"afterWork"` // the call does its work first
}

// Ending is the end of an execution.
type Ending struct {
	Status asl.Status `json:"status"`
	Error  string     `json:"error,omitempty"`
	Cause  string     `json:"cause,omitempty"`
}

// Child is the execution of a batch of a distributed map.
type Child struct {
	Name string `json:"name"`
	Ending
	History json.RawMessage `json:"history"`
}

// EndingOf returns the end of an execution.
func EndingOf(x *asl.Execution) Ending { return Ending{x.Status, x.Error, x.Cause} }

// HistoryOf returns the events of an execution as JSON.
func HistoryOf(x *asl.Execution) json.RawMessage {
	history, err := json.Marshal(x.History)
	if err != nil {
		panic(err) // Events contain only JSON values.
	}
	return history
}

// ChildOf returns a child with its history.
func ChildOf(x *asl.Execution) Child { return Child{x.Name, EndingOf(x), HistoryOf(x)} }

// Digest returns the SHA-256 of a file's content, in hexadecimal.
func Digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
