package asl

import (
	"math"
	"time"

	"clinical-risk-pipeline/asl/internal/query"
)

// taskState calls a service.
type taskState struct {
	common
	recovery
	work
	resource    resource
	timeout     *quantity      // nil when absent
	heartbeat   *quantity      // nil when absent
	credentials query.Template // nil when absent
}

func newTask(f *fields) state {
	s := &taskState{common: f.common("Task"), resource: parseResource(f.required("Resource"))}
	if fault := s.resource.fault(); fault != "" {
		f.lint("Resource", "%s", fault)
	}
	if s.resource.givesToken() {
		f.standardOnly("Resource", "an activity, .sync or .waitForTaskToken")
	}
	s.next = f.transition()
	s.timeout = f.quantity("TimeoutSeconds", 1, maxTimeout, true)
	s.heartbeat = f.quantity("HeartbeatSeconds", 1, maxTimeout, true)
	if t, h := s.timeout, s.heartbeat; t != nil && h != nil && t.isConstant() && h.isConstant() && h.constant >= t.constant {
		f.fault("HeartbeatSeconds", "must be less than TimeoutSeconds, which is %v, got %v", t.constant, h.constant)
	}
	s.credentials = f.payload("Credentials", seesInput)
	s.work, s.recovery = f.work(&s.common, true), f.recovery()
	return s
}

func (q *quantity) isConstant() bool { return q.path == nil && q.template == nil }

func (s *taskState) run(b *branch, _ *visit) (any, *target, error) { return b.persist(s, &s.recovery) }

// attempt calls the service once and makes the state's output from the result.
func (s *taskState) attempt(b *branch) (any, error) {
	input, err := b.effectiveInput()
	if err != nil {
		return nil, err
	}
	b.at.task = s
	call := &taskCall{state: s}
	if call.timeout, err = s.seconds(s.timeout, b.evaluating(input)); err != nil {
		return nil, err
	}
	if call.heartbeat, err = s.seconds(s.heartbeat, b.evaluating(input)); err != nil {
		return nil, err
	}
	if s.credentials != nil {
		if call.credentials, err = s.credentials.Eval(b.evaluating(input)); err != nil {
			return nil, err
		}
	}
	if call.input, err = s.input(b, input); err != nil {
		return nil, err
	}
	result, err := call.perform(b)
	if err != nil {
		return nil, err
	}
	return s.finish(b, result)
}

// seconds returns a timeout or heartbeat, or 0 if the state has none.
func (s *taskState) seconds(q *quantity, env *query.Env) (time.Duration, error) {
	if q == nil {
		return 0, nil
	}
	n, err := q.eval(env, true)
	if err != nil {
		return 0, err
	}
	if n < 1 || n > maxTimeout {
		return 0, runtimeFault("%s must be between 1 and %d, but was %v.", q.field, int64(maxTimeout), math.Trunc(n))
	}
	return time.Duration(n) * time.Second, nil
}
