package serve

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"sync"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
)

// tokens are the task tokens that wait for a callback.
type tokens struct {
	mu      sync.Mutex
	waiting map[string]*asl.Completion
}

// newTaskToken returns a token. Its end is a checksum, which tells a token of this kind from any other text.
func newTaskToken() string {
	var b [40]byte
	_, _ = rand.Read(b[:32]) // It never fails.
	sum := sha256.Sum256(b[:32])
	copy(b[32:], sum[:])
	return base64.StdEncoding.EncodeToString(b[:])
}

// isTaskToken reports whether a server could have made the token.
func isTaskToken(token string) bool {
	b, err := base64.StdEncoding.DecodeString(token)
	if err != nil || len(b) != 40 {
		return false
	}
	sum := sha256.Sum256(b[:32])
	return bytes.Equal(sum[:8], b[32:])
}

// expect makes the completion of a task whose end comes with a token.
func (t *tokens) expect(token string) *asl.Completion {
	c := asl.NewCompletion(func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.waiting, token)
	})
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting[token] = c
	return c
}

// use performs a call for a token. A token that no task waits for is one that ended.
func (t *tokens) use(token string, call func(*asl.Completion) error) *api.Error {
	if !isTaskToken(token) {
		return invalidToken()
	}
	t.mu.Lock()
	c := t.waiting[token]
	t.mu.Unlock()
	if c == nil || call(c) != nil {
		return api.Errorf("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
	}
	return nil
}

type sendTaskSuccessInput struct {
	TaskToken string  `json:"taskToken" api:"required,min=1,max=2048,sensitive"`
	Output    *string `json:"output" api:"required,max=262144,sensitive"`
}

func (s *Server) sendTaskSuccess(_ context.Context, in *sendTaskSuccessInput) (*empty, *api.Error) {
	output, err := asl.Decode([]byte(*in.Output))
	if err != nil {
		return nil, api.Errorf("InvalidOutput", "Invalid Output: '%s'", jsonFault(*in.Output))
	}
	return &empty{}, s.tokens.use(in.TaskToken, func(c *asl.Completion) error { return c.Succeed(output) })
}

type sendTaskFailureInput struct {
	TaskToken string `json:"taskToken" api:"required,min=1,max=2048,sensitive"`
	Error     string `json:"error" api:"max=256,sensitive"`
	Cause     string `json:"cause" api:"max=32768,sensitive"`
}

func (s *Server) sendTaskFailure(_ context.Context, in *sendTaskFailureInput) (*empty, *api.Error) {
	return &empty{}, s.tokens.use(in.TaskToken, func(c *asl.Completion) error { return c.Fail(&asl.Error{Name: in.Error, Cause: in.Cause}) })
}

type sendTaskHeartbeatInput struct {
	TaskToken string `json:"taskToken" api:"required,min=1,max=2048,sensitive"`
}

func (s *Server) sendTaskHeartbeat(_ context.Context, in *sendTaskHeartbeatInput) (*empty, *api.Error) {
	return &empty{}, s.tokens.use(in.TaskToken, func(c *asl.Completion) error { return c.Heartbeat() })
}
