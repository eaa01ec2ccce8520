// Package memory has in-memory stand-ins for the AWS services behind approvals, for tests and local runs. They are safe for
// concurrent use.
package memory

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"clinical-risk-pipeline/lambda/approval"
)

// Store is a stand-in for the table.
type Store struct {
	mu        sync.Mutex
	approvals map[string]approval.Approval
}

// Get implements approval.Store.
func (s *Store) Get(_ context.Context, id string) (*approval.Approval, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.approvals[id]
	if !ok {
		return nil, approval.ErrNotFound
	}
	return &a, nil
}

// Put implements approval.Store.
func (s *Store) Put(_ context.Context, a *approval.Approval) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.approvals[a.ID].Revision != a.Revision {
		return approval.ErrChanged
	}
	if s.approvals == nil {
		s.approvals = map[string]approval.Approval{}
	}
	a.Revision++
	s.approvals[a.ID] = *a
	return nil
}

// List implements approval.Store.
func (s *Store) List(_ context.Context, all bool) ([]*approval.Approval, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*approval.Approval
	for _, a := range s.approvals {
		if all || !a.Effective {
			list = append(list, &a)
		}
	}
	approval.SortOldestFirst(list)
	return list, nil
}

// Objects is a stand-in for a bucket with versioning. The version of an object depends on its bytes.
type Objects struct {
	mu      sync.Mutex
	objects map[string][]byte
}

// Set stores an object, and replaces an existing one.
func (o *Objects) Set(key string, body []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.set(key, body)
}

func (o *Objects) set(key string, body []byte) {
	if o.objects == nil {
		o.objects = map[string][]byte{}
	}
	o.objects[key] = body
}

// List implements approval.Objects.
func (o *Objects) List(_ context.Context, prefix string) ([]string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	keys := slices.Sorted(maps.Keys(o.objects))
	return slices.DeleteFunc(keys, func(key string) bool { return !strings.HasPrefix(key, prefix) }), nil
}

// Read implements approval.Objects.
func (o *Objects) Read(_ context.Context, key string) ([]byte, string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	body, ok := o.objects[key]
	if !ok {
		return nil, "", approval.ErrNotFound
	}
	return body, Version(body), nil
}

// Create implements approval.Objects.
func (o *Objects) Create(_ context.Context, key string, body []byte) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, exists := o.objects[key]; exists {
		return "", approval.ErrExists
	}
	o.set(key, body)
	return Version(body), nil
}

// Version returns the version that a stand-in for S3 gives to an object with these bytes: half of their digest.
func Version(body []byte) string { return approval.Digest(body)[:32] }

// Tasks is a stand-in for Step Functions' waiting tasks, by token.
type Tasks struct {
	mu      sync.Mutex
	Waiting map[string]bool     // the tokens of the waiting tasks
	Outputs map[string][]string // the outputs of the tasks that succeeded, by token
}

// Succeed implements approval.Tasks.
func (t *Tasks) Succeed(_ context.Context, token string, output []byte) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.Waiting[token] {
		return approval.ErrTaskGone
	}
	delete(t.Waiting, token)
	if t.Outputs == nil {
		t.Outputs = map[string][]string{}
	}
	t.Outputs[token] = append(t.Outputs[token], string(output))
	return nil
}

// Completed implements approval.Tasks. It ignores the execution, because no two executions have the same output.
func (t *Tasks) Completed(_ context.Context, _ string, output []byte) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, outputs := range t.Outputs {
		if slices.Contains(outputs, string(output)) {
			return true, nil
		}
	}
	return false, nil
}

// Starts is a stand-in for a trail: the same principals started every execution. If it is empty, the starter is unknown.
type Starts []approval.Starter

// Starters implements approval.Starts.
func (s Starts) Starters(context.Context, *approval.Request) ([]approval.Starter, error) {
	if len(s) == 0 {
		return nil, approval.ErrStarterUnknown
	}
	return s, nil
}

// Notifier keeps the messages.
type Notifier struct {
	mu       sync.Mutex
	Messages []approval.Message
}

// Notify implements approval.Notifier.
func (n *Notifier) Notify(_ context.Context, m approval.Message) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.Messages = append(n.Messages, m)
	return nil
}

// Invoke invokes the deciding function under an ARN and with a request id, as Lambda does. It returns the answer as JSON.
func Invoke(ctx context.Context, api approval.API, function, requestID string, payload []byte) ([]byte, error) {
	return InvokeHandler(ctx, api.Handle, function, requestID, payload)
}

// InvokeHandler invokes another function in the same way.
func InvokeHandler[A any](ctx context.Context, handle func(context.Context, json.RawMessage) (A, error), function, requestID string, payload []byte) ([]byte, error) {
	ctx = lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: requestID, InvokedFunctionArn: function})
	answer, err := handle(ctx, payload)
	if err != nil {
		return nil, err
	}
	return json.Marshal(answer)
}
