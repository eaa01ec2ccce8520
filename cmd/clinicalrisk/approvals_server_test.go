package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/identity"
	"clinical-risk-pipeline/lambda/approval/memory"
)

const (
	approvalExecution = "arn:aws:states:eu-central-1:123456789012:execution:Pipeline:nightly-7"
	janeARN           = "arn:aws:sts::123456789012:assumed-role/TrialLead/jane.doe@example.com"
	joeARN            = "arn:aws:sts::123456789012:assumed-role/TrialLead/joe.bloggs@example.com"
	decideARN         = "arn:aws:lambda:eu-central-1:123456789012:function:Decide"

	janesKey = "ASIAJANE00000000"
	joesKey  = "ASIAJOE000000000"
)

// lambdaService is Lambda on this machine, with the deployed handler and a stand-in for STS that checks signatures.
type lambdaService struct {
	t        *testing.T
	api      approval.API
	tasks    *memory.Tasks
	objects  *memory.Objects
	url, id  string
	now      time.Time
	payloads []string                         // what the client sent
	answer   func(w http.ResponseWriter) bool // answers instead of the function where it returns true
}

// secret is the secret of every access key.
const secret = "test-secret"

// serveApprovals starts Lambda with one pending request.
func serveApprovals(t *testing.T) *lambdaService {
	f := &lambdaService{
		t: t, tasks: &memory.Tasks{Waiting: map[string]bool{"token": true}},
		objects: &memory.Objects{}, id: approval.ID(approvalExecution), now: time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC),
	}
	f.objects.Set("decisions/T-1/000000.json", []byte(`{"subjects": [{"subject": "S-0042", "score": 0.81, "branch": "alert"}], "notScored": []}`))
	store, log, clock := &memory.Store{}, slog.New(slog.DiscardHandler), func() time.Time { return f.now }
	records := approval.Records{Objects: f.objects, Bucket: "records", Prefix: "decisions/"}
	f.api = approval.API{
		Decider: &approval.Decider{
			Store: store, Records: records, Tasks: f.tasks, Starts: memory.Starts{{ARN: "arn:aws:sts::123456789012:assumed-role/Starter/ada.byron@example.com"}},
			Signers: approval.Signers{Approvers: []string{"arn:aws:iam::123456789012:role/TrialLead"}}, Now: clock, Log: log,
			Roster: approval.Roster{"jane.doe@example.com": "Jane Doe"},
		},
		Identities: identity.New(memory.STS{
			janesKey: {Caller: approval.Caller{ARN: janeARN, UserID: "AROA:jane.doe@example.com"}, Secret: secret},
			joesKey:  {Caller: approval.Caller{ARN: joeARN, UserID: "AROA:joe.bloggs@example.com"}, Secret: secret},
		}),
	}
	requester := approval.Requester{Store: store, Notifier: &memory.Notifier{}, Records: records, Now: clock, Log: log}
	payload, err := json.Marshal(map[string]any{
		"taskToken": "token", "requestId": approval.Digest([]byte("token")), "execution": approvalExecution, "startedAt": "2026-03-01T01:00:00Z", "trialId": "T-1",
		"subjects": map[string]any{"subjects": 200, "scored": 199, "high": 7, "failed": 1}, "record": "s3://records/decisions/T-1/",
		"deadline": "2026-03-04T03:00:00Z",
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := requester.Handle(t.Context(), payload); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	f.url = server.URL
	was := now
	now = clock
	t.Cleanup(func() { now = was })
	signIn(t, janesKey, secret)
	t.Setenv("AWS_ENDPOINT_URL_LAMBDA", server.URL)
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	return f
}

// signIn sets the credentials of the process and hides the machine's AWS configuration.
func signIn(t *testing.T, accessKey, secretKey string) {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": accessKey, "AWS_SECRET_ACCESS_KEY": secretKey, "AWS_SESSION_TOKEN": "session", "AWS_REGION": "eu-central-1",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true", "AWS_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
}

// ServeHTTP answers Invoke: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
func (f *lambdaService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	payload, err := io.ReadAll(r.Body)
	if err != nil {
		f.t.Error(err)
	}
	if f.answer != nil && f.answer(w) {
		return
	}
	if r.Method != http.MethodPost || r.URL.Path != "/2015-03-31/functions/"+decideARN+"/invocations" || r.URL.RawQuery != "" {
		f.t.Errorf("called %s %s", r.Method, r.URL)
	}
	f.payloads = append(f.payloads, string(payload))
	answer, err := memory.Invoke(r.Context(), f.api, decideARN, fmt.Sprintf("request-%d", len(f.payloads)), payload)
	if err != nil {
		f.t.Error(err)
	}
	_, _ = w.Write(answer)
}

// refusing answers as Lambda does where it does not invoke the function.
func refusing(status int, code string) func(http.ResponseWriter) bool {
	return func(w http.ResponseWriter) bool {
		w.Header().Set("X-Amzn-Errortype", code)
		w.WriteHeader(status)
		fmt.Fprint(w, `{"Message": "refused"}`)
		return true
	}
}

// printing answers with a payload.
func printing(payload string) func(http.ResponseWriter) bool {
	return func(w http.ResponseWriter) bool { fmt.Fprint(w, payload); return true }
}

// wantNoSecrets checks that a text has nothing of a signature.
func wantNoSecrets(t *testing.T, text string) {
	t.Helper()
	for _, part := range []string{"Signature=", "AWS4-HMAC", secret} {
		if strings.Contains(text, part) {
			t.Errorf("%q is in\n%s", part, text)
		}
	}
}
