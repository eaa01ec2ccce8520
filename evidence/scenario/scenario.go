// Package scenario is how the operational qualification tells what it executed: the tests write a line for each execution of
// a synthesized definition, with its history, and the evidence is read from these lines.
//
// A scenario's file is named after its test, TestFaultSweep.jsonl.gz, JSON Lines compressed by gzip. The values in it are
// synthetic: no scenario knows a real subject.
package scenario

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"clinical-risk-pipeline/asl"
)

// Variable is the environment variable that names the folder for the scenarios, an absolute path. Without it tests write none.
const Variable = "EVIDENCE_SCENARIOS"

// suffix is the end of a file's name.
const suffix = ".jsonl.gz"

// Scenario is an execution of a definition, and what the test made of it.
type Scenario struct {
	Test       string             `json:"test"`                 // the test's whole name, such as "TestRetries/up_to_six_times"
	Variant    string             `json:"variant"`              // of the pipeline
	Definition string             `json:"definition"`           // digest of the definition, see [DefinitionDigest]
	Scores     map[string]float64 `json:"scores,omitempty"`     // of the synthetic subjects, where the test says
	Decision   string             `json:"decision,omitempty"`   // what the approver decides, where the test says; "" for nobody
	Faults     []Fault            `json:"faults,omitempty"`     // what strikes the execution, where the test says
	Struck     bool               `json:"struck"`               // one of them did; an execution may not come that far
	First      Ending             `json:"first"`                // how the execution ended
	Redriven   *Ending            `json:"redriven,omitempty"`   // how it ended after a redrive
	Violations []string           `json:"violations,omitempty"` // the rules that it broke
	History    json.RawMessage    `json:"history"`              // events as GetExecutionHistory gives them, a redrive's included
	Children   []Child            `json:"children,omitempty"`   // of a distributed map, in the order in which they ended
}

// Fault is a failure of a call.
type Fault struct {
	State     string `json:"state"`
	Outcome   string `json:"outcome"` // such as "error SNS.AmazonSNSException", "hangs", "answer {}"
	Attempt   int    `json:"attempt"` // from 1
	Forever   bool   `json:"forever"` // strikes this attempt and all later ones
	AfterWork bool   `json:"afterWork"`
}

// Ending is how an execution ended.
type Ending struct {
	Status asl.Status `json:"status"`
	Error  string     `json:"error,omitempty"`
	Cause  string     `json:"cause,omitempty"`
}

// Child is an execution of a distributed map's batch.
type Child struct {
	Name string `json:"name"`
	Ending
	History json.RawMessage `json:"history"`
}

// EndingOf is how an execution ended.
func EndingOf(x *asl.Execution) Ending { return Ending{x.Status, x.Error, x.Cause} }

// HistoryOf are the events of an execution, JSON.
func HistoryOf(x *asl.Execution) json.RawMessage {
	history, err := json.Marshal(x.History)
	if err != nil {
		panic(err) // Events are made of what JSON has.
	}
	return history
}

// ChildOf is the child with its history.
func ChildOf(x *asl.Execution) Child { return Child{x.Name, EndingOf(x), HistoryOf(x)} }

// DefinitionDigest is the digest of a state machine's definition: the SHA-256 of the property DefinitionString as the template
// has it, written as JSON in UTF-8, with sorted keys and no space between tokens.
func DefinitionDigest(definitionString any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(definitionString); err != nil {
		panic(err) // It was read from JSON.
	}
	return Digest(bytes.TrimSpace(text.Bytes()))
}

// Digest is the SHA-256 of a file's content, in hexadecimal.
func Digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
