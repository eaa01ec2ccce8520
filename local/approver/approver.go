// Package approver stands in for the approval of a local run: for the two Lambda functions, and for the person who decides. It runs
// the deployed code, package lambda/approval, with stand-ins for the services behind it, among them STS. The client signs its calls as
// on AWS. Requests, decisions and records have the same shapes and obey the same rules.
//
// Three things differ. The signer is the user of this machine, under the name of that user. A listed machine starts the run, so the
// user may approve it. The decision takes some virtual minutes. If the person does not decide, the task waits until its deadline.
package approver

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"os/user"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/client"
	"clinical-risk-pipeline/lambda/approval/identity"
	"clinical-risk-pipeline/lambda/approval/memory"
	"clinical-risk-pipeline/local"
)

// Person decides on requests for approval.
type Person interface {
	// Decide returns the decision on a request, without the digest and the round of what was reviewed, or nil for no decision. An
	// error aborts the run.
	Decide(ctx context.Context, request *approval.View) (*approval.Decision, error)
}

// Approver stands in for lambda:invoke.waitForTaskToken. It is safe for concurrent use. It asks the person one question at a time.
type Approver struct {
	Objects local.S3 // holds the decision records, and gets the records of people's decisions
	Person  Person

	// Alerts holds the transitions of the alerts of a registered trial. Default: the trial is not registered.
	Alerts approval.Objects

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
	payload, err := json.Marshal(call.Parameters.Value("Payload"))
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
	client    client.Client // of the person who decides
	tasks     *memory.Tasks
	now       time.Time // virtual
}

// localKey is the access key of the person who decides, which only the stand-in for STS knows.
var localKey = aws.Credentials{AccessKeyID: "LOCALAPPROVER0000", SecretAccessKey: rand.Text()}

func (a *Approver) session(payload []byte, now time.Time) (*session, error) {
	request, err := approval.ParseRequest(payload)
	if err != nil {
		return nil, err
	}
	place, err := approval.ParsePlace(request.Record)
	if err != nil {
		return nil, err
	}
	parts := strings.Split(request.Execution, ":")
	partition, region, account := parts[1], parts[3], parts[4]
	caller := approval.Caller{ARN: "arn:" + partition + ":sts::" + account + ":assumed-role/LocalApprover/" + userName(), UserID: "LOCALAPPROVER:" + userName()}
	s := &session{request: request, tasks: &memory.Tasks{Waiting: map[string]bool{request.TaskToken: true}}, now: now}
	clock, log := func() time.Time { return s.now }, slog.New(slog.DiscardHandler)
	records := approval.Records{Objects: bucket{a.Objects, place.Bucket}, Bucket: place.Bucket, Alerts: a.Alerts != nil}
	if a.Alerts != nil {
		records.Objects = withAlerts{records.Objects, a.Alerts}
	}
	function := "arn:" + partition + ":lambda:" + region + ":" + account + ":function:LocalDecide"
	s.requester = approval.Requester{Store: &a.store, Notifier: &memory.Notifier{}, Records: records, Function: function, Now: clock, Log: log}
	api := approval.API{
		Decider: &approval.Decider{
			Store: &a.store, Records: records, Tasks: s.tasks,
			Starts:  memory.Starts{{ARN: "arn:" + partition + ":sts::" + account + ":assumed-role/LocalStarter/clinicalrisk-run"}},
			Signers: signers(partition, account), Now: clock, Log: log,
		},
		Identities: identity.New(memory.STS{localKey.AccessKeyID: {Caller: caller, Secret: localKey.SecretAccessKey}}),
	}
	requestID := approval.Digest([]byte(request.TaskToken))[:32] // A local run repeats itself to the byte.
	s.client = client.Client{
		Function: function,
		Prove: func(ctx context.Context, digest string) (approval.Proof, error) {
			return identity.Sign(ctx, localKey, region, digest, s.now)
		},
		Invoke: func(ctx context.Context, payload []byte) ([]byte, error) {
			return memory.Invoke(ctx, api, function, requestID, payload)
		},
	}
	return s, nil
}

// signers admits the user of this machine to the runs that the command starts.
func signers(partition, account string) approval.Signers {
	role := "arn:" + partition + ":iam::" + account + ":role/"
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
