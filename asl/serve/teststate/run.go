package teststate

import (
	"context"
	"errors"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
)

// Options configure a test. The zero value works for a test with a mock.
type Options struct {
	Account  string      // in the context object. Default: 123456789012
	Region   string      // in the context object. Default: us-east-1
	Handler  asl.Handler // performs tasks that are not mocked. Default: a task without a mock is refused
	Seed     uint64      // decides jitter and random functions. Default: 0
	RealTime bool        // a Wait state takes as long as it says. Default: it takes no time
	Now      time.Time   // Default: the time of the call
}

// Run answers TestState. The error has the code and the message of AWS.
func Run(ctx context.Context, in *Input, o Options) (*Output, *api.Error) {
	o.complete()
	t := &test{in: in, options: o}
	for _, step := range []func() *api.Error{t.load, t.checkConfiguration, t.checkMock, t.checkResult, t.checkContext, t.readInput} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	result, err := t.machine.TestState(ctx, t.visit(), t.engine())
	if err != nil {
		if refused := (*unanswered)(nil); errors.As(err, &refused) {
			err = refused // without the engine's words around it
		}
		return nil, api.Invalid("The state cannot be tested: %v", err)
	}
	return t.answer(result), nil
}

func (o *Options) complete() {
	if o.Account == "" {
		o.Account = "123456789012"
	}
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
}

// test is a request with what was read of it.
type test struct {
	in        *Input
	options   Options
	machine   *asl.Machine
	state     asl.StateInfo
	input     any
	variables any
	context   any
	result    any // of the mock
}

// visit returns the test as the engine does it.
func (t *test) visit() asl.StateTest {
	visit := asl.StateTest{State: t.state.Name, Input: t.input, Variables: t.variables, Context: t.context}
	configuration := t.configuration()
	if n := configuration.RetrierRetryCount; n != nil {
		visit.Retries = int(*n)
	}
	if t.in.Mock == nil {
		return visit
	}
	visit.Mock = &asl.StateMock{Result: t.result, Err: t.mockedError(), Items: configuration.MapItemReaderData}
	if n := configuration.MapIterationFailureCount; n != nil {
		visit.Mock.FailedItems = int(*n)
	}
	return visit
}

// engine returns the engine's options. A mock answers the task.
func (t *test) engine() asl.Options {
	o := asl.Options{Handler: t.options.Handler, RealTime: t.options.RealTime, Start: t.options.Now, Seed: t.options.Seed}
	switch {
	case t.in.Mock != nil:
		o.Handler = asl.HandlerFunc(t.mocked)
	case o.Handler == nil:
		o.Handler = asl.HandlerFunc(nobody)
	}
	return o
}

// mocked answers a task with the mock.
func (t *test) mocked(context.Context, *asl.Task) (asl.Reply, error) {
	if err := t.mockedError(); err != nil {
		return asl.Reply{}, err
	}
	return asl.Reply{Output: t.result}, nil
}

// nobody refuses a task that is neither mocked nor performed by the server.
func nobody(_ context.Context, task *asl.Task) (asl.Reply, error) {
	return asl.Reply{}, &unanswered{task.Resource}
}

// unanswered is the error of a task that nothing performs.
type unanswered struct{ resource string }

func (e *unanswered) Error() string {
	return "nothing performs the task " + e.resource + " here: mock its result"
}

// mockedError returns the error of the mock, or nil.
func (t *test) mockedError() *asl.Error {
	output := t.in.Mock.ErrorOutput
	if output == nil {
		return nil
	}
	return &asl.Error{Name: text(output.Error), Cause: text(output.Cause)}
}

// configuration returns the state's configuration, which may be empty.
func (t *test) configuration() Configuration {
	if t.in.StateConfiguration == nil {
		return Configuration{}
	}
	return *t.in.StateConfiguration
}

// text returns a text that may be absent.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
