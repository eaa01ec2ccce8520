// Package local stands in for the AWS services that a clinical risk pipeline calls, so that its synthesized definition
// runs on a laptop.
//
// [Services] is the handler that the engine asks to perform tasks. It knows an integration by its name, which is what
// follows "arn:aws:states:::" in a task's Resource, and checks what the task passes as strictly as the service would: a
// parameter that is unknown, missing or of the wrong type, and an integration without a stand-in, abort the run with an
// error that names state and parameter. Nothing is echoed and nothing is guessed. Error names and the shapes of responses
// are AWS's; ids and durations derive from the execution, so that two runs agree.
//
// Each service has a file of its own:
//
//	EMR            elasticmapreduce:addStep.sync: the step completes after some virtual minutes, and
//	EMRServerless  emr-serverless:startJobRun.sync,
//	Glue           glue:startJobRun.sync do alike; ETL is what their jobs do
//	SageMaker      aws-sdk:sagemakerruntime:invokeEndpoint: a model of package model answers
//	SNS            sns:publish: hands each notification to a function
//	S3             aws-sdk:s3:putObject, getObject and headObject: objects are files in a folder
//	StepFunctions  states:startExecution.sync:2: notes what was started; it succeeds
//	ServiceNow     http:invoke on the table of incidents: opens them, and finds what it opened
//	LogGroup       what Step Functions writes to CloudWatch Logs about an execution
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
)

// Service is the stand-in for one AWS service.
type Service interface {
	Integrations() []Integration
}

// Integration is one action of a service, as a state machine calls it.
type Integration struct {
	Name       string // such as "sns:publish", "aws-sdk:s3:getObject" or "elasticmapreduce:addStep.sync"
	Parameters Shape  // what it takes
	// Perform does it. The call's parameters fit the shape.
	Perform func(ctx context.Context, call *Call) (asl.Reply, error)
}

// Call is a task with its parameters, checked.
type Call struct {
	*asl.Task
	Parameters map[string]any
}

// Services performs the tasks of a state machine. It is safe for concurrent use if its services are, as those of this
// package are.
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

// Call implements asl.Handler.
func (s *Services) Call(ctx context.Context, task *asl.Task) (asl.Reply, error) {
	integration, err := s.find(task.Resource)
	if err != nil {
		return asl.Reply{}, err
	}
	if err := integration.Parameters.check(task.Input); err != nil {
		return asl.Reply{}, fmt.Errorf("%s: %w", integration.Name, err)
	}
	parameters, _ := task.Input.(map[string]any)
	return integration.Perform(ctx, &Call{Task: task, Parameters: parameters})
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
	return Integration{}, fmt.Errorf("there is no local stand-in for %s: there are %s", name, strings.Join(known, ", "))
}

// Check reports every task of a definition that no service of these performs, before anything runs.
func (s *Services) Check(definition any) error {
	var faults []error
	asl.Walk(definition, func(name string, state map[string]any) {
		if state["Type"] != "Task" {
			return
		}
		resource, _ := state["Resource"].(string)
		if _, err := s.find(resource); err != nil {
			faults = append(faults, fmt.Errorf("state %q: %w", name, err))
		}
	})
	return errors.Join(faults...)
}

// digest identifies a call: it is the same for the same execution, state, attempt and purpose.
func (c *Call) digest(purpose string) [sha256.Size]byte {
	return sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d\x00%s", c.ExecutionARN, c.State, c.Attempt, purpose))
}

// uuid returns an id for the call, such as a message's or a request's.
func (c *Call) uuid(purpose string) string {
	sum := c.digest(purpose)
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// code returns 13 capitals and digits for the call, as in the ids of EMR.
func (c *Call) code(purpose string) string {
	sum := c.digest(purpose)
	return base32.StdEncoding.EncodeToString(sum[:])[:13]
}

// below returns a number from 0 to n-1 for the call.
func (c *Call) below(purpose string, n uint64) uint64 {
	sum := c.digest(purpose)
	return binary.BigEndian.Uint64(sum[:8]) % n
}

// text returns a string parameter, "" where it is not given.
func (c *Call) text(name string) string {
	s, _ := c.Parameters[name].(string)
	return s
}

// document returns what a service stores or sends for a Document: a string as it is, any other value as JSON.
func document(value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	return asl.Encode(value)
}
