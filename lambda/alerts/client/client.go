// Package client calls the function with which people see alerts and act on them, and checks its answers.
package client

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/lambda/alerts"
	"clinical-risk-pipeline/lambda/approval"
)

// Client calls one function.
type Client struct {
	// Function is the ARN of the function, without a version or alias.
	Function string

	// Prove proves that the caller makes the statement with this digest.
	Prove func(ctx context.Context, digest string) (approval.Proof, error)

	// Invoke invokes the function.
	Invoke func(ctx context.Context, payload []byte) (answer []byte, err error)
}

// Do signs a statement and sends it. A refusal by the function is an *approval.Fault.
func (c Client) Do(ctx context.Context, statement alerts.Statement) (*alerts.Reply, error) {
	statement.Function, statement.Nonce = c.Function, rand.Text()
	digest, err := statement.SHA256()
	if err != nil {
		return nil, err
	}
	proof, err := c.Prove(ctx, digest)
	if err != nil {
		return nil, err
	}
	payload, err := json.Marshal(alerts.Call{Statement: statement, Proof: proof})
	if err != nil {
		return nil, err
	}
	text, err := c.Invoke(ctx, payload)
	if err != nil {
		return nil, err
	}
	var reply alerts.Reply
	if err := strictjson.Unmarshal(text, &reply); err != nil {
		return nil, errors.New("the answer of the function cannot be used: it is not JSON of the known form")
	}
	switch {
	case reply.Error != nil:
		return nil, reply.Error
	case statement.Operation == alerts.List && reply.List == nil, statement.Operation != alerts.List && reply.Alert == nil:
		return nil, errors.New("the answer of the function cannot be used: it has nothing of what was asked for")
	}
	return &reply, nil
}
