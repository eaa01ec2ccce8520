package asl_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
)

// load loads a definition that must be valid.
func load(t testing.TB, definition string) *asl.Machine {
	t.Helper()
	machine, err := asl.Load([]byte(definition))
	if err != nil {
		t.Fatal(err)
	}
	return machine
}

// execute runs a definition with an input in JSON. The run must not return an error.
func execute(t testing.TB, definition, input string, o asl.Options) *asl.Execution {
	t.Helper()
	execution, err := load(t, definition).Run(context.Background(), decode(t, input), o)
	if err != nil {
		t.Fatal(err)
	}
	return execution
}

func decode(t testing.TB, text string) any {
	t.Helper()
	v, err := asl.Decode([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// succeeds checks that an execution succeeded with the output, given in JSON.
func succeeds(t testing.TB, x *asl.Execution, output string) {
	t.Helper()
	if x.Status != asl.Succeeded {
		t.Fatalf("%s: %s: %s", x.Status, x.Error, x.Cause)
	}
	if diff := cmp.Diff(decode(t, output), x.Output); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
}

// fails checks that an execution failed with the error and the cause.
func fails(t testing.TB, x *asl.Execution, name, cause string) {
	t.Helper()
	if x.Status != asl.Failed || x.Error != name || x.Cause != cause {
		t.Errorf("%s, error %q, cause %q\nwant FAILED, error %q, cause %q", x.Status, x.Error, x.Cause, name, cause)
	}
}

// took checks the virtual duration of an execution.
func took(t testing.TB, x *asl.Execution, want time.Duration) {
	t.Helper()
	if got := x.Stop.Sub(x.Start); got != want {
		t.Errorf("took %v, want %v", got, want)
	}
}

// types returns the types of the events.
func types(x *asl.Execution) []string {
	var all []string
	for _, e := range x.History {
		all = append(all, e.Type)
	}
	return all
}

// one returns a definition with one state.
func one(state string) string { return `{"StartAt": "S", "States": {"S": ` + state + `}}` }

// oneJSONata is like one, but with JSONata.
func oneJSONata(state string) string {
	return `{"QueryLanguage": "JSONata", "StartAt": "S", "States": {"S": ` + state + `}}`
}

// replies answers the calls of each state in order. After the last reply it echoes.
type replies map[string][]reply

type reply struct {
	asl.Reply
	err error
}

func (r replies) Call(_ context.Context, task *asl.Task) (asl.Reply, error) {
	if left := r[task.State]; len(left) > 0 {
		r[task.State] = left[1:]
		return left[0].Reply, left[0].err
	}
	return asl.Reply{Output: task.Input}, nil
}

func returns(output any) reply { return reply{Reply: asl.Reply{Output: output}} }

func throws(name string) reply { return reply{err: &asl.Error{Name: name, Cause: "because"}} }

// failsTimes throws the error E n times.
func failsTimes(n int) []reply {
	var all []reply
	for range n {
		all = append(all, throws("E"))
	}
	return all
}

// tenSeconds is a handler whose tasks echo after ten seconds.
var tenSeconds = asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) {
	return asl.Reply{Output: task.Input, Duration: 10 * time.Second}, nil
})

// hangs is a handler whose tasks never end.
var hangs = asl.HandlerFunc(func(context.Context, *asl.Task) (asl.Reply, error) { return asl.Reply{Hangs: true}, nil })

// faults returns the messages of the faults in an error of Load.
func faults(err error) []string {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		if err == nil {
			return nil
		}
		return []string{err.Error()}
	}
	var all []string
	for _, e := range joined.Unwrap() {
		var fault *asl.Fault
		if !errors.As(e, &fault) {
			all = append(all, fmt.Sprintf("not a *Fault: %v", e))
			continue
		}
		all = append(all, fault.Error())
	}
	return all
}
