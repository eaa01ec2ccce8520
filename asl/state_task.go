package asl

import (
	"math"
	"time"

	"clinical-risk-pipeline/asl/internal/query"
	"clinical-risk-pipeline/asl/value"
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
		f.fault("Resource", "%s", fault)
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
	s.credentials = f.credentials()
	s.work, s.recovery = f.work(&s.common, true), f.recovery()
	return s
}

// credentials reads Credentials: an object with the role of the task, or in JSONata an expression.
func (f *fields) credentials() query.Template {
	v, ok := f.raw.Get("Credentials")
	if !ok {
		f.read["Credentials"] = true
		return nil
	}
	object, isObject := v.(*value.Object)
	text, _ := v.(string)
	if _, isExpression := query.ExpressionSource(text); f.jsonata && isExpression {
		return f.payload("Credentials", seesInput)
	}
	role, has := object.Get("RoleArn")
	_, computed := object.Get("RoleArn.$")
	switch _, isText := role.(string); {
	case !isObject:
		f.fault("Credentials", "must be an object with the field RoleArn, got %s", value.TypeName(v))
	case has && !isText:
		f.fault("Credentials.RoleArn", "must be a string, got %s", value.TypeName(role))
	case !has && (f.jsonata || !computed):
		f.fault("Credentials.RoleArn", "is missing")
	}
	return f.payload("Credentials", seesInput)
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
