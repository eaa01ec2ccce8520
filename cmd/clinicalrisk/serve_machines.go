package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/internal/operate"
	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/local/runner"
)

// machines are the state machines of a server, by name, with what performs their tasks.
type machines struct {
	server    *serve.Server
	pipelines map[string]*runner.Pipeline
}

// serverOf returns a server that has the state machines of the pipelines.
func serverOf(ctx context.Context, config serve.Config, pipelines []*runner.Pipeline) (*serve.Server, error) {
	first := pipelines[0]
	config.Account, config.Region = first.StateMachine().Account, first.StateMachine().Region
	config.Objects = first.Objects()
	m := &machines{pipelines: map[string]*runner.Pipeline{}}
	config.Services, config.Answers = m, true // Without a decision here, SendTaskSuccess decides.
	server, err := serve.New(config)
	if err != nil {
		return nil, fmt.Errorf("--data: %w", err)
	}
	m.server = server
	for _, p := range pipelines {
		m.pipelines[p.StateMachine().Name] = p
		if err := m.create(ctx, p); err != nil {
			_ = server.Close() // The first error counts.
			return nil, fmt.Errorf("state machine %s: %w", p.StateMachine().Name, err)
		}
	}
	return server, nil
}

// review stands in for a state machine downstream, whose definition is not in the assembly: it succeeds after a minute, without output.
const review = `{"Comment": "Stands in for a state machine that is not in the assembly", "StartAt": "Review",
	"States": {"Review": {"Type": "Wait", "Seconds": 60, "Next": "Done"}, "Done": {"Type": "Pass", "Result": {}, "End": true}}}`

// downstream creates a stand-in for each state machine that a definition starts, unless the server has it. It returns the definition,
// which starts those of this server's account and region.
func (m *machines) downstream(ctx context.Context, p *runner.Pipeline) (string, error) {
	text := string(p.StateMachine().Definition)
	definition, err := asl.Decode([]byte(text))
	if err != nil {
		return "", err
	}
	var errs []error
	asl.Walk(definition, func(_ string, state *value.Object) {
		if !strings.Contains(state.Text("Resource"), ":states:::states:startExecution") {
			return
		}
		for _, field := range []string{"Arguments", "Parameters"} {
			arn := state.Object(field).Text("StateMachineArn")
			name := arn[strings.LastIndexByte(arn, ':')+1:]
			if !strings.Contains(arn, ":stateMachine:") || m.pipelines[name] != nil {
				continue
			}
			text = strings.ReplaceAll(text, arn, strings.TrimSuffix(p.StateMachine().ARN, p.StateMachine().Name)+name)
			request := map[string]any{"name": name, "definition": review, "roleArn": p.StateMachine().RoleARN}
			if code, err := m.call(ctx, "CreateStateMachine", request, nil); code != "StateMachineAlreadyExists" {
				errs = append(errs, err)
			}
		}
	})
	return text, errors.Join(errs...)
}

// create creates the state machine with a version and the alias, or brings what the data folder has up to date.
func (m *machines) create(ctx context.Context, p *runner.Pipeline) error {
	machine := p.StateMachine()
	kind := asl.Standard
	if machine.Express {
		kind = asl.Express
	}
	definition, err := m.downstream(ctx, p)
	if err != nil {
		return err
	}
	request := map[string]any{"name": machine.Name, "definition": definition, "roleArn": machine.RoleARN, "type": kind, "publish": true}
	var made struct {
		Version string `json:"stateMachineVersionArn"`
	}
	code, err := m.call(ctx, "CreateStateMachine", request, &made)
	if code == "StateMachineAlreadyExists" {
		delete(request, "name")
		delete(request, "type")
		request["stateMachineArn"] = machine.ARN
		_, err = m.call(ctx, "UpdateStateMachine", request, &made)
	}
	if err != nil {
		return err
	}
	routing := []any{map[string]any{"stateMachineVersionArn": made.Version, "weight": 100}}
	code, err = m.call(ctx, "CreateStateMachineAlias", map[string]any{"name": operate.Live, "routingConfiguration": routing}, nil)
	if code == "ConflictException" {
		_, err = m.call(ctx, "UpdateStateMachineAlias", map[string]any{"stateMachineAliasArn": machine.ARN + ":" + operate.Live, "routingConfiguration": routing}, nil)
	}
	return err
}

// call performs an operation of the server and reads its answer. The error has the code of the API.
func (m *machines) call(ctx context.Context, operation string, request, answer any) (code string, err error) {
	body, err := json.Marshal(request)
	if err != nil {
		return "", err
	}
	out, fault := m.server.Call(ctx, operation, body)
	if fault != nil {
		return fault.Code, fault
	}
	if answer == nil {
		return "", nil
	}
	text, err := json.Marshal(out)
	if err != nil {
		return "", err
	}
	return "", strictjson.Unmarshal(text, answer)
}

// Call implements asl.Handler: it performs a task by the stand-ins of the execution's state machine.
func (m *machines) Call(ctx context.Context, task *asl.Task) (asl.Reply, error) {
	p := m.pipelines[machineNameOf(task.ExecutionARN)]
	if p == nil {
		return asl.Reply{}, fmt.Errorf("calls %s, and only the state machines of the environment have stand-ins: give the result with --stubs", task.Resource)
	}
	var execution struct {
		Input string `json:"input"`
	}
	if !strings.Contains(task.ExecutionARN, "/") { // A child of a Distributed Map has items and no features of a job.
		if _, err := m.call(ctx, "DescribeExecution", map[string]any{"executionArn": task.ExecutionARN}, &execution); err != nil {
			return asl.Reply{}, err
		}
	}
	input, err := asl.Decode([]byte(execution.Input))
	if err != nil {
		input = nil
	}
	return p.Perform(ctx, task, input)
}

// machineNameOf returns the name of the state machine in the ARN of an execution or of a child execution.
func machineNameOf(execution string) string {
	parts := strings.Split(execution, ":")
	if len(parts) < 7 {
		return ""
	}
	name, _, _ := strings.Cut(parts[6], "/")
	return name
}
