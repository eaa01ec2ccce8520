package serve

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/mock"
)

// tasks performs the tasks of one execution: by stubs, by this server, or by the services that it knows.
type tasks struct {
	s     *Server
	x     *execution
	stubs asl.Handler // nil: the execution has no test case
}

// handlerOf returns the handler of an execution.
func (s *Server) handlerOf(x *execution) asl.Handler {
	h := &tasks{s: s, x: x}
	if x.TestCase != "" && s.config.Stubs != nil {
		h.stubs, _ = s.config.Stubs.Handler(x.machineName(), x.TestCase) // StartExecution checked it.
	}
	return h
}

// Call performs a task. It does not wait: what takes time ends later.
func (h *tasks) Call(ctx context.Context, task *asl.Task) (asl.Reply, error) {
	if h.stubs != nil {
		reply, err := h.stubs.Call(ctx, task)
		if !errors.Is(err, mock.ErrNoStub) {
			return reply, h.fatal(err)
		}
	}
	if strings.Contains(task.Resource, ":activity:") {
		return h.activity(task)
	}
	if action, ok := strings.CutPrefix(task.Resource, "arn:aws:states:::states:startExecution"); ok {
		return h.startExecution(ctx, task, action)
	}
	if h.s.config.Endpoints != nil && h.s.config.Endpoints.Knows(task.Resource) {
		return h.call(ctx, task), nil
	}
	if h.s.config.Services == nil {
		return asl.Reply{}, h.fatal(errors.New("calls " + task.Resource +
			", which this server cannot do: give it the endpoint with --service NAME=URL, or the result with --stubs"))
	}
	if !waits(task) {
		reply, err := h.s.config.Services.Call(ctx, task)
		return reply, h.fatal(err)
	}
	later := h.s.tokens.expect(task.Token) // before the service can send the token back
	reply, err := h.s.config.Services.Call(ctx, task)
	if err != nil || reply.Later != nil || reply.Hangs != h.s.config.Answers {
		later.Abandon()
		return reply, h.fatal(err)
	}
	_ = later.Submit(reply.Output) // An error means that the token came back already.
	return asl.Reply{Later: later}, nil
}

// waits reports whether a task ends with its token.
func waits(task *asl.Task) bool { return strings.HasSuffix(task.Resource, ".waitForTaskToken") }

// fatal turns what is wrong with a call into the end of the execution, which nothing catches. An *asl.Error is an error of the task.
func (h *tasks) fatal(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*asl.Error](err); ok {
		return err
	}
	return &asl.Error{Name: asl.ErrRuntime, Cause: "The task " + err.Error()}
}

// activity puts the task into the queue of its activity.
func (h *tasks) activity(task *asl.Task) (asl.Reply, error) {
	h.s.mu.RLock()
	a := h.s.activities[task.Resource]
	h.s.mu.RUnlock()
	if a == nil {
		return asl.Reply{}, &asl.Error{Name: asl.ErrRuntime, Cause: "Activity Does Not Exist: '" + task.Resource + "'"}
	}
	later := h.s.tokens.expect(task.Token)
	a.queue.put(&work{task.Token, asl.Encode(task.Input), later})
	return asl.Reply{Later: later}, nil
}

// do calls a service. A fault of the program ends one task, not the server.
func (h *tasks) do(ctx context.Context, task *asl.Task, submitted func(any)) (output any, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("met a fault of the server: %v", fault)
		}
	}()
	return h.s.config.Endpoints.Do(ctx, task, submitted)
}

// call calls a service in the background. With a task token, the answer is not the end.
func (h *tasks) call(ctx context.Context, task *asl.Task) asl.Reply {
	callCtx, cancel := context.WithCancel(ctx)
	later := asl.NewCompletion(cancel)
	if waits(task) {
		later = h.s.tokens.expect(task.Token)
	}
	go func() {
		defer cancel()
		output, err := h.do(callCtx, task, func(output any) { _ = later.Submit(output) })
		// An error of the completion means that the task has ended.
		switch fault, ok := errors.AsType[*asl.Error](h.fatal(err)); {
		case ok:
			_ = later.Fail(fault)
		case waits(task):
			_ = later.Submit(output)
		default:
			_ = later.Succeed(output)
		}
	}()
	return asl.Reply{Later: later}
}
