package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/internal/program"
)

// replayCommand replays recorded executions. It reads one request per line and writes one response per line, in the same order.
type replayCommand struct{}

// replayRequest is a recorded execution: its definition, its input and the results of its tasks.
type replayRequest struct {
	ID         json.RawMessage          `json:"id"`
	Definition json.RawMessage          `json:"definition"`
	Input      json.RawMessage          `json:"input"`
	Context    replayContext            `json:"context"`
	S3         map[string]string        `json:"s3"`
	Stubs      map[string][]*replayStub `json:"stubs"`
}

// replayContext is the recorded part of the context object.
type replayContext struct {
	Execution    struct{ ID, Name, RoleArn string }
	StateMachine struct{ ID, Name string }
}

// replayResponse is the outcome of the replay.
type replayResponse struct {
	ID         json.RawMessage `json:"id"`
	Status     string          `json:"status"`
	Output     any             `json:"output,omitempty"`
	Error      string          `json:"error,omitempty"`
	Cause      string          `json:"cause,omitempty"`
	Path       []string        `json:"path"`
	TaskInputs [][2]any        `json:"taskInputs"`
}

// Run answers requests until the end of the input.
func (replayCommand) Run(ctx context.Context, s program.Streams) error {
	decoder := json.NewDecoder(s.Input(ctx))
	encoder := json.NewEncoder(s.Out)
	for n := 1; ; n++ {
		var request replayRequest
		err := decoder.Decode(&request)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("request %d: %w", n, err)
		}
		if err := encoder.Encode(replay(ctx, &request)); err != nil {
			return err
		}
	}
}

// replay executes a request.
func replay(ctx context.Context, request *replayRequest) *replayResponse {
	response := &replayResponse{ID: request.ID, Path: []string{}, TaskInputs: [][2]any{}}
	machine, err := asl.Load(request.Definition, asl.Lenient())
	if err != nil {
		response.Status, response.Cause = "REJECTED", err.Error()
		return response
	}
	input, err := asl.Decode(request.Input)
	if err != nil {
		response.Status, response.Cause = "REJECTED", err.Error()
		return response
	}
	handler := asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) {
		response.TaskInputs = append(response.TaskInputs, [2]any{task.State, task.Input})
		return request.reply(task)
	})
	execution, err := machine.Run(ctx, input, asl.Options{
		Handler: handler, Start: time.Now().UTC(), Objects: replayObjects(request.S3),
		Name: request.Context.Execution.Name, ARN: request.Context.Execution.ID, RoleARN: request.Context.Execution.RoleArn,
		StateMachine: asl.StateMachine{Name: request.Context.StateMachine.Name, ARN: request.Context.StateMachine.ID},
	})
	if err != nil {
		response.Status, response.Error, response.Cause = "FAILED", "Replay", err.Error()
		return response
	}
	response.Status, response.Output = string(execution.Status), execution.Output
	response.Error, response.Cause = execution.Error, execution.Cause
	response.Path = append(response.Path, execution.Path()...)
	return response
}
