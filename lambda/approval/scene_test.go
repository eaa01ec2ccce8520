package approval_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/client"
	"clinical-risk-pipeline/lambda/approval/identity"
	"clinical-risk-pipeline/lambda/approval/memory"
)

const (
	execution = "arn:aws:states:eu-central-1:123456789012:execution:Pipeline:nightly-7"
	approvers = "arn:aws:iam::123456789012:role/trials/TrialLead"
	janeARN   = "arn:aws:sts::123456789012:assumed-role/TrialLead/jane.doe@example.com"
	joeARN    = "arn:aws:sts::123456789012:assumed-role/TrialLead/joe.bloggs@example.com"
	adaARN    = "arn:aws:sts::123456789012:assumed-role/Starter/ada.byron@example.com"
	place     = "s3://records/decisions/T-1/nightly-7/"
	firstKey  = "decisions/T-1/nightly-7/000000.json"

	region     = "eu-central-1"
	function   = "arn:aws:lambda:eu-central-1:123456789012:function:Decide"
	invocation = "8f5a1b1e-0000-4000-8000-000000000001"

	// firstRecord and secondRecord are decision records in short.
	firstRecord  = `{"subjects": [{"subject": "S-1", "score": 0.81, "branch": "alert"}], "notScored": []}`
	secondRecord = `{"subjects": [{"subject": "S-2", "score": 0.9, "branch": "alert"}, {"subject": "S-3", "score": 0.2, "branch": "no alert"}], "notScored": [{"subject": "S-4"}]}`
)

var (
	startedAt = time.Date(2026, 3, 1, 1, 0, 0, 0, time.UTC)
	jane      = approval.Caller{ARN: janeARN, UserID: "AROAEXAMPLE:jane.doe@example.com", Invocation: invocation}
	joe       = approval.Caller{ARN: joeARN, UserID: "AROAEXAMPLE:joe.bloggs@example.com", Invocation: invocation}

	janesKey = aws.Credentials{AccessKeyID: "ASIAJANE00000000", SecretAccessKey: "janes-secret", SessionToken: "janes-token"}
	joesKey  = aws.Credentials{AccessKeyID: "ASIAJOE000000000", SecretAccessKey: "joes-secret", SessionToken: "joes-token"}
	adasKey  = aws.Credentials{AccessKeyID: "ASIAADA000000000", SecretAccessKey: "adas-secret", SessionToken: "adas-token"}
)

// scene is a run that Ada started and that asked for approval, with all services in memory.
type scene struct {
	*testing.T
	store     *memory.Store
	objects   *memory.Objects
	tasks     *memory.Tasks
	notifier  *memory.Notifier
	requester *approval.Requester
	decider   *approval.Decider
	api       approval.API
	now       time.Time
	logs      bytes.Buffer
	id        string
}

func newScene(t *testing.T) *scene {
	s := &scene{
		T: t, store: &memory.Store{}, objects: &memory.Objects{}, notifier: &memory.Notifier{},
		tasks: &memory.Tasks{Waiting: map[string]bool{"token-1": true}}, now: startedAt.Add(2 * time.Hour), id: approval.ID(execution),
	}
	s.objects.Set(firstKey, []byte(firstRecord))
	s.objects.Set("decisions/T-1/nightly-7/000100.json", []byte(secondRecord))
	s.objects.Set("decisions/T-1/nightly-70/000000.json", []byte(`{"of": "another run"}`))
	records := approval.Records{Objects: s.objects, Bucket: "records", Prefix: "decisions/"}
	now := func() time.Time { return s.now }
	log := slog.New(slog.NewJSONHandler(&s.logs, nil))
	s.requester = &approval.Requester{Store: s.store, Notifier: s.notifier, Records: records, Function: function, Now: now, Log: log}
	s.decider = &approval.Decider{
		Store: s.store, Records: records, Tasks: s.tasks, Starts: memory.Starts{{ARN: adaARN}},
		Signers: approval.Signers{Approvers: []string{approvers}}, Now: now, Log: log,
		Roster: approval.Roster{"jane.doe@example.com": "Jane Doe"},
	}
	s.api = approval.API{Decider: s.decider, Identities: identity.New(memory.STS{
		janesKey.AccessKeyID: {Caller: jane, Secret: janesKey.SecretAccessKey},
		joesKey.AccessKeyID:  {Caller: joe, Secret: joesKey.SecretAccessKey},
		adasKey.AccessKeyID:  {Caller: approval.Caller{ARN: adaARN, UserID: "AROASTARTER:ada"}, Secret: adasKey.SecretAccessKey},
	})}
	s.ask(request())
	return s
}

func request() map[string]any {
	return map[string]any{
		"taskToken": "token-1", "requestId": requestID("token-1"), "execution": execution, "startedAt": "2026-03-01T01:00:00Z", "trialId": "T-1",
		"subjects": map[string]any{"subjects": 200, "scored": 199, "high": 7, "failed": 1}, "record": place,
		"deadline": "2026-03-04T03:00:00Z",
	}
}

// requestID is the id of the request with a token.
func requestID(token string) string { return approval.Digest([]byte(token)) }

// recordKey is the key of the record of the request with a token.
func recordKey(token string) string { return "approvals/T-1/" + requestID(token) + ".json" }

// asked returns a request with one field changed. Another token belongs to another request: the execution was redriven.
func asked(field string, value any) map[string]any {
	r := request()
	r[field] = value
	if token, ok := value.(string); ok && field == "taskToken" {
		r["requestId"] = requestID(token)
	}
	return r
}

func (s *scene) ask(request map[string]any) {
	s.Helper()
	if err := s.tryAsk(request); err != nil {
		s.Fatal(err)
	}
}

func (s *scene) tryAsk(request map[string]any) error {
	payload, err := json.Marshal(request)
	if err != nil {
		s.Fatal(err)
	}
	return s.requester.Handle(context.Background(), payload)
}

// decision returns a complete decision on the records that the API shows.
func (s *scene) decision(verdict string) approval.Decision {
	s.Helper()
	view := s.show()
	d := approval.Decision{Decision: verdict, Code: "other", Meaning: "responsibility", Reason: "the seven were called", Round: view.Round}
	switch {
	case view.Shown != nil:
		d.Shown = view.Shown.SHA256
	case view.Record != nil:
		d.Shown = view.Record.Shown.SHA256
	}
	return d
}

func (s *scene) decide(caller approval.Caller, verdict string) (*approval.Outcome, error) {
	s.Helper()
	return s.decider.Decide(context.Background(), s.id, caller, s.decision(verdict))
}

// show returns what the function shows Jane of the request.
func (s *scene) show() *approval.View {
	s.Helper()
	view, err := s.client(janesKey).Show(context.Background(), s.id)
	if err != nil {
		s.Fatal(err)
	}
	return view
}

// client calls the function, as the owner of the credentials.
func (s *scene) client(credentials aws.Credentials) client.Client {
	return client.Client{
		Function: function,
		Prove: func(ctx context.Context, digest string) (approval.Proof, error) {
			return identity.Sign(ctx, credentials, region, digest, s.now)
		},
		Invoke: func(_ context.Context, payload []byte) ([]byte, error) { return s.invoke(payload), nil },
	}
}

// invoke invokes the function as Lambda does.
func (s *scene) invoke(payload []byte) []byte { return s.invokeAs(function, payload) }

func (s *scene) invokeAs(arn string, payload []byte) []byte {
	s.Helper()
	answer, err := memory.Invoke(context.Background(), s.api, arn, invocation, payload)
	if err != nil {
		s.Fatal(err)
	}
	return answer
}

// wantFault checks that an error is a fault with this status and code.
func wantFault(t *testing.T, err error, status int, code string) {
	t.Helper()
	fault, ok := errors.AsType[*approval.Fault](err)
	if !ok || fault.Status != status || fault.Code != code {
		t.Errorf("got %v (%+v), want %d %s", err, fault, status, code)
	}
}

// wantUntouched checks that nobody decided.
func (s *scene) wantUntouched() {
	s.Helper()
	if n := len(s.tasks.Outputs); n > 0 {
		s.Errorf("%d tasks were completed", n)
	}
	if keys := s.records(); len(keys) > 0 {
		s.Errorf("recorded %v", keys)
	}
}

func (s *scene) records() []string {
	keys, err := s.objects.List(context.Background(), approval.ApprovalsPrefix)
	if err != nil {
		s.Fatal(err)
	}
	return slices.DeleteFunc(keys, approval.IsRendering)
}
