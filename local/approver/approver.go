// Package approver stands in for the approval of a local run: for the Lambda function that the state RequestApproval invokes,
// and for the person who decides. It runs the code that is deployed, package lambda/approval, with stand-ins for the services
// behind it; requests, decisions and records have the same shapes and obey the same rules.
//
// What differs: the signer is the user of this machine, the run was started by nobody who could be told apart from them, and
// the decision takes some virtual minutes. A person who says nothing lets the task wait until its deadline.
package approver

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os/user"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/memory"
	"clinical-risk-pipeline/local"
)

// Person decides.
type Person interface {
	// Decide returns what the person decides on a request, without the digest of what they reviewed, or nil: they say nothing.
	// An error aborts the run.
	Decide(ctx context.Context, request *approval.View) (*approval.Decision, error)
}

// Approver stands in for lambda:invoke.waitForTaskToken. It is safe for concurrent use; the person is asked one thing at a
// time.
type Approver struct {
	Objects local.S3 // holds the decision records, and gets the records of people's decisions
	Person  Person

	store  memory.Store // of all executions: one that asks again is known
	asking sync.Mutex
}

// thinking is how long a person takes, in virtual time; less where the deadline is near.
const thinking = 15 * time.Minute

// Integrations implements local.Service.
func (a *Approver) Integrations() []local.Integration {
	return []local.Integration{{
		Name: "lambda:invoke.waitForTaskToken",
		Parameters: local.Shape{
			"FunctionName": {Type: local.String, Required: true}, "Payload": {Type: local.Object, Required: true},
			"InvocationType": {Type: local.String}, "Qualifier": {Type: local.String},
		},
		Perform: a.invoke,
	}}
}

// invoke asks the person, and answers the task as soon as they would.
func (a *Approver) invoke(ctx context.Context, call *local.Call) (asl.Reply, error) {
	payload, err := json.Marshal(call.Parameters["Payload"])
	if err != nil {
		return asl.Reply{}, err
	}
	s, err := a.session(payload, call.Now)
	if err == nil {
		err = s.requester.Handle(ctx, payload)
	}
	if err != nil {
		return asl.Reply{}, failed(err)
	}
	a.asking.Lock()
	defer a.asking.Unlock()
	result, err := s.decide(ctx, a.Person)
	if err != nil {
		return asl.Reply{}, err
	}
	call.Report(result.effect(call.ExecutionName))
	if result.outcome == nil {
		return asl.Reply{Hangs: true}, nil
	}
	var output any
	if err := json.Unmarshal([]byte(s.tasks.Outputs[s.request.TaskToken][0]), &output); err != nil {
		return asl.Reply{}, err
	}
	return asl.Reply{Output: output, Duration: s.now.Sub(call.Now)}, nil
}

// failed is how a Lambda function in Go fails a task: the error's name is its type's.
func failed(err error) error {
	t := reflect.TypeOf(err)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	cause, _ := json.Marshal(map[string]string{"errorMessage": err.Error(), "errorType": t.Name()})
	return &asl.Error{Name: t.Name(), Cause: string(cause)}
}

// session is one request with what stands behind it.
type session struct {
	request   *approval.Request
	requester approval.Requester
	api       approval.API
	tasks     *memory.Tasks
	caller    approval.Caller
	now       time.Time // virtual
}

func (a *Approver) session(payload []byte, now time.Time) (*session, error) {
	request, err := approval.ParseRequest(payload)
	if err != nil {
		return nil, err
	}
	place, err := approval.ParsePlace(request.Record)
	if err != nil {
		return nil, err
	}
	account := strings.Split(request.Execution, ":")[4]
	s := &session{
		request: request, tasks: &memory.Tasks{Waiting: map[string]bool{request.TaskToken: true}}, now: now,
		caller: approval.Caller{ARN: "arn:aws:sts::" + account + ":assumed-role/LocalApprover/" + userName()},
	}
	clock, log := func() time.Time { return s.now }, slog.New(slog.DiscardHandler)
	records := approval.Records{Objects: bucket{a.Objects, place.Bucket}, Bucket: place.Bucket}
	s.requester = approval.Requester{Store: &a.store, Notifier: &memory.Notifier{}, Records: records, Now: clock, Log: log}
	s.api = approval.API{Decider: &approval.Decider{
		Store: &a.store, Records: records, Tasks: s.tasks, Starts: memory.Starts{{InvokedBy: "clinicalrisk run"}},
		Signers: approval.Signers{Approvers: []string{"arn:aws:iam::" + account + ":role/LocalApprover"}}, Now: clock, Log: log,
	}}
	return s, nil
}

var notInSessionNames = regexp.MustCompile(`[^\w+=,.@-]`)

// userName is the user of this machine, as a session name.
func userName() string {
	name := "somebody"
	if u, err := user.Current(); err == nil && u.Username != "" {
		name = notInSessionNames.ReplaceAllString(u.Username, "-")
	}
	return fmt.Sprintf("%.48s@localhost", name)
}
