// Package local has stand-ins for the AWS services that a clinical risk pipeline calls, so that its synthesized definition
// runs on a laptop.
//
// [Services] performs the tasks of the engine. It finds an integration by its name, the part of a task's Resource after
// "arn:aws:states:::". It checks the parameters as strictly as the service does: an unknown, missing or mistyped parameter and
// an integration without a stand-in abort the run with an error that names state and parameter. No error repeats a value, and no
// stand-in guesses. Error names and the shapes of responses are those of AWS. Ids and durations derive from the execution, so
// that two runs agree.
//
// A task reports what it does to the world outside: it tells the [Observer] of its execution an [Effect].
//
// Each service has its own file:
//
//	EMR            elasticmapreduce:addStep.sync: the step completes after some virtual minutes
//	EMRServerless  emr-serverless:startJobRun.sync: the job completes after some virtual minutes
//	Glue           glue:startJobRun.sync: the job completes after some virtual minutes
//	ETL            the work of these steps and jobs
//	SageMaker      aws-sdk:sagemakerruntime:invokeEndpoint: a model of package model answers
//	SNS            sns:publish: reports the notification
//	S3             aws-sdk:s3:putObject, getObject and headObject: objects are files in a folder
//	StepFunctions  states:startExecution.sync:2: reports the start; the execution succeeds
//	ServiceNow     http:invoke on the incident table: opens incidents and finds them
//	LogGroup       the log of an execution in CloudWatch Logs
package local

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

// Service is the stand-in for one AWS service.
type Service interface {
	Integrations() []Integration
}

// Integration is one action of a service, as a state machine calls it.
type Integration struct {
	Name       string // such as "sns:publish", "aws-sdk:s3:getObject" or "elasticmapreduce:addStep.sync"
	Parameters Shape
	// Perform performs the action. The call's parameters fit the shape.
	Perform func(ctx context.Context, call *Call) (asl.Reply, error)
}

// Call is a task whose parameters were checked.
type Call struct {
	*asl.Task
	Parameters *value.Object
	observer   Observer
}

// Report tells the execution's observer what the call does to the world outside.
func (c *Call) Report(effect Effect) {
	if c.observer != nil {
		c.observer(effect)
	}
}

// Services performs the tasks of a state machine. It is safe for concurrent use if its services are. Those of this package are.
type Services struct{ integrations map[string]Integration }

// New returns the handler for the integrations of these services.
func New(services ...Service) *Services {
	s := &Services{integrations: map[string]Integration{}}
	for _, service := range services {
		for _, i := range service.Integrations() {
			s.integrations[i.Name] = i
		}
	}
	return s
}

// Call implements asl.Handler. It drops the effects.
func (s *Services) Call(ctx context.Context, task *asl.Task) (asl.Reply, error) {
	return s.perform(ctx, task, nil)
}

// Observed returns the handler of one execution, which tells the observer every effect.
func (s *Services) Observed(observer Observer) asl.Handler {
	return asl.HandlerFunc(func(ctx context.Context, task *asl.Task) (asl.Reply, error) { return s.perform(ctx, task, observer) })
}

func (s *Services) perform(ctx context.Context, task *asl.Task, observer Observer) (asl.Reply, error) {
	integration, err := s.find(task.Resource)
	if err != nil {
		return asl.Reply{}, err
	}
	if err := integration.Parameters.check(task.Input); err != nil {
		return asl.Reply{}, fmt.Errorf("%s: %w", integration.Name, err)
	}
	parameters, _ := task.Input.(*value.Object)
	return integration.Perform(ctx, &Call{Task: task, Parameters: parameters, observer: observer})
}

// find returns the integration that a task's Resource names.
func (s *Services) find(resource string) (Integration, error) {
	name := resource
	if parts := strings.SplitN(resource, ":", 6); len(parts) == 6 && parts[2] == "states" {
		name = parts[5]
	}
	if i, ok := s.integrations[name]; ok {
		return i, nil
	}
	known := slices.Sorted(maps.Keys(s.integrations))
	return Integration{}, fmt.Errorf("no local stand-in for %s, only for %s", name, strings.Join(known, ", "))
}

// Check returns an error for every task of a definition that has no stand-in.
func (s *Services) Check(definition any) error {
	var faults []error
	asl.Walk(definition, func(name string, state *value.Object) {
		if state.Text("Type") != "Task" {
			return
		}
		if _, err := s.find(state.Text("Resource")); err != nil {
			faults = append(faults, fmt.Errorf("state %q: %w", name, err))
		}
	})
	return errors.Join(faults...)
}

// digest identifies a call: equal executions, states, attempts and purposes have equal digests.
func (c *Call) digest(purpose string) [sha256.Size]byte {
	return sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d\x00%s", c.ExecutionARN, c.State, c.Attempt, purpose))
}

// uuid returns an id that derives from the call, such as the id of a message or a request.
func (c *Call) uuid(purpose string) string {
	sum := c.digest(purpose)
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// code returns 13 capitals and digits that derive from the call, as in the ids of EMR.
func (c *Call) code(purpose string) string {
	sum := c.digest(purpose)
	return base32.StdEncoding.EncodeToString(sum[:])[:13]
}

// below returns a number from 0 to n-1 that derives from the call.
func (c *Call) below(purpose string, n uint64) uint64 {
	sum := c.digest(purpose)
	return binary.BigEndian.Uint64(sum[:8]) % n
}

// text returns a string parameter, or "" if it is missing.
func (c *Call) text(name string) string {
	return c.Parameters.Text(name)
}

// document returns the text of a Document that a service stores or sends: a string unchanged, any other value as JSON.
func document(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return asl.Encode(v)
}
