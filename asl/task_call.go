package asl

import (
	"errors"
	"fmt"
	"time"

	"clinical-risk-pipeline/asl/value"
)

// taskCall is one attempt of a task.
type taskCall struct {
	state       *taskState
	input       any
	credentials any
	timeout     time.Duration // 0: none
	heartbeat   time.Duration // 0: none
}

// perform calls the handler, lets the task's virtual time pass and returns the result.
func (t *taskCall) perform(b *branch) (any, error) {
	r := &t.state.resource
	t.recordScheduled(b)
	if b.x.full {
		return nil, historyFailure()
	}
	reply, err := t.call(b)
	if t.state.resource.kind == activity && reply.Later == nil {
		t.record(b, "Started", nil)
	}
	var thrown *Error
	if err != nil && !errors.As(err, &thrown) {
		return nil, &foreign{fmt.Errorf("state %q: %w", t.state.name, err)}
	}
	if reply.Later != nil && thrown == nil {
		output, thrown, late, err := t.await(b, reply.Later)
		return t.conclude(b, output, thrown, late, err)
	}
	if submitted := thrown == nil || reply.Duration > 0; submitted && r.kind == integration && (r.waits || r.runsAJob) {
		t.record(b, "Submitted", &TaskResult{ResourceType: r.service, Resource: r.action})
	}
	late, err := t.elapse(b, reply)
	return t.conclude(b, reply.Output, thrown, late, err)
}

// conclude records how the task ended, and returns its result.
func (t *taskCall) conclude(b *branch, output any, thrown *Error, late *failure, err error) (any, error) {
	switch {
	case err != nil:
		return nil, err
	case late != nil:
		t.record(b, "TimedOut", &Failure{Error: late.name})
		return nil, late
	case thrown != nil:
		t.record(b, "Failed", &Failure{Error: thrown.Name, Cause: thrown.Cause})
		return nil, &failure{name: thrown.Name, cause: thrown.Cause, explained: thrown.Name == ErrTimeout, byTask: true}
	}
	return t.result(b, output)
}

// call calls the handler.
func (t *taskCall) call(b *branch) (Reply, error) {
	run := b.x.run
	run.bill.Calls[t.state.resource.call()]++
	task := &Task{
		State: t.state.name, Resource: t.state.resource.arn, Input: t.input, Attempt: b.at.retries + 1, Now: b.p.Now(),
		ExecutionARN: b.x.result.ARN, ExecutionName: b.x.result.Name, Credentials: t.credentials, Token: b.taskToken(),
	}
	return run.options.Handler.Call(run.ctx, task)
}

// elapse lets the time of the task pass. late is the timeout or missed heartbeat of the task.
func (t *taskCall) elapse(b *branch, reply Reply) (late *failure, err error) {
	if reply.Duration == 0 && !reply.Hangs {
		return nil, nil
	}
	start := b.p.Now()
	end := start.Add(reply.Duration)
	if reply.Hangs {
		end = start.Add(maxStandard + time.Second)
	}
	if limit := start.Add(t.timeout); t.timeout > 0 && end.After(limit) {
		end, late = limit, timeoutFailure(false)
	}
	silent := reply.Heartbeat <= 0 || reply.Heartbeat > t.heartbeat
	if limit := start.Add(t.heartbeat); t.heartbeat > 0 && silent && end.After(limit) {
		end, late = limit, timeoutFailure(true)
	}
	return late, b.sleepUntil(end)
}

// result checks and records what the task returned.
func (t *taskCall) result(b *branch, output any) (any, error) {
	if value.Same(output, t.input) {
		t.record(b, "Succeeded", &TaskResult{Output: output})
		return output, nil
	}
	output, err := value.Normalize(output)
	if err != nil {
		return nil, &foreign{fmt.Errorf("state %q: the handler's output cannot be encoded as JSON: %w", t.state.name, err)}
	}
	if value.Size(output) > maxPayload {
		e := dataLimitFailure(t.state.resource.name())
		e.byTask = true
		t.record(b, "Failed", &Failure{Error: e.name, Cause: e.cause})
		return nil, e
	}
	t.record(b, "Succeeded", &TaskResult{Output: output})
	return output, nil
}

// recordScheduled records that the task was scheduled and, unless a worker has to take it, started.
func (t *taskCall) recordScheduled(b *branch) {
	r := &t.state.resource
	d := &TaskScheduled{ResourceType: r.service, Resource: r.action, Region: r.region, Parameters: t.input,
		TimeoutInSeconds: int64(t.timeout / time.Second), HeartbeatInSeconds: int64(t.heartbeat / time.Second)}
	switch {
	case r.kind != integration:
		d.ResourceType, d.Resource, d.Region = "", r.arn, ""
	case r.region == "":
		d.Region = b.x.run.options.region()
	}
	if credentials, ok := t.credentials.(*value.Object); ok {
		d.RoleARN = credentials.Text("RoleArn")
	}
	t.record(b, "Scheduled", d)
	if r.kind == activity {
		return
	}
	var started Details
	if r.kind == integration {
		started = &TaskStarted{ResourceType: r.service, Resource: r.action}
	}
	t.record(b, "Started", started)
}

// record records an event of the task. It fills in the details that depend on the kind of resource.
func (t *taskCall) record(b *branch, what string, d Details) {
	r := &t.state.resource
	if r.kind == integration {
		switch d := d.(type) {
		case *TaskResult:
			d.ResourceType, d.Resource = r.service, r.action
		case *Failure:
			d.ResourceType, d.Resource = r.service, r.action
		}
	}
	b.record([...]string{"Task", "LambdaFunction", "Activity", "Task"}[r.kind]+what, d)
}

// taskToken returns the token of the current attempt of a Task state, or "" when the integration has none.
func (b *branch) taskToken() string {
	if b.at.token == "" && b.at.task != nil && b.at.task.resource.givesToken() {
		if newToken := b.x.run.options.NewToken; newToken != nil {
			b.at.token = newToken()
			return b.at.token
		}
		b.x.run.tokens++
		b.at.token = fmt.Sprintf("task-token-%d-%08x", b.x.run.tokens, b.x.run.random.Uint32())
	}
	return b.at.token
}
