// Package cases tests a state machine with a table of cases: a YAML or JSON file beside the definition. Each case has an input, the
// answers of the services that the state machine calls, and what the execution must do:
//
//	definition: order.asl.json
//	cases:
//	  - name: a busy service is called again
//	    input: {total: 20}
//	    stubs:
//	      Charge:
//	        - error: Payments.Throttled
//	        - return: {id: P-1}
//	    expect:
//	      output: {paid: true, payment: P-1}
//	      path: [IsFree, Charge]
//
// The schema of the file is docs/asl-test.schema.json. Time is virtual, and the same file always gives the same results.
package cases

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/internal/document"
)

// Table is a file of cases for one definition.
type Table struct {
	File       string
	Definition string   // the file of the definition
	Files      []string // all files that were read: the table, the definition and inputs
	Objects    string   // the folder of buckets that Distributed Maps read; "" for no folder
	Cases      []*Case

	machine *asl.Machine
	options asl.Options
}

// Case is an execution and what it must do.
type Case struct {
	Name string
	Line int // in the file

	input  any
	stubs  map[string]*stub
	expect expectation
}

// stub answers the calls of a state.
type stub struct {
	answers []answer
	every   bool // the only answer is for every call
	shared  bool // it belongs to the table: a case need not use it
}

// answer is the reply to a call.
type answer struct {
	reply asl.Reply
	err   error
}

// expectation is what an execution must do. Nil and "" are what a case leaves open.
type expectation struct {
	status    asl.Status // "": any but SUCCEEDED
	error     string
	cause     string // contained in the execution's cause
	output    *any   // the whole output
	match     *any   // a part of the output
	path      []string
	variables *value.Object
	calls     map[string]calls
	duration  *time.Duration
}

// calls are the calls of a state: their inputs, in part, or else only how many.
type calls struct {
	inputs []any
	number int
}

// Read reads a table, its definition and its inputs. The error has a line for each fault, with its file and line. The table is not nil
// even then: its Files are those to correct.
func Read(file string, options ...asl.LoadOption) (*Table, error) {
	t := &Table{File: file, Files: []string{file}}
	source, err := os.ReadFile(file)
	if err != nil {
		return t, err
	}
	read := document.YAML
	if strings.EqualFold(filepath.Ext(file), ".json") {
		read = document.JSON
	}
	root, wrong := read(source)
	f := &faults{file: file}
	f.addAll(wrong)
	if root.Kind != document.Refused {
		f.table(t, root, options)
	}
	return t, f.err()
}

// beside returns the name of a file that the table names, and notes that it is read.
func (t *Table) beside(name string) string {
	if !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(t.File), filepath.FromSlash(name))
	}
	t.Files = append(t.Files, name)
	return name
}
