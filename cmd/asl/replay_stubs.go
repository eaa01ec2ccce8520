package main

import (
	"context"
	"crypto/md5"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"slices"
	"strings"

	"clinical-risk-pipeline/asl"
)

// replayStub is the result of a task: it returned, threw or never ended.
type replayStub struct {
	Input  json.RawMessage `json:"input"`
	Return json.RawMessage
	Throw  *struct{ Error, Cause string }
	Hang   bool
	used   bool
}

// reply takes the first unused stub with the task's input, else the first unused stub. Without an unused stub the task echoes its input.
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

// replayObjects are S3 objects by key. They ignore the bucket.
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
			if !yield(asl.Object{Key: key, Size: int64(len(o[key])), ETag: fmt.Sprintf("%q", fmt.Sprintf("%x", md5.Sum([]byte(o[key]))))}, nil) {
				return
			}
		}
	}
}

// discard is the writer of an object that is not kept.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) Close() error                { return nil }
