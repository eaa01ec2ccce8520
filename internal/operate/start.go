package operate

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"clinical-risk-pipeline/workflow"
)

// EMRQueue is how many executions may be open at once where each adds a step to a cluster. A cluster takes 256 pending and running steps
// (https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-work-with-steps.html); some are left for others.
const EMRQueue = 200

// Request is an execution to start.
type Request struct {
	Name  string
	Input string // JSON
}

// Started is an execution that was started.
type Started struct {
	Execution string    `json:"execution"`
	StartedAt time.Time `json:"startedAt"`
	Before    bool      `json:"startedBefore,omitempty"` // by an earlier start with the same name and input
}

// executionName is what a name may have: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html. A name is not
// encrypted, so it never has a subject's id.
var executionName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`)

// CheckName checks the name of an execution or the beginning of the names of several. A test has both marks, the name and the input, or none.
func CheckName(name string, test bool) error {
	marked := strings.HasPrefix(name, workflow.TestExecution)
	switch {
	case !executionName.MatchString(name):
		return fmt.Errorf("--name must have 1 to 80 letters, digits, hyphens and underscores, got %q", name)
	case marked && !test:
		return fmt.Errorf("--name %s… marks a test, and the input has no \"%s\": true: give both or none", workflow.TestExecution, workflow.Test)
	case !marked && test:
		return fmt.Errorf("the input has \"%s\": true, which marks a test: begin --name with %s", workflow.Test, workflow.TestExecution)
	}
	return nil
}

// Starter starts executions through an alias.
type Starter struct {
	AWS   *AWS
	Alias string
	// AtOnce is the most executions that may be open at once, those of others included. Default: as many as the account may have.
	AtOnce int
	// Waiting is told how many executions are open while a start waits for their end. Default: nobody is told.
	Waiting func(open int)

	open []string
}

// waitForRoom is the time between two looks at the executions that are open.
const waitForRoom = 15 * time.Second

// Start starts an execution, as soon as there is room. Starting the same name with the same input again is the same execution.
func (s *Starter) Start(ctx context.Context, r Request) (*Started, error) {
	if err := s.room(ctx); err != nil {
		return nil, err
	}
	out, err := call(ctx, s.AWS, s.AWS.client.StartExecution, &sfn.StartExecutionInput{StateMachineArn: &s.Alias, Name: &r.Name, Input: &r.Input})
	if Is(err, "ExecutionAlreadyExists") {
		return s.existing(ctx, r, err)
	}
	if err != nil {
		return nil, err
	}
	started := &Started{Execution: aws.ToString(out.ExecutionArn), StartedAt: aws.ToTime(out.StartDate).UTC()}
	s.open = append(s.open, started.Execution)
	return started, nil
}

// existing returns the execution of the name if it has the same input: an earlier start was interrupted.
func (s *Starter) existing(ctx context.Context, r Request, refusal error) (*Started, error) {
	m, err := ParseMachine(s.Alias)
	if err != nil {
		return nil, err
	}
	arn := strings.Replace(m.ARN, ":stateMachine:", ":execution:", 1) + ":" + r.Name
	e, input, _, err := s.AWS.Data(ctx, arn)
	if err != nil {
		return nil, errors.Join(refusal, err)
	}
	if input != r.Input {
		return nil, refusal
	}
	return &Started{Execution: arn, StartedAt: e.StartedAt, Before: true}, nil
}

// Seed counts the executions that are open already.
func (s *Starter) Seed(ctx context.Context, m Machine) error {
	if s.AtOnce == 0 {
		return nil
	}
	open, err := s.AWS.List(ctx, m, ListOptions{Statuses: []types.ExecutionStatus{types.ExecutionStatusRunning}, Limit: s.AtOnce})
	for _, e := range open {
		s.open = append(s.open, e.ARN)
	}
	return err
}

// room waits until fewer executions are open than may be.
func (s *Starter) room(ctx context.Context) error {
	for s.AtOnce > 0 && len(s.open) >= s.AtOnce {
		var still []string
		for _, arn := range s.open {
			e, err := s.AWS.Describe(ctx, arn, false)
			if err != nil && !Is(err, "ExecutionDoesNotExist") {
				return err
			}
			if err == nil && e.Running() {
				still = append(still, arn)
			}
		}
		if s.open = still; len(s.open) < s.AtOnce {
			return nil
		}
		if s.Waiting != nil {
			s.Waiting(len(s.open))
		}
		if err := s.AWS.clock.Sleep(ctx, waitForRoom); err != nil {
			return err
		}
	}
	return nil
}
