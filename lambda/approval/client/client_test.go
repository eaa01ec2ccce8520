package client

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"clinical-risk-pipeline/lambda/approval"
)

const id = "ap-aaaaaaaaaaaaaaaa"

// answering returns a client of a function that always gives the same answer.
func answering(answer string) Client {
	return Client{
		Function: "arn:aws:lambda:eu-central-1:123456789012:function:Decide",
		Prove:    func(context.Context, string) (approval.Proof, error) { return approval.Proof{}, nil },
		Invoke:   func(context.Context, []byte) ([]byte, error) { return []byte(answer), nil },
	}
}

const (
	reviewed = `{"place": "s3://records/decisions/", "objects": [{"key": "k", "version": "v", "bytes": 2, "sha256": "ab"}],
		"sha256": "d3ba1db4a5c4c1e7cfd2ea5c1e2d16ae8a7e3b0a2a0e2a3e4a1e3c7f4f1f1f1f"}`
	outcome = `{"decision": "approved", "approvalId": "` + id + `", "signer": "arn:jane", "record": "s3://records/approvals/x.json", "recordVersion": "v"}`
	head    = `"approvalId": "` + id + `", "round": 1`
)

// shown is what there is to see of the reviewed records, and the case that they make.
var shown = func() string {
	text := "S-1 of " + sum()
	return `"shown": {"key": "k", "version": "v", "sha256": "` + approval.Digest([]byte(text)) + `", "text": "` + text + `"}, "cases": {"subjects": [{"subject": "S-1"}]}`
}()

// sum is the digest of the reviewed records.
func sum() string {
	var r approval.Reviewed
	if err := json.Unmarshal([]byte(reviewed), &r); err != nil {
		panic(err)
	}
	return r.Sum()
}

// rightly has the digest of the reviewed records put right.
func rightly(text string) string {
	var r approval.Reviewed
	if err := json.Unmarshal([]byte(reviewed), &r); err != nil {
		panic(err)
	}
	return strings.ReplaceAll(text, r.SHA256, sum())
}

// The function's answer comes from a function that the user named. A wrong one must not end in a panic, nor in a decision that
// looks taken.
func TestAnswersAreChecked(t *testing.T) {
	list := func(c Client) error { _, err := c.List(context.Background(), false); return err }
	show := func(c Client) error { _, err := c.Show(context.Background(), id); return err }
	decide := func(c Client) error {
		_, err := c.Decide(context.Background(), id, approval.Decision{Decision: "approve"})
		return err
	}
	for reason, row := range map[string]struct {
		call   func(Client) error
		answer string
		want   string // "" is a right answer
	}{
		"an empty list":                     {list, `{"approvals": []}`, ""},
		"a request":                         {list, `{"approvals": [{` + head + `, "status": "pending"}]}`, ""},
		"no list":                           {list, `{}`, "has no list"},
		"a list that is null":               {list, `{"approvals": null}`, "has no list"},
		"a missing request":                 {list, `{"approvals": [null]}`, "a request is missing"},
		"a request without an id":           {list, `{"approvals": [{"round": 1, "status": "pending"}]}`, "no id"},
		"an unknown status":                 {list, `{"approvals": [{` + head + `, "status": "fine"}]}`, "unknown status"},
		"a request without a round":         {list, `{"approvals": [{"approvalId": "` + id + `", "status": "pending"}]}`, "no round"},
		"an answer that is null":            {list, `null`, "has no list"},
		"a page":                            {list, `<html>`, "not JSON"},
		"a decision twice":                  {decide, `{"outcome": ` + strings.Replace(outcome, `"approved"`, `"rejected", "decision": "approved"`, 1) + `}`, "not JSON"},
		"nothing":                           {list, ``, "not JSON"},
		"an answer of another type":         {list, `{"approvals": {}}`, "not JSON"},
		"a pending request":                 {show, rightly(`{"approval": {` + head + `, "status": "pending", ` + shown + `, "reviewed": ` + reviewed + `}}`), ""},
		"a decided request":                 {show, rightly(`{"approval": {` + head + `, "status": "approved", "outcome": ` + outcome + `, "decision": {"reviewed": ` + reviewed + `}}}`), ""},
		"an expired request":                {show, `{"approval": {` + head + `, "status": "expired"}}`, ""},
		"no request":                        {show, `{}`, "a request is missing"},
		"another request":                   {show, `{"approval": {"approvalId": "ap-bbbbbbbbbbbbbbbb", "round": 1, "status": "expired"}}`, "another request"},
		"nothing to review":                 {show, `{"approval": {` + head + `, "status": "pending", ` + shown + `}}`, "records are missing"},
		"no subjects":                       {show, rightly(`{"approval": {` + head + `, "status": "pending", "reviewed": ` + reviewed + `}}`), "no subjects"},
		"nothing to see":                    {show, rightly(`{"approval": {` + head + `, "status": "pending", "cases": {"subjects": [{"subject": "S-1"}]}, "reviewed": ` + reviewed + `}}`), "what there is to see is missing"},
		"another text to see":               {show, rightly(`{"approval": {` + head + `, "status": "pending", ` + strings.Replace(shown, "S-1 of", "S-2 of", 1) + `, "reviewed": ` + reviewed + `}}`), "the digest is not that of what there is to see"},
		"a subject who is not to be seen":   {show, rightly(`{"approval": {` + head + `, "status": "pending", ` + strings.Replace(shown, `"subject": "S-1"`, `"subject": "S-2"`, 1) + `, "reviewed": ` + reviewed + `}}`), "does not name every subject"},
		"a digest of other records":         {show, `{"approval": {` + head + `, "status": "pending", ` + shown + `, "reviewed": ` + reviewed + `}}`, "digest is not"},
		"a decision that reviewed nothing":  {show, `{"approval": {` + head + `, "status": "approved", "outcome": ` + outcome + `, "decision": {}}}`, "records are missing"},
		"a decision without an outcome":     {show, `{"approval": {` + head + `, "status": "approved", "decision": {"reviewed": ` + reviewed + `}}}`, "no outcome"},
		"an outcome without a decision":     {show, `{"approval": {` + head + `, "status": "approved", "outcome": ` + outcome + `}}`, "no outcome"},
		"the decision":                      {decide, `{"outcome": ` + outcome + `}`, ""},
		"no outcome":                        {decide, `{}`, "outcome is missing"},
		"the contrary outcome":              {decide, `{"outcome": ` + strings.Replace(outcome, "approved", "rejected", 1) + `}`, "another decision"},
		"an unknown outcome":                {decide, `{"outcome": ` + strings.Replace(outcome, "approved", "maybe", 1) + `}`, "unknown decision"},
		"the outcome of another request":    {decide, `{"outcome": ` + strings.Replace(outcome, id, "ap-bbbbbbbbbbbbbbbb", 1) + `}`, "another request"},
		"an outcome without a record":       {decide, `{"outcome": ` + strings.Replace(outcome, "s3://records/approvals/x.json", "", 1) + `}`, "no record"},
		"an outcome and a refusal together": {decide, `{"outcome": ` + outcome + `, "error": {"status": 409, "code": "c", "message": "refused"}}`, "refused"},
	} {
		err := row.call(answering(row.answer))
		if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("%s: got %v, want %q", reason, err, row.want)
		}
	}
}

func TestARefusalIsAFault(t *testing.T) {
	_, err := answering(`{"error": {"status": 403, "code": "NotProved", "message": "no"}}`).List(context.Background(), true)
	if fault, ok := errors.AsType[*approval.Fault](err); !ok || fault.Status != 403 || fault.Code != "NotProved" {
		t.Errorf("got %#v", err)
	}
}

func TestTwoCallsAreTwoStatements(t *testing.T) {
	var digests []string
	c := answering(`{"approvals": []}`)
	c.Prove = func(_ context.Context, digest string) (approval.Proof, error) {
		digests = append(digests, digest)
		return approval.Proof{}, nil
	}
	for range 2 {
		if _, err := c.List(context.Background(), false); err != nil {
			t.Fatal(err)
		}
	}
	if len(digests) != 2 || digests[0] == digests[1] {
		t.Errorf("signed %v", digests)
	}
}
