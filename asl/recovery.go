package asl

import (
	"errors"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/asl/internal/query"
)

// recovery is a state's Retry and Catch.
type recovery struct {
	retriers []retrier
	catchers []catcher
}

func (f *fields) recovery() recovery { return recovery{f.retriers(), f.catchers()} }

// retrier is an entry of Retry.
type retrier struct {
	errors      []string
	interval    float64 // seconds
	maxAttempts int
	backoffRate float64
	maxDelay    float64 // seconds
	fullJitter  bool
}

// maxRetries is the largest MaxAttempts.
const maxRetries = 99999999

// MaxDelaySeconds must be less than maxRetryDelay: 366 days.
const maxRetryDelay = 31622400

// retriers reads Retry.
func (f *fields) retriers() []retrier {
	var all []retrier
	for _, entry := range f.objects("Retry") {
		entry.comment()
		r := retrier{
			errors:      entry.errorEquals(),
			interval:    entry.number("IntervalSeconds", 1, maxRetries, true, 1),
			maxAttempts: int(entry.number("MaxAttempts", 0, maxRetries, true, 3)),
			backoffRate: entry.number("BackoffRate", 1, unlimited, false, 2),
			maxDelay:    entry.number("MaxDelaySeconds", 1, maxRetryDelay-1, true, unlimited),
			fullJitter:  entry.oneOf("JitterStrategy", "NONE", "FULL") == "FULL",
		}
		if r.maxDelay <= r.interval {
			entry.fault("MaxDelaySeconds", "must be greater than IntervalSeconds, which is %v, got %v", r.interval, r.maxDelay)
		}
		entry.unread("a retrier")
		all = append(all, r)
	}
	lastCatchesAll(f, "Retry", len(all), func(i int) []string { return all[i].errors })
	return all
}

// catcher is an entry of Catch.
type catcher struct {
	errors     []string
	next       *target
	resultPath resultPath
	output     query.Template // in JSONata; nil when absent
	assign     query.Template // nil when absent
}

// catchers reads Catch.
func (f *fields) catchers() []catcher {
	var all []catcher
	for _, entry := range f.objects("Catch") {
		entry.comment()
		k := catcher{errors: entry.errorEquals(), next: entry.target("Next", entry.required("Next"))}
		if entry.jsonata {
			k.output = entry.payload("Output", seesError)
		} else {
			k.resultPath = entry.resultPath()
		}
		k.assign = entry.assignTo(entry.scope.defineCaught, seesError)
		entry.unread("a catcher")
		all = append(all, k)
	}
	lastCatchesAll(f, "Catch", len(all), func(i int) []string { return all[i].errors })
	return all
}

// errorEquals reads ErrorEquals.
func (f *fields) errorEquals() []string {
	names := f.strings("ErrorEquals")
	if len(names) == 0 {
		f.fault("ErrorEquals", "must be a list of at least one error name, such as [\"States.ALL\"]")
	}
	if len(names) > 1 && slices.Contains(names, ErrAll) {
		f.fault("ErrorEquals", "%s must be the only name", ErrAll)
	}
	for _, name := range names {
		if strings.HasPrefix(name, "States.") && !slices.Contains(reserved, name) && !httpStatus.MatchString(name) {
			fault := f.newFault("ErrorEquals", "unknown error name %q; the names that start with States. are %s", name, strings.Join(reserved, ", "))
			fault.Lint = true
			f.c.unknown[name] = append(f.c.unknown[name], fault)
		}
	}
	return names
}

// reserved lists the error names of the language. Another name that starts with "States." is a mistake, unless a Fail state raises it.
var reserved = []string{
	ErrAll, "States.BranchFailed", ErrDataLimit, ErrToleratedFailure, ErrHeartbeatTimeout, "States.Http.Socket", ErrIntrinsicFailure, ErrItemReader,
	"States.NoChoiceMatched", "States.ParameterPathFailure", "States.Permissions", ErrQueryEvaluation, ErrResultPath, ErrResultWriter,
	ErrRuntime, ErrTaskFailed, ErrTimeout,
}

// httpStatus matches the errors of an HTTP task that received a response:
// https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html.
var httpStatus = regexp.MustCompile(`^States\.Http\.StatusCode\.[1-5]\d\d$`)

// lastCatchesAll reports States.ALL before the end of the list, because the later entries could never match.
func lastCatchesAll(f *fields, field string, n int, errors func(i int) []string) {
	for i := 0; i < n-1; i++ {
		if slices.Contains(errors(i), ErrAll) {
			f.fault(field, "%s must be in the last entry, but is in entry %d of %d", ErrAll, i+1, n)
		}
	}
}

// worker is a state that can be retried and caught: Task, Parallel and Map.
type worker interface {
	state
	// attempt does the state's work once and returns the output.
	attempt(b *branch) (any, error)
}

// persist attempts the state's work until it succeeds or no retrier has an attempt left. Then it tries the catchers.
func (b *branch) persist(w worker, rules *recovery) (any, *target, error) {
	used := make([]int, len(rules.retriers))
	for {
		output, err := w.attempt(b)
		if err == nil {
			return output, w.base().next, nil
		}
		err = located(err, &b.at)
		var e *failure
		if !errors.As(err, &e) {
			return nil, nil, err
		}
		b.evaluationFailed(e)
		if b.test != nil {
			return b.test.recover(b, rules, e)
		}
		again, err := b.retry(rules.retriers, used, e)
		if err != nil {
			return nil, nil, err
		}
		if again {
			if err := b.x.admit(); err != nil {
				return nil, nil, err
			}
			b.x.transition()
			continue
		}
		b.workFailed(e)
		output, next, matched, err := b.caught(rules.catchers, e)
		if !matched {
			return nil, nil, e
		}
		return output, next, located(err, &b.at)
	}
}

// workFailed records that a Parallel or Map state failed for good. The service does not record that of an execution that cannot continue.
func (b *branch) workFailed(e *failure) {
	if kind := b.at.state.kind; kind != "Task" && e.name != ErrRuntime {
		b.record(kind+"StateFailed", nil)
	}
}

// evaluationFailed records the failure of a JSONata expression. It follows the event before the state, unless the state did something.
func (b *branch) evaluationFailed(e *failure) {
	if e.evaluation {
		if b.previous == b.at.eventID && b.at.state.kind != "Wait" {
			b.previous = b.at.before
		}
		b.record("EvaluationFailed", &EvaluationFailed{Error: e.name, Cause: e.cause, Location: e.location, State: b.at.state.name})
		e.evaluation = false
	}
}

// catches reports whether ErrorEquals matches a failure. Nothing matches States.Runtime. The wildcards do not match a payload over
// the limit, unless a task returned it: recorded executions show that States.ALL catches that, although the documentation
// says otherwise.
func catches(names []string, e *failure) bool {
	if e.name == ErrRuntime {
		return false
	}
	wild := e.name != ErrDataLimit || e.byTask
	for _, name := range names {
		switch {
		case name == e.name,
			name == ErrAll && wild,
			name == ErrTaskFailed && wild && e.name != ErrTimeout,
			name == ErrHeartbeatTimeout && e.heartbeat:
			return true
		}
	}
	return false
}

// retry waits for the next attempt, if a retrier has one left for the failure.
func (b *branch) retry(retriers []retrier, used []int, e *failure) (again bool, err error) {
	for i := range retriers {
		r := &retriers[i]
		if !catches(r.errors, e) {
			continue
		}
		if used[i] >= r.maxAttempts {
			return false, nil
		}
		used[i]++
		b.at.retries++
		b.at.context, b.at.token, b.at.assigned = nil, "", nil
		return true, b.sleepUntil(b.p.Now().Add(r.delay(used[i], b.x.random.Float64)))
	}
	return false, nil
}

// delay returns the time to wait before the n-th retry, counted from 1.
func (r *retrier) delay(n int, random func() float64) time.Duration {
	seconds := min(r.interval*math.Pow(r.backoffRate, float64(n-1)), r.maxDelay, maxTimeout)
	if r.fullJitter {
		seconds *= random()
	}
	return time.Duration(seconds * float64(time.Second))
}

// caught returns the output of the first catcher that matches the failure. matched is false when no catcher matches.
func (b *branch) caught(catchers []catcher, e *failure) (output any, next *target, matched bool, err error) {
	for i := range catchers {
		if k := &catchers[i]; catches(k.errors, e) {
			output, err = b.catch(k, e)
			return output, k.next, true, err
		}
	}
	return nil, nil, false, nil
}

func (b *branch) catch(k *catcher, e *failure) (any, error) {
	b.at.assigned = nil
	errorOutput := e.output()
	if b.at.state.jsonata {
		env := b.evaluating(b.at.input)
		env.Error = errorOutput
		return b.finishTemplates(k.assign, k.output, env, any(errorOutput))
	}
	if err := b.assign(k.assign, b.evaluating(errorOutput)); err != nil {
		return nil, err
	}
	return k.resultPath.apply(b.at.input, errorOutput)
}
