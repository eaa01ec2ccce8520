package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/asl"
)

// replayCommand speaks the protocol of recorded executions: a request a line, a response a line, in the same order.
type replayCommand struct{}

type replayRequest struct {
	ID         json.RawMessage          `json:"id"`
	Definition json.RawMessage          `json:"definition"`
	Input      json.RawMessage          `json:"input"`
	Context    replayContext            `json:"context"`
	S3         map[string]string        `json:"s3"`
	Stubs      map[string][]*replayStub `json:"stubs"`
}

type replayContext struct {
	Execution    struct{ ID, Name, RoleArn string }
	StateMachine struct{ ID, Name string }
}

// replayStub is what a task did: it returned, threw or never ended.
type replayStub struct {
	Input  json.RawMessage `json:"input"`
	Return json.RawMessage
	Throw  *struct{ Error, Cause string }
	Hang   bool
	used   bool
}

type replayResponse struct {
	ID         json.RawMessage `json:"id"`
	Status     string          `json:"status"`
	Output     any             `json:"output,omitempty"`
	Error      string          `json:"error,omitempty"`
	Cause      string          `json:"cause,omitempty"`
	Path       []string        `json:"path"`
	TaskInputs [][2]any        `json:"taskInputs"`
}

// Run answers requests until the input ends.
func (replayCommand) Run() error {
	reader := bufio.NewReaderSize(os.Stdin, 1<<20)
	writer := bufio.NewWriter(os.Stdout)
	for {
		line, err := reader.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var request replayRequest
			if err := json.Unmarshal(line, &request); err != nil {
				return err
			}
			response, err := json.Marshal(replay(&request))
			if err != nil {
				return err
			}
			_, _ = writer.Write(append(response, '\n'))
			if err := writer.Flush(); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func replay(request *replayRequest) *replayResponse {
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
	execution, err := machine.Run(context.Background(), input, asl.Options{
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

// reply takes the first unused stub whose input is the task's, else the first unused one; with none left the task echoes its input.
func (r *replayRequest) reply(task *asl.Task) (asl.Reply, error) {
	var chosen *replayStub
	for _, stub := range r.Stubs[task.State] {
		if stub.used {
			continue
		}
		if stub.Input != nil && sameJSON(stub.Input, task.Input) {
			chosen = stub
			break
		}
		if chosen == nil {
			chosen = stub
		}
	}
	if chosen == nil {
		return asl.Reply{Output: task.Input}, nil
	}
	chosen.used = true
	switch {
	case chosen.Hang:
		return asl.Reply{Hangs: true}, nil
	case chosen.Throw != nil:
		return asl.Reply{}, &asl.Error{Name: chosen.Throw.Error, Cause: chosen.Throw.Cause}
	}
	output, err := asl.Decode(chosen.Return)
	return asl.Reply{Output: output}, err
}

func sameJSON(raw json.RawMessage, v any) bool {
	decoded, err := asl.Decode(raw)
	return err == nil && asl.Encode(decoded) == asl.Encode(v)
}

// replayObjects are S3 objects by key, in whatever bucket.
type replayObjects map[string]string

func (o replayObjects) Open(_ context.Context, _, key string) (io.ReadCloser, error) {
	body, ok := o[key]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(strings.NewReader(body)), nil
}

func (o replayObjects) Create(context.Context, string, string) (io.WriteCloser, error) {
	return discard{}, nil
}

func (o replayObjects) List(_ context.Context, _, prefix string) iter.Seq2[asl.Object, error] {
	return func(yield func(asl.Object, error) bool) {
		var keys []string
		for key := range o {
			if strings.HasPrefix(key, prefix) {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		for _, key := range keys {
			if !yield(asl.Object{Key: key, Size: int64(len(o[key]))}, nil) {
				return
			}
		}
	}
}

// discard is the writer of an object that nobody reads.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) Close() error                { return nil }
