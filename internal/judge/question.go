package judge

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/local/assembly"
)

// Question is a request about a state machine. One of Validate and Test is set.
type Question struct {
	Machine  *assembly.StateMachine
	State    string // "" for the whole definition
	About    string // where it comes from, such as "everybody is approved" or "States.Timeout, no retry left"
	Validate *sfn.ValidateStateMachineDefinitionInput
	Test     *sfn.TestStateInput
}

// String names the question for people.
func (q *Question) String() string {
	if q.State == "" {
		return q.Machine.Stack + ": " + q.About
	}
	return q.Machine.Stack + ", " + q.State + ": " + q.About
}

// operation is the name of the operation of the API.
func (q *Question) operation() string {
	if q.Test == nil {
		return "ValidateStateMachineDefinition"
	}
	return "TestState"
}

// validation asks whether AWS creates the state machine.
func validation(m *assembly.StateMachine) *Question {
	kind := types.StateMachineTypeStandard
	if m.Express {
		kind = types.StateMachineTypeExpress
	}
	return &Question{Machine: m, About: "the definition", Validate: &sfn.ValidateStateMachineDefinitionInput{
		Definition: aws.String(string(m.Definition)), Type: kind, Severity: types.ValidateStateMachineDefinitionSeverityWarning, MaxResults: 100,
	}}
}

// subject is a state machine about which questions are asked.
type subject struct {
	*assembly.StateMachine
	loaded     *asl.Machine
	definition *value.Object
	states     map[string]*value.Object // at any depth
	names      []string                 // of the states, in the order of the definition
	cohort     string                   // the lines of an object that a Map reads
}

// cohortLines is the number of lines of the cohort that a Map's ItemReader reads in a test.
const cohortLines = 3

// newSubject loads a state machine.
func newSubject(m *assembly.StateMachine, sample Sample) (*subject, error) {
	s := &subject{StateMachine: m, states: map[string]*value.Object{}}
	decoded, err := asl.Decode(m.Definition)
	if err != nil {
		return nil, err
	}
	s.definition, _ = decoded.(*value.Object)
	if s.loaded, err = asl.Load(m.Definition); err != nil {
		return nil, fmt.Errorf("%s: %w", m.Stack, err)
	}
	asl.Walk(decoded, func(name string, state *value.Object) {
		s.states[name], s.names = state, append(s.names, name)
	})
	text, err := os.ReadFile(sample.Cohort)
	if err != nil {
		return nil, err
	}
	s.cohort = strings.Join(strings.SplitAfterN(string(text), "\n", cohortLines+1)[:cohortLines], "")
	return s, nil
}

// mocked reports whether a test of the state needs a mock, and may have a context object.
func (s *subject) mocked(state string) bool {
	kind := s.states[state].Text("Type")
	return kind == "Task" || kind == "Map" || kind == "Parallel"
}

// question asks about a state with an input. Without an execution, the context object is AWS's own.
func (s *subject) question(about string, v *visit) *Question {
	q := &sfn.TestStateInput{
		Definition: aws.String(string(s.Definition)), StateName: aws.String(v.state), Input: aws.String(asl.Encode(v.input)),
		InspectionLevel: types.InspectionLevelDebug,
	}
	if len(v.variables.Members()) > 0 {
		q.Variables = aws.String(asl.Encode(v.variables))
	}
	return &Question{Machine: s.StateMachine, State: v.state, About: about, Test: q}
}

// mock adds the result or the error of an attempt, after retries, and the context object.
func (s *subject) mock(q *Question, v *visit, a attempt, retries int) *Question {
	q.Test.Context = aws.String(s.context(v, retries))
	q.Test.Mock = &types.MockInput{}
	configuration := &types.TestStateConfiguration{}
	if a.err == nil {
		q.Test.Mock.Result = aws.String(asl.Encode(a.result))
	} else {
		q.Test.Mock.ErrorOutput = &types.MockErrorOutput{Error: aws.String(a.err.Name), Cause: aws.String(a.err.Cause)}
		if retries > 0 {
			configuration.RetrierRetryCount = aws.Int32(int32(retries)) //nolint:gosec // a count of attempts
			q.Test.StateConfiguration = configuration
		}
	}
	if reader := s.states[v.state].Object("ItemReader"); reader != nil && reader.Object("ReaderConfig").Text("InputType") == "JSONL" {
		configuration.MapItemReaderData = aws.String(s.cohort)
		q.Test.StateConfiguration = configuration
	}
	return q
}

// context is the context object of a visit, with the members that TestState accepts.
func (s *subject) context(v *visit, retries int) string {
	execution := value.NewObject(6)
	x := v.execution
	execution.Set("Id", x.ARN)
	execution.Set("Input", x.Input)
	execution.Set("Name", x.Name)
	execution.Set("RoleArn", s.RoleARN)
	execution.Set("StartTime", timestamp(x.Start))
	execution.Set("RedriveCount", 0.0)
	context := value.NewObject(4)
	context.Set("Execution", execution)
	context.Set("State", value.NewObject(3).With("EnteredTime", timestamp(x.Start)).With("Name", v.state).With("RetryCount", float64(retries)))
	context.Set("StateMachine", value.NewObject(2).With("Id", s.ARN).With("Name", s.Name))
	if info, _ := s.loaded.State(v.state); info.Token {
		context.Set("Task", value.NewObject(1).With("Token", "a-token"))
	}
	return asl.Encode(context)
}

// recorded are the questions about a visit of a scenario.
func (s *subject) recorded(scenario string, v *visit, children []*asl.Execution) (all []*Question) {
	if !s.mocked(v.state) {
		return []*Question{s.question(scenario, v)}
	}
	if s.states[v.state].Text("Type") == "Task" {
		for i, a := range v.attempts {
			about := scenario
			if len(v.attempts) > 1 {
				about = fmt.Sprintf("%s, attempt %d", scenario, i+1)
			}
			all = append(all, s.mock(s.question(about, v), v, a, i))
		}
		return all
	}
	if !v.exited {
		return nil // The error that it failed with is that of a state inside, which has its own questions.
	}
	outputs := []any{}
	for _, b := range v.branches {
		outputs = append(outputs, b.output)
	}
	for _, child := range children {
		if within := s.states[v.state].Object("ItemProcessor").Object("States"); child.Status == asl.Succeeded && within.Has(child.Path()[0]) {
			outputs = append(outputs, child.Output)
		}
	}
	return []*Question{s.mock(s.question(scenario, v), v, attempt{result: outputs}, 0)}
}

// withoutValidation is the same question with a mocked result that the service does not compare with the response of an API.
func (q *Question) withoutValidation() *Question {
	test, mock := *q.Test, *q.Test.Mock
	mock.FieldValidationMode, test.Mock = types.MockResponseValidationModeNone, &mock
	return &Question{Machine: q.Machine, State: q.State, About: q.About + ", the result not validated", Test: &test}
}

// unnamed is an error that no definition names.
const unnamed = "Judge.UnnamedError"

// failures are questions about an error of each retrier and catcher of the state, a timeout, and an error that nobody names: at the first
// attempt, and when no retry is left.
func (s *subject) failures(v *visit) (all []*Question) {
	if !s.mocked(v.state) {
		return nil
	}
	retriers := handlers(s.states[v.state], "Retry")
	names := []string{unnamed}
	if s.states[v.state].Text("Type") == "Task" {
		names = append(names, asl.ErrTimeout)
	}
	for _, h := range append(handlers(s.states[v.state], "Catch"), retriers...) {
		if name := h.example(); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		a := attempt{err: &asl.Error{Name: name, Cause: "a cause"}}
		all = append(all, s.mock(s.question(name+", first attempt", v), v, a, 0))
		if i := slices.IndexFunc(retriers, func(r handler) bool { return r.matches(name) }); i >= 0 && retriers[i].attempts > 0 {
			all = append(all, s.mock(s.question(name+", no retry left", v), v, a, retriers[i].attempts))
		}
	}
	return all
}

// handler is a retrier or a catcher.
type handler struct {
	names    []string
	attempts int // of a retrier: MaxAttempts
}

// matches reports whether the handler handles the error: https://states-language.net/#errors.
func (h handler) matches(name string) bool {
	for _, own := range h.names {
		if own == name || own == "States.ALL" || own == "States.TaskFailed" && name != "States.Timeout" {
			return true
		}
	}
	return false
}

// example is an error that the handler names, "" if it names only groups of errors.
func (h handler) example() string {
	for _, name := range h.names {
		if name != "States.ALL" && name != "States.TaskFailed" {
			return name
		}
	}
	return ""
}

// handlers reads the retriers or catchers of a state.
func handlers(state *value.Object, field string) (all []handler) {
	list, _ := state.Value(field).([]any)
	for _, one := range list {
		object, _ := one.(*value.Object)
		h := handler{attempts: 3} // the default of MaxAttempts
		if n, ok := value.Float(object.Value("MaxAttempts")); ok {
			h.attempts = int(n)
		}
		names, _ := object.Value("ErrorEquals").([]any)
		for _, name := range names {
			text, _ := name.(string)
			h.names = append(h.names, text)
		}
		all = append(all, h)
	}
	return all
}
