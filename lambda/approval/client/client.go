// Package client calls the deciding function and checks its answers. The command line uses it with AWS, the local run with
// stand-ins.
package client

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/lambda/approval"
)

// Client calls one deciding function.
type Client struct {
	// Function is the ARN of the function, without a version or alias.
	Function string

	// Prove proves that the caller makes the statement with this digest.
	Prove func(ctx context.Context, digest string) (approval.Proof, error)

	// Invoke invokes the function.
	Invoke func(ctx context.Context, payload []byte) (answer []byte, err error)
}

// List returns the open requests, or all. A refusal by the function is an *approval.Fault; this holds for every call.
func (c Client) List(ctx context.Context, all bool) ([]*approval.View, error) {
	statement := approval.Statement{Operation: approval.List}
	if all {
		statement.Operation = approval.ListAll
	}
	answer, err := c.call(ctx, statement)
	if err != nil {
		return nil, err
	}
	return answer.Approvals, unusable(checkList(answer.Approvals))
}

// Show returns a request: with what there is to decide about while it is pending, with the decision afterwards.
func (c Client) Show(ctx context.Context, id string) (*approval.View, error) {
	if !approval.IsID(id) {
		return nil, fmt.Errorf("ID must be ap- and 16 letters and digits, got %q", id)
	}
	answer, err := c.call(ctx, approval.Statement{Operation: approval.Show, Request: id})
	if err != nil {
		return nil, err
	}
	return answer.Approval, unusable(checkShown(answer.Approval, id))
}

// Decide sends a decision on a request.
func (c Client) Decide(ctx context.Context, id string, d approval.Decision) (*approval.Outcome, error) {
	answer, err := c.call(ctx, approval.Statement{
		Operation: approval.Decide, Request: id, Round: d.Round, Digest: d.Shown, Verdict: d.Decision, Code: d.Code, Except: d.Except, Meaning: d.Meaning, Reason: d.Reason,
	})
	if err != nil {
		return nil, err
	}
	return answer.Outcome, unusable(checkDecided(answer.Outcome, id, d))
}

// call signs a statement and sends it.
func (c Client) call(ctx context.Context, statement approval.Statement) (answer approval.Answer, err error) {
	statement.Function, statement.Nonce = c.Function, rand.Text()
	digest, err := statement.SHA256()
	if err != nil {
		return answer, err
	}
	proof, err := c.Prove(ctx, digest)
	if err != nil {
		return answer, err
	}
	payload, err := json.Marshal(approval.Call{Statement: statement, Proof: proof})
	if err != nil {
		return answer, err
	}
	text, err := c.Invoke(ctx, payload)
	if err != nil {
		return answer, err
	}
	if err := strictjson.Unmarshal(text, &answer); err != nil {
		return answer, unusable(errors.New("it is not JSON of the known form"))
	}
	if answer.Error != nil {
		return answer, answer.Error
	}
	return answer, nil
}
