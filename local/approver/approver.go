// Package approver stands in for the approval of a local run: for the Lambda function that the state RequestApproval invokes,
// and for the person who decides. It runs the deployed code, package lambda/approval, with stand-ins for the services behind it.
// Requests, decisions and records have the same shapes and obey the same rules.
//
// Three things differ. The signer is the user of this machine. A listed machine starts the run, so the user may approve it. The
// decision takes some virtual minutes. If the person does not decide, the task waits until its deadline.
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

// Person decides on requests for approval.
type Person interface {
	// Decide returns the decision on a request, without the digest of what was reviewed, or nil for no decision. An error aborts
	// the run.
	Decide(ctx context.Context, request *approval.View) (*approval.Decision, error)
}

// Approver stands in for lambda:invoke.waitForTaskToken. It is safe for concurrent use. It asks the person one question at a time.
type Approver struct {
	Objects local.S3 // holds the decision records, and gets the records of people's decisions
	Person  Person

	store  memory.Store // the requests of all executions, some of which ask again
	asking sync.Mutex
}

// thinking is the virtual time that a decision takes. It takes less if the deadline is near.
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

// invoke asks the person and answers the task with the decision.
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

// failed returns the error of a task that a Lambda function in Go fails: its name is the name of the Go type.
func failed(err error) error {
	t := reflect.TypeOf(err)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	cause, _ := json.Marshal(map[string]string{"errorMessage": err.Error(), "errorType": t.Name()})
	return &asl.Error{Name: t.Name(), Cause: string(cause)}
}

// session is one request with the deployed code that handles it.
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
		Store: &a.store, Records: records, Tasks: s.tasks,
		Starts:  memory.Starts{{ARN: "arn:aws:sts::" + account + ":assumed-role/LocalStarter/clinicalrisk-run"}},
		Signers: signers(account), Now: clock, Log: log,
	}}
	return s, nil
}

// signers admits the user of this machine to the runs that the command starts.
func signers(account string) approval.Signers {
	role := "arn:aws:iam::" + account + ":role/"
	return approval.Signers{
		Approvers: []string{role + "LocalApprover"}, SessionNames: localNames, Machines: []approval.Machine{{Principal: role + "LocalStarter"}},
	}
}

// localNames matches every name that userName returns.
var localNames = func() approval.Names {
	names, err := approval.ParseNames(`.+@localhost`)
	if err != nil {
		panic(err)
	}
	return names
}()

var notInSessionNames = regexp.MustCompile(`[^\w+=,.@-]`)

// userName returns the user of this machine as the name of a session.
func userName() string {
	name := "somebody"
	if u, err := user.Current(); err == nil && u.Username != "" {
		name = notInSessionNames.ReplaceAllString(u.Username, "-")
	}
	return fmt.Sprintf("%.48s@localhost", name)
}
